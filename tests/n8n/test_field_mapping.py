"""The fields that the mapper offers: every mapper of the package against the embedded portal, and what can go wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.n8n.panel_driver import Panel

DEFINITIONS = Definitions.packaged()
NEEDED = {
    "crm": {"entityType": "contact", "recordId": "1"},
    "spa": {"entityTypeId": "1032"},
    "task": {"taskId": "1"},
    "lists": {"IBLOCK_ID": "2"},
    "product": {},
    "catalog": {},
}
"""Resource -> what its panel holds when the fields are asked for."""

MAPPERS = [
    (resource, operation.operation, str(parameter.field_lookup))
    for resource in DEFINITIONS.resource_names
    for operation in DEFINITIONS.resource(resource).operations
    for parameter in operation.parameters
    if parameter.type == "resourceMapper"
]
"""Resource, operation and lookup of every mapper."""

KINDS = {"string", "number", "boolean", "dateTime", "array", "options"}


async def asked(panel: Panel, lookup: str, resource: str, operation: str, **parameters: Any) -> dict[str, Any]:
    """What n8n gets when it asks for the fields: `result` or `thrown`."""
    task = {"fields": {"lookups": DEFINITIONS.field_lookups, "name": lookup}}
    given = {"resource": resource, "operation": operation, **parameters}
    (outcome,) = await panel.does(task, parameters=given)
    return outcome


async def fields(panel: Panel, lookup: str, resource: str, operation: str, **parameters: Any) -> dict[str, Any]:
    """The fields by name."""
    outcome = await asked(panel, lookup, resource, operation, **parameters)
    return {field["id"]: field for field in outcome["result"]["fields"]}


async def deal_fields(panel: Panel, **parameters: Any) -> dict[str, Any]:
    return await fields(panel, "crmRecords", "crm", "create", entityType="deal", **parameters)


def choices(field: dict[str, Any]) -> dict[str, Any]:
    return {option["name"]: option["value"] for option in field["options"]}


def test_every_mapper_has_a_lookup_and_a_panel_to_try() -> None:
    assert {lookup for _, _, lookup in MAPPERS} <= set(DEFINITIONS.field_lookups)
    assert {resource for resource, _, _ in MAPPERS} == set(NEEDED)


class TestFields:
    @pytest.mark.parametrize(("resource", "operation", "lookup"), MAPPERS)
    async def test_every_mapper_has_fields(self, panel: Panel, resource: str, operation: str, lookup: str) -> None:
        found = await fields(panel, lookup, resource, operation, **NEEDED[resource])
        assert found
        assert {field["type"] for field in found.values()} <= KINDS
        labels = [field["displayName"] for field in found.values()]
        assert len(set(labels)) == len(labels)
        assert all(field["display"] and not field["canBeUsedToMatch"] for field in found.values())
        assert all(field.get("options") for field in found.values() if field["type"] == "options")

    @pytest.mark.parametrize("entity", ["lead", "deal", "contact", "company", "quote", "invoice", "product"])
    async def test_every_kind_of_record_has_fields(self, panel: Panel, entity: str) -> None:
        assert await fields(panel, "crmRecords", "crm", "create", entityType=entity)

    async def test_the_portals_labels_types_and_custom_fields(self, panel: Panel) -> None:
        found = await deal_fields(panel)
        assert (found["title"]["displayName"], found["title"]["type"]) == ("Name", "string")
        assert found["UF_CRM_1700000001"]["displayName"] == "Order number"
        assert [found[name]["type"] for name in ("opportunity", "opened", "closedate", "contactIds")] == [
            "number",
            "boolean",
            "dateTime",
            "array",
        ]

    async def test_stages_have_their_pipeline_in_front(self, panel: Panel) -> None:
        stages = choices((await deal_fields(panel))["stageId"])
        assert stages["General / New"] == "NEW"
        assert stages["Maintenance contracts / Contract due"].startswith("C1:")
        item = await fields(panel, "spaItems", "spa", "createItem", entityTypeId="1032")
        assert choices(item["stageId"])["General / Start"] == "DT1032_4:NEW"

    async def test_stages_without_pipelines_stand_alone(self, panel: Panel) -> None:
        lead = await fields(panel, "crmRecords", "crm", "create", entityType="lead")
        assert choices(lead["stageId"])["Unassigned"] == "NEW"

    async def test_directories_currencies_and_lists_are_chosen_by_name(self, panel: Panel) -> None:
        deal = await deal_fields(panel)
        assert choices(deal["sourceId"])["Website"] == "WEB"
        assert choices(deal["currencyId"])["Euro"] == "EUR"
        assert choices(deal["categoryId"])["Maintenance contracts"] == 1
        item = await fields(panel, "spaItems", "spa", "createItem", entityTypeId="1032")
        assert choices(item["UF_CRM_1_ACCESS"]) == {"Loading bay": "1", "Front door": "2"}
        task = await fields(panel, "tasks", "task", "create")
        assert choices(task["PRIORITY"])["High"] == "2"
        product = await fields(panel, "products", "product", "addProduct")
        assert choices(product["property2"])["Grey"] == 1

    async def test_a_list_to_choose_several_from(self, panel: Panel) -> None:
        entries = [{"VALUE": "Grey"}, {"VALUE": "Oak"}]
        labels = {"EDIT_FORM_LABEL": {"en": "Colours"}}
        field = {"FIELD_NAME": "COLOURS", "USER_TYPE_ID": "enumeration", "MULTIPLE": "Y", **labels, "LIST": entries}
        assert "result" in await panel.calls("crm.deal.userfield.add", fields=field)
        found = (await deal_fields(panel))["UF_CRM_COLOURS"]
        assert (found["displayName"], found["type"]) == ("Colours (Grey, Oak)", "array")
        assert set(choices(found)) == {"Grey", "Oak"}

    @pytest.mark.parametrize("name", ["id", "createdTime", "movedBy", "stageSemanticId", "fm", "photo", "webformId"])
    async def test_what_only_the_portal_writes_and_what_has_its_own_place_is_left_out(
        self, panel: Panel, name: str
    ) -> None:
        assert name not in await fields(panel, "crmRecords", "crm", "create", entityType="contact")
        assert name not in await deal_fields(panel)

    @pytest.mark.parametrize(
        ("lookup", "resource", "operation", "parameters", "required"),
        [
            ("crmRecords", "crm", "create", {"entityType": "company"}, {"title"}),
            ("crmRecords", "crm", "update", {"entityType": "company"}, set()),
            ("crmRecords", "crm", "create", {"entityType": "deal"}, set()),
            ("tasks", "task", "create", {}, {"TITLE", "RESPONSIBLE_ID"}),
            ("tasks", "task", "update", {}, set()),
            ("products", "product", "addProduct", {}, set()),
            ("listElements", "lists", "addElement", {"IBLOCK_ID": "2"}, set()),
        ],
    )
    async def test_nothing_is_added_but_what_the_portal_requires(
        self, panel: Panel, lookup: str, resource: str, operation: str, parameters: dict[str, Any], required: set[str]
    ) -> None:
        found = await fields(panel, lookup, resource, operation, **parameters)
        assert {name for name, field in found.items() if field["required"]} == required
        assert {name for name, field in found.items() if not field["removed"]} == required

    @pytest.mark.parametrize("chosen", ["2", {"__rl": True, "mode": "list", "value": "2"}, "keys"])
    async def test_a_list_is_found_by_its_number_or_its_code(self, panel: Panel, chosen: Any) -> None:
        found = await fields(panel, "listElements", "lists", "addElement", IBLOCK_ID=chosen)
        assert found["PROPERTY_9"]["displayName"] == "Holder"


class TestFailures:
    """n8n drops the words of an error, so they come in place of the fields."""

    async def test_a_web_page_instead_of_json(self, panel: Panel, sandbox: Sandbox) -> None:
        sandbox.faults.add("html", "crm.item.fields", times=None)
        outcome = await asked(panel, "crmRecords", "crm", "create", entityType="deal")
        assert outcome["result"]["fields"] == []
        assert "instead of JSON" in outcome["result"]["emptyFieldsNotice"]
        assert "portal's address" in outcome["result"]["emptyFieldsNotice"]

    async def test_fields_that_are_mapped_already_are_not_forgotten(self, panel: Panel, sandbox: Sandbox) -> None:
        sandbox.faults.add("html", "crm.status.list", times=None)
        mapped = {"mappingMode": "defineBelow", "value": {"title": "A"}, "schema": [{"id": "title"}]}
        outcome = await asked(panel, "crmRecords", "crm", "create", entityType="deal", fieldValues=mapped)
        assert "instead of JSON" in outcome["thrown"]["message"]

    async def test_a_missing_scope(self, panel: Panel, sandbox: Sandbox) -> None:
        panel.data["bitrix24WebhookApi"]["webhookSecret"] = sandbox.webhook(scopes={"task"})
        outcome = await asked(panel, "crmRecords", "crm", "create", entityType="deal")
        assert "permission (scope)" in outcome["result"]["emptyFieldsNotice"]

    @pytest.mark.parametrize(
        ("lookup", "resource", "operation", "parameters", "words"),
        [
            ("spaItems", "spa", "createItem", {"entityTypeId": ""}, "Choose the smart process first"),
            ("spaItems", "spa", "createItem", {"entityTypeId": "4711"}, "crm.item.fields"),
            ("listElements", "lists", "addElement", {"IBLOCK_ID": ""}, "Choose the list first"),
            ("listElements", "lists", "addElement", {"IBLOCK_ID": "4711"}, "lists."),
            ("products", "product", "updateProduct", {"productId": "471100"}, "catalog.product.get"),
            ("products", "deal", "create", {}, "no fields to choose from"),
        ],
    )
    async def test_what_is_missing_or_unknown(
        self, panel: Panel, lookup: str, resource: str, operation: str, parameters: dict[str, Any], words: str
    ) -> None:
        outcome = await asked(panel, lookup, resource, operation, **parameters)
        assert outcome["result"]["fields"] == []
        assert words in outcome["result"]["emptyFieldsNotice"]

    async def test_no_credential(self, panel: Panel) -> None:
        panel.data["bitrix24WebhookApi"] = {"webhookSecret": "nothing"}
        outcome = await asked(panel, "tasks", "task", "create")
        assert "/rest/USER/CODE/" in outcome["result"]["emptyFieldsNotice"]
        assert panel.requests == ()
