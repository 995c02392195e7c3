"""The fields to return, chosen from the account's own by their labels; what an older workflow holds there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

from bitrix_node.n8n.installation.up import CREDENTIAL_NAME
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from playwright.async_api import Locator

    from bitrix_node.n8n.installation.client import N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def contacts(n8n: N8nClient, **options: Any) -> dict[str, Any]:
    """A workflow that lists one contact."""
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    action = {"resource": "crm", "operation": "getAll", "entityType": "contact", "limit": 1, "crmOptions": options}
    return await n8n.create_workflow(chain("Contacts", bitrix24("Contacts", credential, "webhook", **action)))


def chosen_fields(editor: Editor) -> Locator:
    """The dropdown of the fields to return."""
    return editor.page.get_by_test_id("node-parameters").get_by_test_id("parameter-input-select")


async def choose(editor: Editor, *labels: str) -> None:
    """Opens the dropdown and chooses fields in it."""
    await chosen_fields(editor).locator(".el-select__input").click()
    offered = editor.page.locator(".el-select-dropdown").filter(visible=True)
    for label in labels:
        await offered.get_by_text(label, exact=True).click()
        await expect(chosen_fields(editor).locator(".el-tag").filter(has_text=label)).to_be_visible()
    await editor.page.keyboard.press("Escape")


async def test_fields_are_chosen_by_label_and_come_alone(editor: Editor, n8n: N8nClient) -> None:
    workflow = await contacts(n8n)
    await editor.open_node(workflow["id"], "Contacts")
    panel = editor.page.get_by_test_id("node-parameters")
    await panel.get_by_test_id("collection-parameter-add").click()
    options = editor.page.get_by_test_id("collection-parameter-option")
    await options.get_by_text("Select Field Names or IDs").click()
    await choose(editor, "First name", "Last name")
    await expect(editor.page.get_by_test_id("parameter-issues")).to_have_count(0)
    await editor.page.get_by_test_id("node-execute-button").click()
    columns = editor.page.get_by_test_id("output-panel").locator("th").get_by_test_id("draggable")
    await expect(columns).to_have_text(["id", "name", "lastName"], timeout=60_000)
    await editor.picture("panel-select")


async def test_a_text_of_an_older_workflow_counts_until_fields_are_chosen_anew(editor: Editor, n8n: N8nClient) -> None:
    workflow = await contacts(n8n, select="NAME, LAST_NAME")
    execution = await n8n.run(workflow, TRIGGER)
    assert [set(item["json"]) for item in execution.runs["Contacts"][0]] == [{"id", "name", "lastName"}]
    await editor.open_node(workflow["id"], "Contacts")
    issue = editor.page.get_by_test_id("parameter-issues")
    await expect(issue).to_be_visible(timeout=30_000)
    form = editor.page.get_by_test_id("select-parameter-input-options-container")
    await form.get_by_test_id("radio-button-expression").click()
    await form.get_by_test_id("radio-button-fixed").click()
    await expect(issue).to_have_count(0)
    await choose(editor, "Comment")
