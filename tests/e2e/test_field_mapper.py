"""The field mapper in n8n's real panel: the portal's own fields are added, chosen and filled in, and arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.n8n.installation.up import CREDENTIAL_NAME, Running
from tests.e2e.workflows import bitrix24, chain, node

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from bitrix_node.n8n.installation.client import N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

ORDER_NUMBER = "UF_CRM_1700000001"
STAGE = "Maintenance contracts / "


async def portal(stack: Running, method: str, **arguments: Any) -> Any:
    """What a method of the portal answers."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stack.webhook_url}{method}", json=arguments) as answer,
    ):
        return (await answer.json())["result"]


async def stored(n8n: N8nClient, name: str, *nodes: dict[str, Any], **parameters: Any) -> dict[str, Any]:
    """A stored workflow that ends in a node with these parameters."""
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    return await n8n.create_workflow(chain(name, *nodes, bitrix24("Bitrix24", credential, "webhook", **parameters)))


def mapper(editor: Editor) -> Locator:
    """The field mapper of the open panel."""
    return editor.page.get_by_test_id("resource-mapper-container")


async def open_mapper(editor: Editor, workflow: str) -> None:
    """Opens the panel and waits until the portal has told its fields."""
    await editor.open_node(workflow, "Bitrix24")
    await expect(mapper(editor).get_by_test_id("add-fields-select")).to_be_visible(timeout=60_000)


async def add(editor: Editor, *labels: str) -> None:
    """Adds fields by their labels."""
    for label in labels:
        await mapper(editor).get_by_test_id("add-fields-select").get_by_role("button").click()
        await editor.page.get_by_role("menuitem").get_by_text(label, exact=True).click()


def field(editor: Editor, name: str) -> Locator:
    """The input of an added field."""
    return mapper(editor).get_by_test_id(f"parameter-input-{name}")


def choices(editor: Editor) -> Locator:
    """What the open dropdown offers."""
    return editor.page.locator(".el-select-dropdown").filter(visible=True).locator(".option-headline")


async def execute(editor: Editor, shown: str) -> None:
    """Runs the node from its panel until its output shows a text."""
    await editor.page.get_by_test_id("node-execute-button").click()
    await expect(editor.page.get_by_test_id("output-panel").get_by_text(shown).first).to_be_visible(timeout=60_000)


async def deal(stack: Running, title: str) -> dict[str, Any]:
    """The only deal with this title."""
    asked = {"entityTypeId": 2, "filter": {"title": title}, "useOriginalUfNames": "Y"}
    (found,) = (await portal(stack, "crm.item.list", select=["*", "UF_*"], **asked))["items"]
    return dict(found)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def colours(stack: Running) -> str:
    """A custom field of deals that takes several choices."""
    settings = {"FIELD_NAME": "COLOURS", "USER_TYPE_ID": "enumeration", "MULTIPLE": "Y", "LABEL": "Colours"}
    entries = [{"VALUE": "Grey"}, {"VALUE": "Blue"}, {"VALUE": "Oak"}]
    labels = {"EDIT_FORM_LABEL": {"en": "Colours"}, "LIST_COLUMN_LABEL": {"en": "Colours"}}
    await portal(stack, "crm.deal.userfield.add", fields={**settings, **labels, "LIST": entries})
    return "UF_CRM_COLOURS"


async def test_a_deal_is_filled_in_by_the_portals_own_fields(
    editor: Editor, n8n: N8nClient, stack: Running, colours: str
) -> None:
    workflow = await stored(n8n, "Field mapper", resource="crm", operation="create", entityType="deal")
    await open_mapper(editor, workflow["id"])
    await expect(mapper(editor).locator(".parameter-item")).to_have_count(0)

    await add(editor, "Name", "Order number", "Colours (Grey, Blue, Oak)", "Stage")
    await field(editor, "title").locator("input, textarea").first.fill("Mapped deal")
    await field(editor, ORDER_NUMBER).locator("input, textarea").first.fill("4711")
    await field(editor, colours).locator(".cm-content").fill('["Grey", "Oak"]')
    await field(editor, "stageId").locator("input").click()
    await expect(choices(editor).filter(has_text="General / New")).to_be_visible()
    stage = choices(editor).filter(has_text=STAGE).nth(1)
    await stage.scroll_into_view_if_needed()
    await editor.picture("field-mapper-stages")
    chosen = (await stage.inner_text()).strip()
    await stage.click()
    await expect(field(editor, "stageId").locator("input")).to_have_value(chosen)
    await editor.picture("field-mapper")
    await execute(editor, "Mapped deal")

    made = await deal(stack, "Mapped deal")
    statuses = await portal(stack, "crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_1"})
    names = {row["STATUS_ID"]: row["NAME"] for row in statuses}
    assert f"{STAGE}{names[made['stageId']]}" == chosen
    assert (made["categoryId"], made[ORDER_NUMBER], len(made[colours])) == (1, "4711", 2)


async def test_the_fields_of_the_input_are_mapped(editor: Editor, n8n: N8nClient, stack: Running) -> None:
    given = '{"title": "From the input", "opportunity": "12.5", "opened": false, "id": 9, "elsewhere": "x"}'
    source = node("Given", "n8n-nodes-base.set", 3.4, mode="raw", jsonOutput=given)
    workflow = await stored(n8n, "Mapped input", source, resource="crm", operation="create", entityType="deal")
    await open_mapper(editor, workflow["id"])
    await mapper(editor).get_by_test_id("mapping-mode-select").locator("input").click()
    await editor.page.locator(".el-select-dropdown").filter(visible=True).get_by_text("Map Automatically").click()
    await execute(editor, "From the input")
    made = await deal(stack, "From the input")
    assert (made["opportunity"], made["opened"]) == (12.5, "N")


async def test_what_is_missing_is_said_in_place_of_the_fields(editor: Editor, n8n: N8nClient) -> None:
    workflow = await stored(n8n, "No fields", resource="spa", operation="createItem")
    await editor.open_node(workflow["id"], "Bitrix24")
    await expect(mapper(editor).get_by_test_id("empty-fields-notice")).to_contain_text(
        "Choose the smart process first", timeout=60_000
    )
    await expect(mapper(editor).get_by_test_id("add-fields-select")).to_have_count(0)
