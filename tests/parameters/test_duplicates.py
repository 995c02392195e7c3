"""What is searched for duplicates, and what is found."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import duplicates


@pytest.mark.parametrize(
    "given",
    ["+1 202 555 0142, ann@example.com", "+1 202 555 0142;ann@example.com\n", ["+1 202 555 0142", "ann@example.com"]],
)
def test_values_stand_between_commas(given: Any) -> None:
    assert duplicates.value_batches(given) == [["+1 202 555 0142", "ann@example.com"]]


def test_twenty_values_are_searched_at_once_each_of_them_once() -> None:
    numbers = [str(number) for number in range(45)]
    batches = duplicates.value_batches([*numbers, *numbers])
    assert [len(batch) for batch in batches] == [20, 20, 5]
    assert [number for batch in batches for number in batch] == numbers


@pytest.mark.parametrize("given", [" , ;", [], [None, " "]])
def test_nothing_cannot_be_searched(given: Any) -> None:
    with pytest.raises(UnusableValue, match="phone numbers or e-mail addresses"):
        duplicates.value_batches(given)


def test_a_record_is_searched_by_its_phones_and_mails() -> None:
    contact_data = [
        {"id": 1, "typeId": "PHONE", "value": "111"},
        {"id": 2, "typeId": "EMAIL", "value": "a@example.com"},
        {"id": 3, "typeId": "WEB", "value": "example.com"},
        {"id": 4, "typeId": "PHONE", "value": "222"},
        {"id": 5, "typeId": "PHONE", "value": "111"},
    ]
    assert duplicates.contact_searches(contact_data) == [
        {"type": "PHONE", "values": ["111", "222"]},
        {"type": "EMAIL", "values": ["a@example.com"]},
    ]


@pytest.mark.parametrize("given", [None, [], [{"typeId": "PHONE", "value": ""}], "x"])
def test_a_record_without_either_is_not_searched(given: Any) -> None:
    assert duplicates.contact_searches(given) == []


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        ({"CONTACT": [275, 2297]}, [("CONTACT", 275), ("CONTACT", 2297)]),
        ([{"CONTACT": [275], "LEAD": ["275"]}, [], {"CONTACT": {"1": 275}}], [("CONTACT", 275), ("LEAD", 275)]),
        ([], []),
        (None, []),
    ],
)
def test_every_record_is_found_once(given: Any, rows: list[tuple[str, int]]) -> None:
    assert duplicates.duplicate_rows(given) == [{"entityType": kind, "id": number} for kind, number in rows]


def test_two_different_records_can_be_merged() -> None:
    assert duplicates.merged_ids("100, 101, 100") == [100, 101]
    for given in ("100", "100, 100", [100]):
        with pytest.raises(UnusableValue, match="at least two records"):
            duplicates.merged_ids(given)
