"""Arguments held against the documentation: what is wrong is named, what may be right is let through."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bitrix_node.definitions.methods import MethodCatalogue, argument_faults

CATALOGUE = MethodCatalogue.packaged()
EXAMPLES = Path(__file__).with_name("reference_examples.jsonl")

CONTRADICTING_EXAMPLES = {
    "crm.address.list": "sends a limit, which the table does not have",
    "crm.contact.userfield.update": "one of its examples leaves the ID out",
    "crm.invoice.list": "sends a select, which the table does not have",
    "task.items.getlist": "sends a select, which the table calls TASKDATA",
    "tasks.api.scrum.epic.update": "one of its examples leaves the ID out",
}
"""Methods of the documentation with an example that contradicts the table beside it."""


def faults(method: str, arguments: dict[str, Any], version: int | None = None) -> list[tuple[str, str, str]]:
    found = CATALOGUE.method(method, version)
    assert found is not None
    return [(fault.path, fault.message, fault.advice) for fault in argument_faults(found, arguments)]


def test_the_examples_of_the_documentation_are_let_through() -> None:
    refused = {}
    examples = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    for example in examples:
        found = faults(example["method"], example["arguments"], example["version"])
        if found:
            refused[example["method"]] = found
    assert len(examples) == 1700
    assert set(refused) == set(CONTRADICTING_EXAMPLES), refused


def test_an_unknown_argument_is_named_with_the_nearest() -> None:
    [(path, message, advice)] = faults("crm.deal.list", {"filtr": {}})
    assert (path, message, advice) == (
        "filtr",
        "crm.deal.list has no parameter 'filtr'",
        "Did you mean 'filter'?",
    )


def test_an_unknown_argument_is_named_with_the_known_ones() -> None:
    assert faults("crm.item.get", {"entityTypeId": 2, "id": 1, "zzz": 1}) == [
        ("zzz", "crm.item.get has no parameter 'zzz'", "It knows entityTypeId, id, useOriginalUfNames.")
    ]
    assert faults("user.current", {"zzz": 1})[0][2] == "It takes none."


def test_missing_arguments_are_named() -> None:
    assert [path for path, *_ in faults("crm.item.update", {})] == ["entityTypeId", "id", "fields"]
    assert [path for path, *_ in faults("crm.item.update", {"entityTypeId": 2, "id": None, "fields": {}})] == ["id"]


def test_missing_members_are_named() -> None:
    assert [path for path, *_ in faults("imbot.v2.Bot.register", {"fields": {"properties": {"name": "A"}}})] == [
        "fields.code"
    ]


def test_an_update_may_name_a_part_of_the_fields() -> None:
    assert faults("crm.currency.update", {"ID": "EUR", "fields": {"SORT": 10}}) == []


def test_one_of_several_arguments_is_enough() -> None:
    assert faults("lists.delete", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_CODE": "a"}) == []
    assert faults("lists.delete", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 1}) == []
    [(path, message, _)] = faults("lists.delete", {"IBLOCK_TYPE_ID": "lists"})
    assert (path, message) == ("IBLOCK_CODE", "lists.delete needs 'IBLOCK_CODE' or 'IBLOCK_ID'")


def test_values_outside_a_closed_list_are_named() -> None:
    [(path, message, advice)] = faults("lists.get", {"IBLOCK_TYPE_ID": "list"})
    assert path == "IBLOCK_TYPE_ID"
    assert message == "lists.get does not take 'list' as 'IBLOCK_TYPE_ID'"
    assert advice == "Use one of lists, bitrix_processes, lists_socnet."


@pytest.mark.parametrize("value", ["lists", "LISTS", "$result[first][IBLOCK_TYPE_ID]"])
def test_values_of_a_closed_list_may_be_written_as_one_likes(value: str) -> None:
    assert faults("lists.get", {"IBLOCK_TYPE_ID": value}) == []


@pytest.mark.parametrize("value", [True, False, "Y", "n", ""])
def test_yes_and_no_may_be_told_in_any_way(value: Any) -> None:
    assert faults("im.search.last.get", {"SKIP_CHAT": value}) == []


@pytest.mark.parametrize("value", ["ID=1", 17, True])
def test_a_plain_value_is_no_object(value: Any) -> None:
    [(path, message, _)] = faults("crm.deal.list", {"filter": value})
    assert path == "filter"
    assert message == f"crm.deal.list takes an object as 'filter'; got {value!r}"


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("crm.deal.list", {"FILTER": {">=OPPORTUNITY": 1, "UF_CRM_1": 2, "!@ID": [1]}, "SELECT": ["*", "UF_*"]}),
        ("crm.deal.list", {"filter": [], "order": {}, "start": -1}),
        ("crm.deal.list", {"auth": "token"}),
        ("crm.deal.add", {"fields": {"TITLE": "A", "UF_CRM_1": 1, "WHATEVER": 2}}),
        ("crm.item.add", {"entityTypeId": 2, "fields": {"ufCrm1_2": 1}}),
        ("crm.status.list", {"start": 50}),
        ("user.get", {"NAME": "A", "UF_DEPARTMENT": 1, "ACTIVE": True}),
        ("user.add", {"EMAIL": "a@example.com", "UF_USR_1": 2}),
        (
            "lists.element.add",
            {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 1, "ELEMENT_CODE": "a", "FIELDS": {"NAME": "b"}},
        ),
        ("task.elapseditem.getlist", {"0": {"ID": "desc"}, "1": {}}),
        ("crm.product.list", {"anything": 1}),
    ],
)
def test_what_bitrix24_takes_is_let_through(method: str, arguments: dict[str, Any]) -> None:
    assert faults(method, arguments) == []


def test_each_version_has_its_own_parameters() -> None:
    rest_3 = {"select": ["id"], "filter": [["id", ">", 1]], "pagination": {"limit": 10}}
    assert faults("tasks.task.list", rest_3, 3) == []
    assert [path for path, *_ in faults("tasks.task.list", rest_3, 2)] == ["pagination"]
