"""Workflows of the community node: every one of its actions becomes one of ours, and nothing is lost in silence."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.definitions.yaml_files import read_yaml
from bitrix_node.n8n.installation.up import NODE_TYPE
from bitrix_node.n8n.migration import NodeReport, UnreadableWorkflow, migrate_workflow
from bitrix_node.n8n.migration.table import community_node
from bitrix_node.parameters import read_values

if TYPE_CHECKING:
    from collections.abc import Iterator

DEFINITIONS = Definitions.packaged()
COMMUNITY_NODE = "n8n-nodes-bitrix24.bitrix24"
CHOSEN = ("authentication", "resource", "operation")
# Every action of the community node, with everything filled in that its panel shows.
ACTIONS = [
    json.loads(line)
    for line in Path(__file__).with_name("community_node_actions.jsonl").read_text(encoding="utf-8").splitlines()
]
PROMISED = read_yaml(Path(__file__).parents[1] / "definitions" / "promised_actions.yaml")
FILE = {"data": {"data": "AAAA", "mimeType": "text/plain", "fileName": "a.txt"}}


def migrated(**node: Any) -> tuple[dict[str, Any], NodeReport]:
    """One node, migrated in a workflow of its own, and what is said about it."""
    before = {"id": "1", "name": "Bitrix24", "type": COMMUNITY_NODE, "typeVersion": 1, "position": [0, 0], **node}
    given = copy.deepcopy(before)
    workflow, [report] = migrate_workflow({"nodes": [before], "connections": {}}, DEFINITIONS)
    assert before == given, "the given workflow stays as it is"
    return workflow["nodes"][0], report


def action_parameters(**parameters: Any) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The parameters of a migrated node without the choice of action, and the remarks."""
    node, report = migrated(parameters={"authentication": "webhook", **parameters})
    assert report.migrated, report.remarks
    assert report.remarks[0].startswith("Choose a credential")
    return {name: value for name, value in node["parameters"].items() if name not in CHOSEN}, report.remarks[1:]


def test_every_promised_action_is_among_the_nodes() -> None:
    assert {(entry["resource"], entry["operation"]) for entry in ACTIONS} == {
        (resource, operation) for resource, operations in PROMISED.items() for operation in operations
    }


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: f"{action['resource']} {action['operation']}")
def test_every_action_is_carried_over(action: dict[str, Any]) -> None:
    chosen = {"resource": action["resource"], "operation": action["operation"]}
    values, remarks = action_parameters(**chosen, **action["parameters"])
    operation = DEFINITIONS.operation(**chosen)
    if operation.refuses:
        assert any(remark.startswith("The action is not possible") for remark in remarks)
        return
    fixed = community_node().fixed.get(f"{action['resource']}.{action['operation']}", {})
    said = " ".join(remarks)
    given = {name: value for name, value in action["parameters"].items() if name not in fixed}
    assert not [names for names in lost(given, values) if not any(name in said for name in names)]
    to_fill_in = {entry.name: "7" for entry in operation.parameters if f"Fill in '{entry.display_name}'" in said}
    read_values(operation, {**values, **to_fill_in}, FILE)
    options = values[operation.options_parameter]
    assert options.get("output") == "raw" or options["simplify"] is False


def lost(given: Any, kept: Any) -> Iterator[tuple[str, ...]]:
    """The names on the way to each value that was given and is nowhere in what was kept."""
    texts = json.dumps(kept)
    for names, value in leaves(given, ()):
        shapes = [(names[-1], value), (names[-1], [value]), ("value", value)]
        if not any(f'"{name}": {json.dumps(shape)}' in texts for name, shape in shapes):
            yield names


