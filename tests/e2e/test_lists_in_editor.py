"""A list asked for in the panel: filters and sort rules as rows, chosen fields out of it, in light and in dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.n8n.installation.up import CREDENTIAL_NAME
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACTION: dict[str, Any] = {
    "resource": "crm",
    "operation": "getAll",
    "entityType": "deal",
    "returnAll": True,
    "filters": {
        "conditions": [
            {"field": "opportunity", "operator": "between", "value": "1", "upperValue": "1000000"},
            {"field": "title", "operator": "notEmpty"},
        ]
    },
    "sort": {"fields": [{"field": "opportunity", "direction": "DESC"}]},
    "crmOptions": {"output": "selectedFields", "outputFields": "TITLE, OPPORTUNITY"},
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workflow(n8n: N8nClient) -> dict[str, Any]:
    """A workflow that lists deals, through the whole node and through its area."""
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    whole = bitrix24("Deals", credential, "webhook", **ACTION)
    area = {**bitrix24("Area", credential, "webhook", **ACTION), "type": f"{whole['type']}Crm"}
    return await n8n.create_workflow(chain("List of deals", whole, area))


async def test_rows_filter_sort_and_choose_fields(n8n: N8nClient, workflow: dict[str, Any]) -> None:
    execution = await n8n.run(workflow, TRIGGER)
    assert execution.status == "success", execution.error
    deals = [item["json"] for item in execution.runs["Deals"][0]]
    amounts = [float(deal["opportunity"]) for deal in deals]
    assert deals
    assert all(set(deal) == {"id", "title", "opportunity"} for deal in deals)
    assert amounts == sorted(amounts, reverse=True)
    assert all(1 <= amount <= 1_000_000 for amount in amounts)
    by_area = [item["json"] for item in execution.runs["Area"][0]]
    assert by_area[: len(deals)] == deals


async def test_the_panel_shows_the_rows(editor: Editor, workflow: dict[str, Any]) -> None:
    await editor.open_node(workflow["id"], "Area")
    panel = editor.page.get_by_test_id("node-parameters")
    await expect(panel.get_by_test_id("parameter-input-direction")).to_be_attached(timeout=30_000)
    shown = await editor.panel_fields()
    wanted = ["Resource", "Operation", "Entity", "Return All", "Filters", "Combine Filters", "Options", "Sort"]
    assert [field for field in shown if field in wanted] == wanted
    operators = panel.get_by_test_id("parameter-input-operator").locator("input")
    await expect(operators.nth(0)).to_have_value("Is Between")
    await expect(operators.nth(1)).to_have_value("Is Not Empty")
    for name, count in (("value", 1), ("upperValue", 1)):
        await expect(panel.get_by_test_id(f"parameter-input-{name}")).to_have_count(count)
    fields = panel.get_by_test_id("parameter-input-field").locator("input")
    await expect(fields.nth(0)).to_have_value("Amount", timeout=30_000)
    await expect(fields.nth(1)).to_have_value("Name")
    await panel.get_by_text("Filters", exact=True).first.scroll_into_view_if_needed()
    await editor.picture("panel-filters")


async def test_a_row_offers_the_fields_of_the_portal_by_label(editor: Editor, n8n: N8nClient) -> None:
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    written = {"conditions": [{"field": "OPPORTUNITY", "operator": "greaterThan", "value": "1"}]}
    action = {**ACTION, "filters": written, "sort": {}}
    opened = await n8n.create_workflow(chain("Older names", bitrix24("Deals", credential, "webhook", **action)))
    await editor.open_node(opened["id"], "Deals")
    field = editor.page.get_by_test_id("node-parameters").get_by_test_id("parameter-input-field").locator("input")
    await expect(field).to_have_value("Amount (OPPORTUNITY)", timeout=30_000)
    await expect(editor.page.get_by_test_id("parameter-issues")).to_have_count(0)
    offered = await editor.choices("field")
    assert {"Amount (opportunity)", "Order number", "Created on"} <= set(offered)
    await editor.page.locator(".el-select-dropdown").filter(visible=True).get_by_text("Order number").click()
    await expect(field).to_have_value("Order number")


async def test_the_editor_knows_the_fields_of_items_before_anything_ran(editor: Editor, n8n: N8nClient) -> None:
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    record = {"__rl": True, "mode": "id", "value": "1"}
    action = {"resource": "crm", "operation": "get", "entityType": "deal", "recordId": record}
    first, second = (bitrix24(name, credential, "webhook", **action) for name in ("Deal", "Next"))
    opened = await n8n.create_workflow(chain("Not run yet", first, second))
    async with editor.page.expect_response("**/schemas/*/*/crm/get.json") as asked:
        await editor.open_node(opened["id"], "Next")
    answer = await asked.value
    assert answer.ok
    assert (await answer.json())["properties"]["stageId"] == {"type": "string"}
    panel = editor.page.get_by_test_id("ndv")
    await expect(panel.get_by_text("Usually outputs the following fields.")).to_be_visible(timeout=30_000)
    for name in ("title", "stageId", "opportunity"):
        await expect(panel.get_by_text(name, exact=True)).to_be_visible()
    await editor.picture("output-preview")
