"""Classic CRM spellings for the current methods."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.transforms import crm


@pytest.mark.parametrize(
    ("classic", "current"),
    [
        ("ID", "id"),
        ("TITLE", "title"),
        ("COMPANY_ID", "companyId"),
        ("STATUS_ID", "stageId"),
        ("DATE_CREATE", "createdTime"),
        ("companyId", "companyId"),
        ("UF_CRM_1700000000", "UF_CRM_1700000000"),
        ("UF_CRM_5_COLOUR", "UF_CRM_5_COLOUR"),
        ("ufCrm1700000000", "UF_CRM_1700000000"),
        ("ufCrm5_Colour", "UF_CRM_5_COLOUR"),
        ("ufCrmFavouriteColour", "UF_CRM_FAVOURITE_COLOUR"),
    ],
)
def test_a_field_name_becomes_the_current_one(classic: str, current: str) -> None:
    assert crm.field_name(classic) == current


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ("+49", [{"typeId": "PHONE", "valueType": "WORK", "value": "+49"}]),
        (["+49", "", None, 44], [("WORK", "+49"), ("WORK", "44")]),
        ([{"VALUE": "+49", "VALUE_TYPE": "HOME"}], [("HOME", "+49")]),
        ({"value": "+49", "valueType": "HOME"}, [("HOME", "+49")]),
        ([{"ID": "7", "VALUE": "+44"}], [{"typeId": "PHONE", "valueType": "WORK", "value": "+44", "id": 7}]),
        ("", []),
    ],
)
@pytest.mark.parametrize("name", ["PHONE", "phone"])
def test_contact_data_is_kept_together(name: str, given: Any, rows: list[Any]) -> None:
    expected = [
        row if isinstance(row, dict) else {"typeId": "PHONE", "valueType": row[0], "value": row[1]} for row in rows
    ]
    assert crm.item_fields({name: given, "NAME": "Ann"}) == {"fm": expected, "name": "Ann"}


def test_all_contact_data_joins_what_stands_there_already() -> None:
    own = {"typeId": "WEB", "value": "example.com"}
    fields = crm.item_fields({"fm": own, "EMAIL": "a@example.com", "IM": ["@ann"]})
    assert [row["typeId"] for row in fields["fm"]] == ["WEB", "EMAIL", "IM"]


def test_rows_of_the_panel_become_contact_data() -> None:
    rows = {"phoneItems": [{"value": "+49", "valueType": "HOME"}], "emailItems": [{"value": "a@example.com"}]}
    assert crm.multi_fields(rows) == {
        "fm": [
            {"typeId": "PHONE", "valueType": "HOME", "value": "+49"},
            {"typeId": "EMAIL", "valueType": "WORK", "value": "a@example.com"},
        ]
    }


def test_a_filter_is_translated_at_every_depth() -> None:
    classic = {"!COMPANY_ID": 5, "0": {"LOGIC": "OR", ">=DATE_CREATE": "2026-01-01", "%TITLE": "a"}, "@ID": [1, 2]}
    current = {"!companyId": 5, "0": {"LOGIC": "OR", ">=createdTime": "2026-01-01", "%title": "a"}, "@id": [1, 2]}
    assert crm.item_filter(classic) == current


def test_conditions_in_a_list_are_translated_too() -> None:
    assert crm.item_filter({"0": [{"TITLE": "a"}, {"@ID": [1]}]}) == {"0": [{"title": "a"}, {"@id": [1]}]}


def test_rows_that_are_none_are_taken_for_fields() -> None:
    assert crm.field_rows({"fieldItems": ["x"]}) == {"fieldItems": ["x"]}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("ID, TITLE,, COMPANY_ID", ["id", "title", "companyId"]),
        ('["ID", "UF_CRM_1"]', ["id", "UF_CRM_1"]),
        (["*", "fm", "phone", "EMAIL"], ["*"]),
        ("", []),
    ],
)
def test_names_to_return_are_translated_and_told_once(given: Any, names: list[str]) -> None:
    assert crm.item_select(given) == names