def leaves(given: Any, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in given.items():
        rows = value if isinstance(value, list) else [value]
        if rows and isinstance(rows[0], dict):
            for row in rows:
                yield from leaves(row, (*above, name))
        else:
            yield (*above, name), value


def test_a_node_keeps_what_is_not_about_the_package() -> None:
    kept = {"onError": "continueErrorOutput", "notes": "why", "disabled": True, "retryOnFail": True, "id": "7"}
    node, report = migrated(parameters={"authentication": "webhook", "recordId": "={{ $json.id }}"}, **kept)
    assert node == {
        **kept,
        "name": "Bitrix24",
        "type": NODE_TYPE,
        "typeVersion": DEFINITIONS.node.version,
        "position": [0, 0],
        "parameters": node["parameters"],
    }
    assert report == NodeReport("Bitrix24", "CRM: Get", True, report.remarks)
    assert report.remarks[0] == "Choose a credential: Bitrix24 Webhook API."
    assert "result.item" in report.remarks[1]


def test_what_n8n_did_not_store_because_it_was_the_default_is_written_down() -> None:
    node, _ = migrated(parameters={})
    assert {name: node["parameters"][name] for name in CHOSEN} == {
        "authentication": "oAuth2",
        "resource": "crm",
        "operation": "get",
    }
    for resource, operation in community_node().operations.items():
        node, report = migrated(parameters={"resource": resource})
        assert (node["parameters"]["operation"], report.migrated) == (operation, True)
    values, _ = action_parameters(resource="notify", message="Hello")
    assert values["userId"] in (1, {"__rl": True, "mode": "id", "value": 1})


def test_the_table_knows_nothing_that_is_not_there() -> None:
    table = community_node()
    for action, values in {**table.defaults, **table.fixed}.items():
        operation = DEFINITIONS.operation(*action.split("."))
        assert all(operation.parameter(name) for name in values)
    for places in table.moves.values():
        for place in places:
            assert any(place in operation.parameters_by_path for operation in every_operation()), place
    assert set(table.credentials.values()) == set(DEFINITIONS.credentials)


def every_operation() -> Iterator[Any]:
    for name in DEFINITIONS.resource_names:
        yield from DEFINITIONS.resource(name).operations


def test_credentials_are_to_be_chosen_anew_unless_the_type_is_the_same() -> None:
    webhook = {"bitrix24Webhook": {"id": "1", "name": "Portal"}}
    node, report = migrated(parameters={"authentication": "webhook"}, credentials=webhook)
    assert "credentials" not in node
    assert report.remarks[0] == "Choose a credential: Bitrix24 Webhook API, in place of 'Portal'."
    key = {"bitrix24Api": {"id": "2", "name": "Key"}}
    node, report = migrated(parameters={"authentication": "apiKey"}, credentials=key)
    assert node["credentials"] == key
    assert not any("credential" in remark for remark in report.remarks)


def test_an_agents_tool_stays_a_tool() -> None:
    parameters = {"descriptionType": "manual", "toolDescription": "Finds deals", "operation": "getAll"}
    node, report = migrated(type=f"{COMMUNITY_NODE}Tool", parameters=parameters)
    assert (node["type"], report.migrated) == (f"{NODE_TYPE}Tool", True)
    assert {name: node["parameters"][name] for name in parameters} == parameters
    assert "simplify" not in json.dumps(node), (
        "nothing further on reads a tool's answer; a model reads the short one better"
    )


def test_bots_stay_with_the_api_that_they_were_registered_through() -> None:
    values, _ = action_parameters(resource="chatbot", operation="chatGet", botId="39", chatId="1207")
    assert values["options"]["apiVersion"] == "old"


def test_a_moved_option_finds_its_new_place() -> None:
    values, remarks = action_parameters(
        resource="documentGenerator", operation="getTemplates", filter={"accessToken": "={{ $json.token }}"}
    )
    assert values["options"]["accessToken"] == "={{ $json.token }}"
    assert remarks == ()


def test_what_is_empty_is_not_worth_a_remark() -> None:
    options = {"filter": "{}", "order": "", "select": "[]"}
    _, remarks = action_parameters(resource="task", operation="get", taskId="7", options=options)
    assert remarks == ()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ID, TITLE,, UF_*", ["ID", "TITLE", "UF_*"]),
        ('["ID", "TITLE"]', ["ID", "TITLE"]),
        (["ID"], ["ID"]),
        ("[ID, TITLE]", "[ID, TITLE]"),
        ("", []),
        ("={{ $json.fields }}", "={{ $json.fields }}"),
    ],
)
def test_names_of_fields_become_a_list_where_the_panel_has_one(given: Any, kept: Any) -> None:
    values, remarks = action_parameters(resource="task", operation="getAll", options={"select": given})
    assert values["options"]["select"] == kept
    assert remarks == ()


def test_a_choice_that_is_not_there_is_named() -> None:
    values, remarks = action_parameters(resource="chat", operation="createChat", chatTitle="Team", chatType="CALL")
    assert "chatType" not in values
    assert remarks == ("'chatType' is not carried over. There is no choice 'CALL'; choose anew.",)
    values, remarks = action_parameters(
        resource="chat", operation="createChat", chatTitle="Team", chatType="={{ $json.t }}"
    )
    assert values["chatType"] == "={{ $json.t }}"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"resource": "orders", "operation": "get"}, "orders"),
        ({"resource": "crm", "operation": "fly"}, "fly"),
        ({"resource": "product"}, "no operation"),
        ({"resource": "={{ $json.resource }}"}, "expression"),
        ([], "no object"),
    ],
    ids=str,
)
def test_a_node_that_cannot_be_told_stays_as_it_is(parameters: Any, reason: str) -> None:
    node, report = migrated(parameters=parameters)
    assert (node["type"], node["parameters"], report.migrated) == (COMMUNITY_NODE, parameters, False)
    assert reason in report.remarks[0]


def test_a_second_time_there_is_nothing_to_do() -> None:
    nodes = [
        {
            "name": f"{action['resource']} {action['operation']}",
            "type": COMMUNITY_NODE,
            "parameters": {"resource": action["resource"], "operation": action["operation"], **action["parameters"]},
        }
        for action in ACTIONS
    ]
    others = [{"name": "Set", "type": "n8n-nodes-base.set", "parameters": {"resource": "crm"}}]
    once, reports = migrate_workflow({"name": "All", "nodes": others + nodes, "pinData": {"a": 1}}, DEFINITIONS)
    assert len(reports) == len(ACTIONS)
    assert once["nodes"][0] == others[0]
    assert (once["name"], once["pinData"]) == ("All", {"a": 1})
    assert migrate_workflow(once, DEFINITIONS) == (once, [])


def test_several_workflows_of_one_file() -> None:
    workflow = {"nodes": [{"name": "Bitrix24", "type": COMMUNITY_NODE, "parameters": {}}]}
    both, reports = migrate_workflow([workflow, {"nodes": []}], DEFINITIONS)
    assert [len(entry["nodes"]) for entry in both] == [1, 0]
    assert len(reports) == 1


@pytest.mark.parametrize("content", [None, 7, "workflow", {}, [], {"nodes": {}}, {"nodes": ["node"]}, [{}]], ids=str)
def test_what_is_no_workflow_is_refused(content: Any) -> None:
    with pytest.raises(UnreadableWorkflow):
        migrate_workflow(content, DEFINITIONS)
