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
            {"field": "OPPORTUNITY", "operator": "between", "value": "1", "upperValue": "1000000"},
            {"field": "TITLE", "operator": "notEmpty"},
        ]
    },
    "sort": {"fields": [{"field": "OPPORTUNITY", "direction": "DESC"}]},
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


@pytest.mark.parametrize(("theme", "picture"), [("light", "panel-filters"), ("dark", "panel-dark")])
async def test_the_panel_shows_the_rows(editor: Editor, workflow: dict[str, Any], theme: Any, picture: str) -> None:
    await editor.page.emulate_media(color_scheme=theme)
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
    await panel.get_by_text("Filters", exact=True).first.scroll_into_view_if_needed()
    await editor.picture(picture)
