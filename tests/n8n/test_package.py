"""The generated package: the panel shows what the definitions say, the files are what n8n's installer wants."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import __version__
from bitrix_node.definitions.catalog import Definitions
from bitrix_node.definitions.models import Operation, Parameter, Resource
from bitrix_node.n8n.package.archive import pack
from bitrix_node.n8n.package.build import build_package, package_files
from bitrix_node.n8n.package.description import node_description, shim_plan
from bitrix_node.n8n.package.properties import render_property
from bitrix_node.n8n.package.trigger import trigger_description

if TYPE_CHECKING:
    from collections.abc import Iterator

NODE = "dist/nodes/Bitrix24"
DEFINITIONS = Definitions.packaged()
RESOURCES = [DEFINITIONS.resource(name) for name in DEFINITIONS.resource_names]
TRIGGER = trigger_description(DEFINITIONS.trigger, DEFINITIONS.events, DEFINITIONS.polling, DEFINITIONS.credentials)
DESCRIPTION = node_description(DEFINITIONS.node, RESOURCES, DEFINITIONS.credentials)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return package_files(DEFINITIONS)


def actions() -> Iterator[tuple[Resource, Operation]]:
    for resource in RESOURCES:
        for operation in resource.operations:
            yield resource, operation


def shown(resource: str, operation: str) -> list[dict[str, Any]]:
    """The fields of an action, conditions on other fields left aside."""
    chosen = {"resource": resource, "operation": operation}
    return [
        entry
        for entry in DESCRIPTION["properties"]
        if entry["name"] not in {"authentication", "resource", "operation"}
        and all(value in entry["displayOptions"]["show"][name] for name, value in chosen.items())
    ]


@pytest.mark.parametrize(("resource", "operation"), [pytest.param(*pair, id=pair[1].operation) for pair in actions()])
def test_an_action_shows_its_own_fields_in_their_order(resource: Resource, operation: Operation) -> None:
    names = [entry["displayName"] for entry in shown(resource.resource, operation.operation)]
    assert names == [parameter.display_name for parameter in operation.parameters]


def test_a_field_that_actions_share_exists_once() -> None:
    for resource in RESOURCES:
        bodies = [
            json.dumps({**entry, "displayOptions": None}, sort_keys=True)
            for entry in DESCRIPTION["properties"]
            if resource.resource in entry.get("displayOptions", {}).get("show", {}).get("resource", [])
        ]
        repeated = len(bodies) - len(set(bodies))
        # Two actions that show the same two fields in opposite order cannot share both.
        assert repeated <= len(resource.operations) // 4, resource.resource


def test_each_resource_offers_its_operations_with_their_action_text() -> None:
    for resource in RESOURCES:
        (choice,) = (
            entry
            for entry in DESCRIPTION["properties"]
            if entry["name"] == "operation" and entry["displayOptions"]["show"]["resource"] == [resource.resource]
        )
        assert {(entry["value"], entry["action"]) for entry in choice["options"]} == {
            (operation.operation, operation.action) for operation in resource.operations
        }


def test_rows_offer_fields_from_the_portal_or_take_a_text() -> None:
    (filters,) = (entry for entry in shown("crm", "getAll") if entry["name"] == "filters")
    column = filters["options"][0]["values"][0]
    assert (column["name"], column["displayName"], column["type"]) == ("field", "Field Name or ID", "options")
    assert column["typeOptions"]["loadOptionsMethod"] == "crmRecords"
    assert column["typeOptions"]["loadOptionsDependsOn"][:2] == ["entityType", "entityType.value"]
    assert column["description"].endswith('using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.')
    assert not {"options", "placeholder"} & set(column)
    (filters,) = (entry for entry in shown("workgroup", "getAll") if entry["name"] == "filters")
    assert filters["options"][0]["values"][0]["type"] == "string"


def test_select_offers_fields_from_the_portal_or_takes_a_text() -> None:
    chosen = member("crm", "getAll", "crmOptions", "select")
    assert (chosen["displayName"], chosen["type"]) == ("Select Field Names or IDs", "multiOptions")
    assert chosen["default"] == []
    assert chosen["typeOptions"]["loadOptionsMethod"] == "crmRecordsSelect"
    assert chosen["typeOptions"]["loadOptionsDependsOn"][:2] == ["entityType", "entityType.value"]
    assert chosen["description"].endswith('using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.')
    assert not {"options", "placeholder"} & set(chosen)
    assert member("workgroup", "getAll", "options", "select")["type"] == "string"


def member(resource: str, operation: str, collection: str, name: str) -> dict[str, Any]:
    """A member of a collection in the panel of an action."""
    (options,) = (entry for entry in shown(resource, operation) if entry["name"] == collection)
    (found,) = (entry for entry in options["options"] if entry["name"] == name)
    return dict(found)


def test_lookups_of_fields_have_names_of_their_own(files: dict[str, bytes]) -> None:
    loaded = json.loads(files["dist/shim/panel/lookups.json"])["loadOptions"]
    names = {f"{name}{ending}" for name in DEFINITIONS.field_lookups for ending in ("", "Select")}
    assert len(names) == 2 * len(DEFINITIONS.field_lookups)
    assert not set(loaded) & names


def test_a_credential_is_asked_for_by_the_choice_of_sign_in() -> None:
    (authentication,) = (entry for entry in DESCRIPTION["properties"] if entry["name"] == "authentication")
    choices = [option["value"] for option in authentication["options"]]
    asked = [credential["displayOptions"]["show"]["authentication"] for credential in DESCRIPTION["credentials"]]
    assert sorted(choices) == sorted(value for (value,) in asked)


def test_the_plan_names_every_parameter_and_every_file() -> None:
    plan = shim_plan(RESOURCES, DEFINITIONS.credentials)
    for resource, operation in actions():
        entry = plan["operations"][resource.resource][operation.operation]
        assert entry["parameters"] == [parameter.name for parameter in operation.parameters]
        assert len(entry.get("fileParameters", [])) == str(operation.model_dump()).count("'inputDataField'")
    assert plan["operations"]["user"]["getAll"]["writes"] is False
    assert plan["operations"]["user"]["getCurrent"]["writes"] is False
    assert plan["operations"]["chatbot"]["chatUserDelete"]["writes"] is True


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (
            Parameter(name="a", display_name="A", type="boolean"),
            {"displayName": "A", "name": "a", "type": "boolean", "default": False},
        ),
        (
            Parameter(name="a", display_name="A", type="number", default=50, min_value=1),
            {"displayName": "A", "name": "a", "type": "number", "default": 50, "typeOptions": {"minValue": 1}},
        ),
        (
            Parameter(name="a", display_name="A", description="x < y & z", rows=4, password=True, required=True),
            {
                "displayName": "A",
                "name": "a",
                "type": "string",
                "default": "",
                "typeOptions": {"rows": 4, "password": True},
                "required": True,
                "description": "x &lt; y &amp; z",
            },
        ),
        (
            Parameter(name="a", display_name="A", show={"b": ("x",), "c": "given", "d": "missing"}),
            {
                "displayName": "A",
                "name": "a",
                "type": "string",
                "default": "",
                "displayOptions": {
                    "show": {"b": ["x"], "c": [{"_cnd": {"exists": True}}]},
                    "hide": {"d": [{"_cnd": {"exists": True}}]},
                },
            },
        ),
    ],
)
def test_a_parameter_becomes_a_property(parameter: Parameter, expected: dict[str, Any]) -> None:
    assert render_property(parameter) == expected


def test_inside_a_collection_conditions_look_among_siblings_first() -> None:
    members = (
        Parameter(name="kind", display_name="Kind"),
        Parameter(name="size", display_name="Size", show={"kind": ("file",), "entityType": ("deal",)}),
    )
    rendered = render_property(Parameter(name="options", display_name="Options", type="collection", members=members))
    assert rendered["options"][1]["displayOptions"] == {"show": {"kind": ["file"], "/entityType": ["deal"]}}


def test_a_required_member_of_a_collection_is_required_in_words_alone() -> None:
    member = Parameter(name="title", display_name="Title", required=True, description="Title of the task")
    rendered = render_property(Parameter(name="fields", display_name="Fields", type="collection", members=(member,)))
    assert rendered["options"] == [
        {
            "displayName": "Title",
            "name": "title",
            "type": "string",
            "default": "",
            "description": "Title of the task. Required.",
        }
    ]


def test_the_same_definitions_give_the_same_bytes(tmp_path: Path) -> None:
    first = build_package(tmp_path / "one")
    second = build_package(tmp_path / "two", Definitions())
    assert first.name == f"n8n-nodes-bitrix24-py-{__version__}.tgz"
    assert first.read_bytes() == second.read_bytes()


def test_building_again_leaves_no_file_of_an_older_build(tmp_path: Path) -> None:
    build_package(tmp_path)
    old = tmp_path / "n8n-nodes-bitrix24-py" / "dist" / "shim" / "old.js"
    old.write_text("")
    build_package(tmp_path)
    assert not old.exists()


def test_the_archive_is_what_npm_unpacks() -> None:
    with tarfile.open(fileobj=io.BytesIO(pack({"b/c.js": b"1", "a.json": b"{}"}))) as archive:
        assert archive.getnames() == ["package/a.json", "package/b/c.js"]


def test_package_json_obeys_the_installer(files: dict[str, bytes]) -> None:
    package = json.loads(files["package.json"])
    assert package["name"] == "n8n-nodes-bitrix24-py"
    assert package["version"] == __version__
    assert "n8n-community-node-package" in package["keywords"]
    assert package["peerDependencies"] == {"n8n-workflow": "*"}
    assert not {"dependencies", "scripts", "overrides"} & set(package)
    assert {"homepage", "author", "repository"} <= set(package)
    for path in (*package["n8n"]["nodes"], *package["n8n"]["credentials"]):
        assert path in files


def test_icons_differ_and_stand_beside_whoever_names_them(files: dict[str, bytes]) -> None:
    for folder in (NODE, "dist/credentials"):
        light, dark = (
            files[f"{folder}/{DESCRIPTION['icon'][kind].removeprefix('file:')}"] for kind in ("light", "dark")
        )
        assert light != dark


def test_the_licence_is_the_projects(files: dict[str, bytes]) -> None:
    assert files["LICENSE"] == (Path(__file__).parents[2] / "LICENSE").read_bytes()


def test_the_trigger_asks_for_the_credential_of_its_sign_in() -> None:
    # The editor lists the credentials of all types whose `show` names the choice, and no others.
    assert [entry["displayOptions"] for entry in TRIGGER["credentials"]] == [
        {"show": {"authentication": [choice]}} for choice in ("oAuth2", "webhook", "apiKey")
    ]
    first, *_ = (entry for entry in TRIGGER["properties"] if entry["name"] == "authentication")
    assert {option["value"] for option in first["options"]} == {"oAuth2", "webhook", "apiKey"}


def test_the_trigger_has_poll_times_in_the_mode_that_polls_and_none_in_others() -> None:
    polled, other = (entry for entry in TRIGGER["properties"] if entry["name"] == "pollTimes")
    assert polled["displayOptions"] == {"show": {"triggerOn": ["record"]}}
    assert (other["type"], other["default"], other["displayOptions"]) == (
        "hidden", {"item": []}, {"hide": {"triggerOn": ["record"]}},
    )  # fmt: skip
    # With this n8n would show its own poll times everywhere.
    assert "polling" not in TRIGGER


def test_the_trigger_picks_from_the_lists_of_the_action_node(files: dict[str, bytes]) -> None:
    picked = {entry["name"]: entry for entry in TRIGGER["properties"] if entry["type"] == "resourceLocator"}
    modes = {name: {mode["name"]: mode for mode in entry["modes"]} for name, entry in picked.items()}
    methods = {name: offered["list"]["typeOptions"]["searchListMethod"] for name, offered in modes.items()}
    assert methods == {
        "botId": "bot", "pollCatalogId": "catalog", "pollEntityTypeId": "smartProcess", "pollFolderId": "folder",
    }  # fmt: skip
    assert set(methods.values()) <= set(json.loads(files["dist/shim/panel/lookups.json"])["listSearch"])
    actions = [entry for entry in DESCRIPTION["properties"] if entry["type"] == "resourceLocator"]
    for name, entry in picked.items():
        same = next(other for other in actions if other["modes"][0] == modes[name]["list"])
        assert entry["modes"] == same["modes"]
        assert entry["default"] == {"mode": "list", "value": ""}


def test_every_mode_shows_fields_of_its_own() -> None:
    modes = [option["value"] for option in TRIGGER["properties"][0]["options"]]
    assert modes == ["appEvent", "chatbot", "record", "outgoingWebhook"]
    shown = [entry["displayOptions"].get("show", {}).get("triggerOn", modes) for entry in TRIGGER["properties"][1:]]
    assert {mode for entry in shown for mode in entry} == set(modes)


def test_search_words_reach_the_codex(files: dict[str, bytes]) -> None:
    codex = json.loads(files[f"{NODE}/Bitrix24.node.json"])
    assert codex["node"] == "n8n-nodes-bitrix24-py.bitrix24"
    assert {"crm", "lead", "deal", "task", "chatbot", "drive"} <= set(codex["alias"])
