"""Records picked in n8n's panel: from the portal's list, by address or ID; what older ones hold goes on working."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.n8n.installation.up import CREDENTIAL_NAME
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from bitrix_node.n8n.installation.client import Execution, N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

EMPTY = {"__rl": True, "mode": "list", "value": ""}
INSTALLATIONS = {"__rl": True, "mode": "list", "value": 1032, "cachedResultName": "Installations"}
BOARDROOM = "Boardroom table, oak"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def credential(n8n: N8nClient) -> dict[str, str]:
    return next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)


async def workflow(n8n: N8nClient, credential: dict[str, str], **parameters: Any) -> str:
    """A workflow with one node, whose id is its name."""
    created = await n8n.create_workflow(chain("Pick", bitrix24("Pick", credential, "webhook", **parameters)))
    return str(created["id"])


async def read_deal(n8n: N8nClient, credential: dict[str, str], held: Any) -> Execution:
    """Runs an action that reads the deal which its locator names."""
    node = bitrix24("Pick", credential, "webhook", resource="crm", operation="get", entityType="deal", recordId=held)
    return await n8n.run(await n8n.create_workflow(chain("Held", node)), TRIGGER)


def locator(editor: Editor, name: str) -> Locator:
    return editor.page.get_by_test_id(f"resource-locator-{name}")


async def offered(editor: Editor, name: str) -> Locator:
    """Opens the list of a locator and waits for its rows."""
    await locator(editor, name).get_by_test_id("rlc-input").click()
    rows = editor.page.get_by_test_id("rlc-item").filter(visible=True)
    await expect(rows.first).to_be_visible(timeout=30_000)
    return rows


async def choose(editor: Editor, name: str, text: str) -> None:
    rows = await offered(editor, name)
    await rows.get_by_text(text, exact=True).click()
    await expect(locator(editor, name).get_by_test_id("rlc-input")).to_have_value(text)


async def run_step(editor: Editor, expected: str) -> None:
    """Runs the open node and waits until its output holds a text."""
    await editor.page.get_by_test_id("node-execute-button").click()
    await expect(editor.page.get_by_test_id("output-panel").get_by_text(expected).first).to_be_visible(timeout=60_000)


async def test_a_deal_is_searched_in_the_portal_picked_and_read(
    editor: Editor, n8n: N8nClient, credential: dict[str, str]
) -> None:
    made = await workflow(
        n8n, credential, resource="crm", operation="get", entityType="deal", recordId=EMPTY, options={}
    )
    await editor.open_node(made, "Pick")
    rows = await offered(editor, "recordId")
    assert await rows.count() > 20
    await editor.page.get_by_test_id("rlc-search").fill("table board")
    await expect(rows.get_by_text("Meeting room chairs, 24 seats")).to_have_count(0)
    await expect(rows.get_by_text(BOARDROOM, exact=True)).to_be_visible()
    assert all("table" in name.lower() for name in await rows.all_inner_texts())
    await editor.picture("locator")
    await rows.get_by_text(BOARDROOM, exact=True).click()
    await expect(locator(editor, "recordId").get_by_test_id("rlc-input")).to_have_value(BOARDROOM)
    await run_step(editor, BOARDROOM)


async def test_an_item_is_picked_after_its_smart_process(
    editor: Editor, n8n: N8nClient, credential: dict[str, str]
) -> None:
    made = await workflow(
        n8n, credential, resource="spa", operation="getItem", entityTypeId=EMPTY, itemId=EMPTY, options={}
    )
    await editor.open_node(made, "Pick")
    await choose(editor, "entityTypeId", "Installations")
    await choose(editor, "itemId", "Lockers, Tidewater")
    await run_step(editor, "Lockers, Tidewater")


async def test_a_list_says_what_has_to_be_chosen_first(
    editor: Editor, n8n: N8nClient, credential: dict[str, str]
) -> None:
    made = await workflow(
        n8n, credential, resource="lists", operation="getElement", IBLOCK_ID=EMPTY, ELEMENT_ID=EMPTY, options={}
    )
    await editor.open_node(made, "Pick")
    await locator(editor, "ELEMENT_ID").get_by_test_id("rlc-input").click()
    await expect(editor.page.get_by_text("Choose 'List' first").first).to_be_visible()
    await editor.page.keyboard.press("Escape")
    await choose(editor, "IBLOCK_ID", "Keys and cars")
    rows = await offered(editor, "ELEMENT_ID")
    name = (await rows.first.inner_text()).strip()
    await rows.first.click()
    await run_step(editor, name)


@pytest.mark.parametrize(
    "held",
    [
        "7",
        7,
        "={{ 3 + 4 }}",
        {"__rl": True, "mode": "id", "value": "7"},
        {"__rl": True, "mode": "list", "value": 7, "cachedResultName": BOARDROOM},
        {"__rl": True, "mode": "url", "value": "https://crm.example.com/site/crm/deal/details/7/?IFRAME=Y"},
        {"__rl": True, "mode": "id", "value": "={{ 3 + 4 }}"},
    ],
    ids=["text", "number", "expression", "by id", "from list", "by url", "expression by id"],
)
async def test_whatever_a_workflow_holds_names_the_deal(n8n: N8nClient, credential: dict[str, str], held: Any) -> None:
    execution = await read_deal(n8n, credential, held)
    assert execution.status == "success", execution.error
    assert [item["json"]["id"] for item in execution.runs["Pick"][0]] == [7]


async def test_an_id_of_an_older_workflow_shows_in_the_panel_and_runs(
    editor: Editor, n8n: N8nClient, credential: dict[str, str]
) -> None:
    made = await workflow(n8n, credential, resource="crm", operation="get", entityType="deal", recordId="7")
    await editor.open_node(made, "Pick")
    await expect(locator(editor, "recordId").locator("input").last).to_have_value("7")
    await run_step(editor, BOARDROOM)


async def test_an_address_of_another_kind_of_record_is_refused_in_words(
    n8n: N8nClient, credential: dict[str, str]
) -> None:
    address = "={{ 'https://example.bitrix24.com/company/personal/user/1/' }}"
    execution = await read_deal(n8n, credential, {"__rl": True, "mode": "url", "value": address})
    assert execution.status == "error"
    assert "'Record' must be the address of a record" in (execution.error or {})["message"]


async def test_a_picked_deal_that_is_deleted_since_is_said_to_be_gone(
    n8n: N8nClient, credential: dict[str, str]
) -> None:
    held = {"__rl": True, "mode": "list", "value": 9999, "cachedResultName": "A deal of last year"}
    execution = await read_deal(n8n, credential, held)
    assert execution.status == "error"
    assert "not found" in (execution.error or {})["message"].lower()
