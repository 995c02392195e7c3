"""Requests held against the documentation of the REST API; `validate` does it with all that the package ships."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions.checks.documentation import undocumented_calls
from bitrix_node.definitions.checks.views import OperationView, ResourceView
from bitrix_node.definitions.locations import packaged_data
from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.definitions.validation import validate

if TYPE_CHECKING:
    from pathlib import Path

KIND = {"name": "kind", "displayName": "K", "type": "options", "options": [{"name": "L", "value": "list"}]}
FILTERS = {
    "name": "filters",
    "displayName": "Filters",
    "type": "collection",
    "members": [{"name": "title", "key": "title", "displayName": "T"}, {"name": "nosuchField", "displayName": "N"}],
}


def faults(request: dict[str, Any], **operation: Any) -> list[tuple[str, str, str]]:
    resource = ResourceView("r", {"tables": {"kinds": {"list": "list"}}}, {"filters": FILTERS}, ())
    view = OperationView(resource, "r.yaml", "o", {"request": request, "parameters": ["filters"], **operation})
    return [
        (fault.path.removeprefix("operations.o."), fault.message, fault.expected)
        for fault in undocumented_calls(view, MethodCatalogue.packaged())
    ]


def test_a_documented_request_is_right() -> None:
    listing = {"method": "crm.item.list", "paging": "start", "answer": {"path": "items"}}
    assert faults({**listing, "arguments": {"entityTypeId": "a", "filter": "filters", "filter.>=id": "b"}}) == []
    assert faults({"method": "crm.item.get", "arguments": {"*": "body"}}) == []
    assert faults({"method": {"parameter": "endpoint"}}) == []
    assert faults({"method": "crm.deal.add", "arguments": {"fields.UF_CRM_1": "a", "fields.TITLE": "b"}}) == []
    assert faults({"method": "lists.delete", "arguments": {"IBLOCK_TYPE_ID": "a", "IBLOCK_CODE": "b"}}) == []


@pytest.mark.parametrize(
    ("method", "version", "expected"),
    [
        ("crm.dael.list", 2, "crm.deal.list"),
        ("main.eventlog.list", 2, "REST 2 has no documented method"),
        ("crm.deal.list", 3, "REST 3 has no documented method"),
        ("Crm.Deal.List", 2, "crm.deal.list, as documented"),
    ],
)
def test_a_method_that_is_not_documented_so_is_found(method: str, version: int, expected: str) -> None:
    [found] = faults({"method": method, "version": version, "paging": "start", "arguments": {"*": "body"}})[:1]
    assert expected in " ".join(found)


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"entityTypeId": "a", "id": "b", "fields": "c", "fieldz": "d"}, "arguments.fieldz"),
        ({"entityTypeId": "a", "ID": "b", "id": "c", "fields": "d"}, "arguments.ID"),
        ({"entityTypeId": "a", "id": "b", "fields": "filters"}, "arguments.fields"),
    ],
)
def test_an_argument_that_is_not_documented_is_found(arguments: dict[str, str], path: str) -> None:
    [(place, message, _)] = faults({"method": "crm.item.update", "arguments": arguments})
    assert place == f"request.{path}"
    assert "documents no argument" in message


@pytest.mark.parametrize("source", [{"value": "list"}, {"parameter": "kind", "table": "kinds"}, "kind"])
def test_a_value_outside_a_closed_list_is_found(source: Any) -> None:
    request = {"method": "lists.get", "paging": "start", "arguments": {"IBLOCK_TYPE_ID": source}}
    [(place, message, expected)] = faults(request, parameters=[KIND])
    assert place == "request.arguments.IBLOCK_TYPE_ID"
    assert message == 'lists.get does not take "list" as "IBLOCK_TYPE_ID"'
    assert "lists" in expected


def test_a_value_of_a_closed_list_is_right() -> None:
    request = {"method": "lists.get", "paging": "start", "arguments": {"IBLOCK_TYPE_ID": {"value": "lists"}}}
    assert faults(request) == []
    other = {**request, "arguments": {"IBLOCK_TYPE_ID": "kind"}, "when": {"kind": ["lists"]}}
    assert faults(other, parameters=[KIND]) == []


def test_a_required_argument_that_is_never_given_is_found() -> None:
    [(place, message, _)] = faults({"method": "crm.item.get", "arguments": {"entityTypeId": "a"}})
    assert (place, message) == ("request.arguments", 'crm.item.get is not given "id", which it needs')
    [(_, message, _)] = faults({"method": "lists.delete", "arguments": {"IBLOCK_TYPE_ID": "a"}})
    assert "IBLOCK_CODE or IBLOCK_ID" in message


@pytest.mark.parametrize(
    ("change", "place", "expected"),
    [
        ({"paging": "offset"}, "request.paging", "start"),
        ({"paging": "none"}, "request.paging", "start"),
        ({"answer": {"path": "rows"}}, "request.answer.path", '"items"'),
        ({"answer": {}}, "request.answer.path", '"items"'),
        ({"paging": None, "answer": {"path": "items"}}, "request", "paging: start"),
    ],
)
def test_rows_that_are_taken_otherwise_are_found(change: dict[str, Any], place: str, expected: str) -> None:
    listing = {
        "method": "crm.item.list",
        "arguments": {"entityTypeId": "a"},
        "paging": "start",
        "answer": {"path": "items"},
    }
    request = {key: value for key, value in {**listing, **change}.items() if value is not None}
    assert [(found[0], found[2]) for found in faults(request)] == [(place, expected)]


def test_an_action_that_only_applications_can_carry_out_has_to_say_so() -> None:
    request = {"method": "event.unbind", "arguments": {"event": "a", "handler": "b"}}
    assert [found[2] for found in faults(request)] == ["applicationOnly: true"]
    assert faults(request, applicationOnly=True) == []


def test_validation_holds_everything_that_is_shipped_against_the_documentation(tmp_path: Path) -> None:
    root = packaged_data().root
    for name in ("manifest.json", "credentials", "node_definitions"):
        source = root / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    path = tmp_path / "node_definitions" / "resources" / "user.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("method: user.get", "method: user.got"), encoding="utf-8")
    found = [fault for fault in validate([path]) if "no documented method" in fault.message]
    assert found
    assert all("user.get" in fault.expected for fault in found)
