"""Lookups that are wrong are all reported, each with its place and what would be right."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions.checks.lookups import lookup_documents, lookup_faults
from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.definitions.validation import validate
from tests.definitions.data_directory import DataDirectory

if TYPE_CHECKING:
    from pathlib import Path

RIGHT: dict[str, Any] = {
    "tables": {"kinds": {"deal": "deal", "lead": "item"}},
    "lookups": {
        "deal": {
            "name": "Deal",
            "request": {
                "method": "crm.item.list",
                "arguments": {"entityTypeId": {"value": 2}},
                "paging": "start",
                "rows": "items",
            },
            "search": {"argument": "filter.%title"},
            "value": "id",
            "label": [["title"]],
            "links": ["/crm/deal/details/{id}/"],
        },
        "item": {
            "name": "Item",
            "request": {
                "method": "crm.item.list",
                "arguments": {"entityTypeId": "type"},
                "paging": "start",
                "rows": "items",
            },
        },
        "record": {"name": "Record", "by": {"parameter": "kind", "table": "kinds"}},
        "file": {
            "name": "File",
            "request": {"method": "disk.storage.getChildren"},
            "each": {"lookup": "deal", "argument": "id"},
        },
    },
}

WRONG: dict[str, tuple[tuple[str, ...], Any, str, str, str]] = {
    "a method that is not there": (
        ("lookups", "deal", "request", "method"),
        "crm.item.lst",
        "lookups.deal.request.method",
        'no documented method "crm.item.lst"',
        "crm.item.list",
    ),
    "an argument that the method lacks": (
        ("lookups", "deal", "request", "arguments", "entityType"),
        {"value": 2},
        "lookups.deal.request.arguments.entityType",
        'documents no argument "entityType"',
        "entityTypeId",
    ),
    "rows in another place": (
        ("lookups", "deal", "request", "rows"),
        "deals",
        "lookups.deal.request.answer.path",
        'the rows of crm.item.list lie at "items"',
        '"items"',
    ),
    "a searched place that the method lacks": (
        ("lookups", "deal", "search", "argument"),
        "find",
        "lookups.deal.request.arguments.find",
        'documents no argument "find"',
        "one of",
    ),
    "a kind of paging that the panel does not know": (
        ("lookups", "deal", "request", "paging"),
        "lastId",
        "lookups.deal.request.paging",
        'the panel turns no pages of the kind "lastId"',
        "one of",
    ),
    "a source that the panel does not understand": (
        ("lookups", "item", "request", "arguments", "entityTypeId"),
        {"parameter": "type", "transform": "integer"},
        "lookups.item.request.arguments.entityTypeId",
        "the panel knows no transform",
        "one of",
    ),
    "a table that names no lookup": (
        ("tables", "kinds", "lead"),
        "leed",
        "tables.kinds",
        'there is no lookup "leed"',
        "one of",
    ),
    "a table that is not there": (
        ("lookups", "record", "by", "table"),
        "kind",
        "lookups.record.by",
        '"kind" is no table of the file',
        "kinds",
    ),
    "rows of a lookup that is not there": (
        ("lookups", "file", "each", "lookup"),
        "deals",
        "lookups.file.each.lookup",
        'no lookup "deals" has a request',
        "deal",
    ),
    "a link without an ID": (
        ("lookups", "deal", "links"),
        ["/crm/deal/"],
        "lookups.deal.links[0]",
        'here stands "/crm/deal/"',
        "A path without the portal's address",
    ),
    "a key that nobody knows": (
        ("lookups", "deal", "lables"),
        [],
        "lookups.deal.lables",
        'the key "lables" is not known here',
        "label",
    ),
}


def folder_with(tmp_path: Path, content: dict[str, Any]) -> Path:
    directory = DataDirectory(tmp_path)
    directory.write_file("node_definitions/lookups/crm.yaml", content)
    return directory.location.lookups


def test_right_lookups_have_no_faults(tmp_path: Path) -> None:
    documents = lookup_documents(folder_with(tmp_path, RIGHT))
    assert list(lookup_faults(documents, MethodCatalogue.packaged())) == []


@pytest.mark.parametrize("case", WRONG)
def test_a_fault_is_reported_with_its_place(tmp_path: Path, case: str) -> None:
    path, value, place, message, expected = WRONG[case]
    content = deepcopy(RIGHT)
    inner = content
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    faults = list(lookup_faults(lookup_documents(folder_with(tmp_path, content)), MethodCatalogue.packaged()))
    found = [fault for fault in faults if fault.path == place]
    assert found, faults
    assert message in found[0].message
    assert expected in found[0].expected


@pytest.mark.parametrize(
    ("lookup", "place", "message", "expected"),
    [
        ("deel", "lookup", 'there is no lookup "deel"', "deal"),
        ({"name": "item", "inputs": {"tpe": "kind"}}, "lookup.inputs.tpe", 'the lookup has no input "tpe"', "type"),
        ("item", "lookup", 'the list depends on "type", and the panel has no field "type"', "inputs"),
        ({"name": "item", "inputs": {"type": "kinds"}}, "lookup", 'the panel has no field "kinds"', "inputs"),
    ],
)
def test_a_parameter_that_uses_a_lookup_wrongly_is_reported(
    tmp_path: Path, lookup: Any, place: str, message: str, expected: str
) -> None:
    directory = DataDirectory(tmp_path)
    directory.resource["parameters"]["noteId"]["lookup"] = lookup
    directory.write_file("node_definitions/lookups/crm.yaml", RIGHT)
    faults = [
        fault for fault in validate(directory.write()) if fault.path == f"operations.delete.parameters[0].{place}"
    ]
    assert [(message in fault.message, expected in fault.expected) for fault in faults] == [(True, True)]
