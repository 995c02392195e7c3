"""The rows of `bitrix-node actions --json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions, UnknownName
from bitrix_node.definitions.listing import list_actions

if TYPE_CHECKING:
    from tests.definitions.data_directory import DataDirectory


@pytest.fixture
def rows(data: DataDirectory) -> dict[str, dict[str, Any]]:
    """The example's rows by operation."""
    data.operations["archive"] = {
        "name": "Archive",
        "action": "Archive a note",
        "description": "Puts a note away",
        "applicationOnly": True,
        "refuses": "The API cannot archive notes. Delete them instead.",
    }
    return {row["operation"]: row for row in list_actions(Definitions(data.write()))}


def test_a_row_is_complete(rows: dict[str, dict[str, Any]]) -> None:
    simplify = {
        "name": "simplify",
        "displayName": "Simplify",
        "type": "boolean",
        "required": False,
        "default": True,
        "options": None,
        "fields": None,
    }
    assert rows["getAll"] == {
        "resource": "note",
        "operation": "getAll",
        "name": "Get Many",
        "action": "Get many notes",
        "description": "Returns notes",
        "handler": "list",
        "methods": ["note.list"],
        "scopes": ["note"],
        "paginated": True,
        "application_only": False,
        "parameters": [
            {
                "name": "returnAll",
                "displayName": "Return All",
                "type": "boolean",
                "required": False,
                "default": False,
                "options": None,
                "fields": None,
            },
            {
                "name": "options",
                "displayName": "Options",
                "type": "collection",
                "required": False,
                "default": {},
                "options": None,
                "fields": [simplify],
            },
        ],
    }


def test_rows_are_sorted_and_are_json(rows: dict[str, dict[str, Any]]) -> None:
    assert list(rows) == ["archive", "create", "delete", "getAll"]
    assert json.loads(json.dumps(rows)) == rows


def test_methods_stand_in_order_and_once(data: DataDirectory) -> None:
    data.operations["create"]["requests"].insert(1, {"method": "note.alarm", "when": {"options.text": "missing"}})
    [row] = [row for row in list_actions(Definitions(data.write())) if row["operation"] == "create"]
    assert row["methods"] == ["note.alarm", "note.add"]


def test_choices_and_required_fields(rows: dict[str, dict[str, Any]]) -> None:
    kind, note_id = rows["create"]["parameters"][0], rows["delete"]["parameters"][0]
    assert (kind["options"], kind["default"], kind["required"]) == (["urgent", "usual"], "usual", False)
    assert (note_id["required"], note_id["default"]) == (True, "")
    assert (rows["delete"]["handler"], rows["delete"]["paginated"]) == ("steps", False)


def test_rows_of_a_fixed_collection_say_their_group(data: DataDirectory) -> None:
    data.operations["create"]["parameters"].append(
        {
            "name": "people",
            "displayName": "People",
            "type": "fixedCollection",
            "default": {},
            "groups": [{"name": "person", "displayName": "Person", "members": [{"name": "id", "displayName": "ID"}]}],
        }
    )
    [row] = [row for row in list_actions(Definitions(data.write())) if row["operation"] == "create"]
    [people] = [parameter for parameter in row["parameters"] if parameter["name"] == "people"]
    assert [(field["name"], field["group"]) for field in people["fields"]] == [("id", "person")]


def test_an_action_that_refuses_says_why(rows: dict[str, dict[str, Any]]) -> None:
    archive = rows["archive"]
    assert archive["refuses"] == "The API cannot archive notes. Delete them instead."
    assert (archive["methods"], archive["handler"], archive["application_only"]) == ([], "refuse", True)
    assert "refuses" not in rows["create"]


def test_one_resource_only(data: DataDirectory) -> None:
    data.node["resources"] = ["note", "other"]
    definitions = Definitions(data.write())
    assert {row["resource"] for row in list_actions(definitions, "note")} == {"note"}
    with pytest.raises(UnknownName):
        list_actions(definitions, "nothing")
