"""The fields that rows of filters and sort orders, and Select, offer: every list against the embedded portal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, Webhook
from bitrix_node.definitions import Definitions
from bitrix_node.parameters.types import TAKE_LISTS

if TYPE_CHECKING:
    from bitrix_node.definitions.models import Parameter
    from bitrix_node.sandbox import Sandbox
    from tests.n8n.panel_driver import Panel

DEFINITIONS = Definitions.packaged()
NEEDED: dict[str, dict[str, Any]] = {
    "crm": {"entityType": "deal"},
    "spa": {"entityTypeId": "1032"},
    "lists": {"IBLOCK_ID": "2"},
}
"""Resource -> what its panel holds when the fields are asked for, if anything matters."""

NEEDED_TO_RUN: dict[tuple[str, str], dict[str, Any]] = {
    ("department", "getUsers"): {"departmentId": "1"},
    ("lists", "getElement"): {"ELEMENT_ID": "4"},
    ("requisite", "getAddresses"): {"ownerType": "any"},
    ("task", "get"): {"taskId": "1"},
    ("timeline", "getComments"): {"entityType": "DEAL", "entityId": "1"},
    ("user", "get"): {"userId": "1"},
}
"""Resource and operation -> what else it takes to run the action."""

ROWS: list[tuple[str, str, Parameter]] = [
    (resource, operation.operation, parameter)
    for resource in DEFINITIONS.resource_names
    for operation in DEFINITIONS.resource(resource).operations
    for parameter in operation.parameters
    if parameter.builds and parameter.field_lookup
]
"""Resource, operation and parameter of all rows that offer fields."""

SELECTS: list[tuple[str, str, str, Parameter]] = [
    (resource, operation.operation, path, parameter)
    for resource in DEFINITIONS.resource_names
    for operation in DEFINITIONS.resource(resource).operations
    for path, parameter in operation.parameters_by_path.items()
    if parameter.type == "multiOptions" and parameter.field_lookup
]
"""Resource, operation, path and parameter of everything that offers the fields to return."""

LISTS = sorted({(resource, operation, str(parameter.field_lookup)) for resource, operation, parameter in ROWS})


async def offered(panel: Panel, lookup: str, **parameters: Any) -> dict[str, str]:
    """The choices by label."""
    outcome = await asked(panel, lookup, **parameters)
    return {choice["name"]: choice["value"] for choice in outcome["result"]}


async def asked(panel: Panel, lookup: str, **parameters: Any) -> dict[str, Any]:
    """What n8n gets when it asks for the fields: `result` or `thrown`."""
    task = {"names": {"lookups": DEFINITIONS.field_lookups, "name": lookup}}
    (outcome,) = await panel.does(task, parameters=parameters)
    return outcome


def test_every_lookup_has_a_list() -> None:
    assert {lookup for _, _, lookup in LISTS} == set(DEFINITIONS.field_lookups)


@pytest.mark.parametrize(("resource", "operation", "lookup"), LISTS)
async def test_every_list_offers_fields(panel: Panel, resource: str, operation: str, lookup: str) -> None:
    found = await offered(panel, lookup, resource=resource, operation=operation, **NEEDED.get(resource, {}))
    assert found
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(("resource", "operation", "parameter"), ROWS)
def test_rows_stand_where_the_script_looks_for_them(resource: str, operation: str, parameter: Parameter) -> None:
    [group] = parameter.groups
    [column] = [member for member in group.members if member.name == "field"]
    assert f"{parameter.name}.{group.name}" in ("filters.conditions", "sort.fields"), (resource, operation)
    assert (column.type, column.options, column.custom_values) == ("options", None, True)


@pytest.mark.parametrize(("resource", "operation", "path", "parameter"), SELECTS)
async def test_every_field_that_select_offers_is_taken(
    panel: Panel, sandbox: Sandbox, resource: str, operation: str, path: str, parameter: Parameter
) -> None:
    known = DEFINITIONS.operation(resource, operation).parameters_by_path
    needed = {name: value for name, value in NEEDED.get(resource, {}).items() if name in known}
    needed |= NEEDED_TO_RUN.get((resource, operation), {})
    found = await offered(panel, f"{parameter.field_lookup}Select", resource=resource, operation=operation, **needed)
    names = [name for name in found.values() if "*" not in name]
    assert len(set(found.values())) == len(found)
    collection, _, name = path.partition(".")
    async with Node(Webhook(sandbox.webhook_url)) as node:
        chosen = await node.execute(resource, operation, parameters={**needed, collection: {name: names}})
        written = await node.execute(resource, operation, parameters={**needed, collection: {name: ", ".join(names)}})
        everything = await node.execute(resource, operation, parameters={**needed, collection: {name: []}})
        default = await node.execute(resource, operation, parameters={**needed, collection: {name: ""}})
    returned = {plain(name) for item in chosen for name in item["json"]}
    # People come without the fields that are empty.
    assert parameter.field_lookup == "users" or not [name for name in names if plain(name) not in returned]
    assert chosen == written
    assert everything == default


@pytest.mark.parametrize("entity", ["activity", "company", "contact", "deal", "invoice", "lead", "product", "quote"])
async def test_every_kind_of_record_returns_what_select_offers(panel: Panel, sandbox: Sandbox, entity: str) -> None:
    found = await offered(panel, "crmRecordsSelect", resource="crm", operation="getAll", entityType=entity)
    names = [name for name in found.values() if "*" not in name]
    async with Node(Webhook(sandbox.webhook_url)) as node:
        chosen = {"entityType": entity, "crmOptions": {"select": names}}
        items = await node.execute("crm", "getAll", parameters=chosen)
    returned = {plain(name) for item in items for name in item["json"]}
    assert not [name for name in names if plain(name) not in returned]


def plain(name: str) -> str:
    """A field's name without its spelling: Bitrix24 answers some methods in another one than it is asked in."""
    return name.replace("_", "").lower()


