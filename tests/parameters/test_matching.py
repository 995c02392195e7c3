"""What a new record gets of what it was looked for by, and which contact data a known one lacks."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.transforms.matching import (
    distinct_contact_data,
    matched_field,
    missing_contact_data,
    present_contact_data,
    records_to_compare,
)


def entry(kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"typeId": kind, "valueType": "WORK", "value": value, **more}


@pytest.mark.parametrize(
    ("field", "kept"),
    [
        ("originId", "originId"),
        ("=originId", "originId"),
        ("UF_CRM_5_CODE", "UF_CRM_5_CODE"),
        ("id", None),
        ("%title", None),
        ("!originId", None),
        (">=opportunity", None),
    ],
)
def test_a_new_record_gets_the_field_that_stands_for_this_very_value(field: str, kept: str | None) -> None:
    assert matched_field({"field": field, "value": "17"}) == ({} if kept is None else {kept: "17"})


@pytest.mark.parametrize(
    ("kind", "has", "given", "same"),
    [
        ("PHONE", "+49 30 1", "+4930-1", True),
        ("PHONE", "030 1", "(030)1", True),
        ("PHONE", "+49 30 1", "49 30 1", False),
        ("PHONE", "reception", "door", False),
        ("EMAIL", "Ann@Example.com", " ann@example.com", True),
        ("WEB", "https://example.com/A", "https://example.com/a", False),
    ],
)
def test_what_the_record_has_is_not_added(kind: str, has: str, given: str, same: bool) -> None:
    present = present_contact_data({"item": {"fm": [entry(kind, has, id=3)]}})
    new = entry(kind, given)
    fields = missing_contact_data({"name": "Ann", "fm": [new, *present]})
    assert fields == ({"name": "Ann"} if same else {"name": "Ann", "fm": {"n0": new}})


def test_an_entry_with_an_id_is_changed_whatever_the_record_has() -> None:
    present = present_contact_data({"item": {"fm": [entry("PHONE", "1", id=3)]}})
    fields = missing_contact_data({"fm": [entry("PHONE", "1", id=3), *present]})
    assert fields == {"fm": {"3": entry("PHONE", "1")}}


def test_a_record_without_contact_data_gets_all_of_it_once() -> None:
    assert present_contact_data({"item": {"id": 5, "fm": None}}) == []
    phone, mail = entry("PHONE", "+49 30 1"), entry("EMAIL", "ann@example.com")
    assert distinct_contact_data({"fm": [phone, mail, entry("PHONE", "+49301")]}) == {"fm": [phone, mail]}


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ({"found": [7, 9], "phones": {"fm": [entry("PHONE", "1")]}}, [{"id": 7}]),
        (
            {"found": [{"id": 7}, {"id": 9}], "several": "all", "more": {"fm": [entry("WEB", "x")]}},
            [{"id": 7}, {"id": 9}],
        ),
        ({"found": [7], "more": {"name": "Ann"}}, []),
        ({"found": [7], "more": {"fm": [entry("PHONE", "1", id=3)]}}, []),
        ({"phones": {"fm": [entry("PHONE", "1")]}}, []),
    ],
)
def test_records_are_read_only_where_contact_data_may_be_new(value: dict[str, Any], read: list[Any]) -> None:
    assert records_to_compare(value) == read