@pytest.mark.parametrize(("resource", "operation", "path", "parameter"), SELECTS)
def test_fields_to_return_stand_where_the_script_looks_for_them(
    resource: str, operation: str, path: str, parameter: Parameter
) -> None:
    assert path in ("options.select", "crmOptions.select"), (resource, operation)
    assert parameter.display_name == "Select Field Names or IDs"
    assert parameter.transform in TAKE_LISTS


async def test_select_offers_what_lists_return(panel: Panel) -> None:
    deals = await offered(panel, "crmRecordsSelect", resource="crm", operation="getAll", entityType="deal")
    assert deals["Amount"] == "opportunity"
    assert deals["Order number"] == "UF_CRM_1700000001"
    assert deals["All Fields"] == "*"
    assert "fm" not in deals.values()
    tasks = await offered(panel, "tasksSelect", resource="task", operation="getAll")
    assert {"TAGS", "ACCOMPLICES", "UF_*"} <= set(tasks.values())
    assert not {"TAG", "REAL_STATUS"} & set(tasks.values())


async def test_what_select_holds_already_is_offered_as_it_is_written(panel: Panel) -> None:
    held = {"crmOptions": {"select": ["OPPORTUNITY", "title", "MADE_UP", ""]}, "options": {"select": "text, too"}}
    found = await offered(panel, "crmRecordsSelect", resource="crm", operation="getAll", entityType="deal", **held)
    assert found["Amount (OPPORTUNITY)"] == "OPPORTUNITY"
    assert found["Name"] == "title"
    assert found["MADE_UP"] == "MADE_UP"
    assert not {"", "text, too"} & set(found.values())


async def test_labels_custom_fields_and_what_only_the_portal_writes(panel: Panel) -> None:
    found = await offered(panel, "crmRecords", resource="crm", operation="getAll", entityType="deal")
    assert found["Amount"] == "opportunity"
    assert found["Order number"] == "UF_CRM_1700000001"
    assert found["Created on"] == "createdTime"
    assert len(panel.requests) == 1


@pytest.mark.parametrize("entity", ["activity", "company", "contact", "deal", "invoice", "lead", "product", "quote"])
async def test_every_kind_of_record_has_fields(panel: Panel, entity: str) -> None:
    found = await offered(panel, "crmRecords", resource="crm", operation="getAll", entityType=entity)
    assert {"ID", "id"} & set(found.values())
    assert "fm" not in found.values()


async def test_what_a_row_holds_already_is_offered_as_it_is_written(panel: Panel) -> None:
    rows = {
        "filters": {"conditions": [{"field": "OPPORTUNITY"}, {"field": "title"}, {"field": "=deal"}, {"field": ""}]},
        "sort": {"fields": [{"field": "MADE_UP"}, {}]},
    }
    found = await offered(panel, "crmRecords", resource="crm", operation="getAll", entityType="deal", **rows)
    assert found["Amount (OPPORTUNITY)"] == "OPPORTUNITY"
    assert found["Amount (opportunity)"] == "opportunity"
    assert found["Name"] == "title"
    assert found["MADE_UP"] == "MADE_UP"
    assert not {"", "=deal"} & set(found.values())


async def test_rows_ask_the_portal_once(panel: Panel) -> None:
    task = {"names": {"lookups": DEFINITIONS.field_lookups, "name": "users"}}
    outcomes = await panel.does(task, task, parameters={"resource": "user", "operation": "getAll"})
    assert [choice["name"] for choice in outcomes[0]["result"] if choice["value"] == "WORK_POSITION"]
    assert outcomes[0] == outcomes[1]
    assert len(panel.requests) == 1


async def test_tasks_and_elements_offer_what_only_lists_know(panel: Panel) -> None:
    tasks = await offered(panel, "tasks", resource="task", operation="getAll")
    assert tasks["Tag"] == "TAG"
    assert "TAGS" not in tasks.values()
    elements = await offered(panel, "listElements", resource="lists", operation="getElements", IBLOCK_ID="2")
    assert elements["ID"] == "ID"
    assert elements["Holder"] == "PROPERTY_9"


@pytest.mark.parametrize("chosen", [{}, {"entityType": "={{ $json.kind }}"}])
async def test_what_has_to_be_chosen_first(panel: Panel, chosen: dict[str, Any]) -> None:
    outcome = await asked(panel, "crmRecords", resource="crm", operation="getAll", **chosen)
    assert outcome["thrown"]["message"] == "Choose the kind of record first"
    assert not panel.requests


async def test_a_refusal_is_told(panel: Panel) -> None:
    outcome = await asked(panel, "listElements", resource="lists", operation="getElements", IBLOCK_ID="9999")
    assert outcome["thrown"]["message"] == "Iblock not found"


@pytest.mark.parametrize("field", ["title", "TITLE"])
async def test_either_name_filters(panel: Panel, sandbox: Sandbox, field: str) -> None:
    assert "result" in await panel.calls("crm.deal.add", fields={"TITLE": "Bench for the hall"})
    rows = {"conditions": [{"field": field, "operator": "equals", "value": "Bench for the hall"}]}
    async with Node(Webhook(sandbox.webhook_url)) as node:
        items = await node.execute("crm", "getAll", parameters={"entityType": "deal", "filters": rows})
    assert [item["json"]["title"] for item in items] == ["Bench for the hall"]
