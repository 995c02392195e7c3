"""The node in n8n's editor: found, dragged in, filled in, offered to agents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from bitrix_node.definitions.catalog import Definitions
from bitrix_node.n8n.installation.up import CREDENTIAL_NAME, NODE_TYPE

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

DELETE_CHAT_USER = Definitions.packaged().operation("chatbot", "chatUserDelete")


async def test_search_finds_the_node_with_its_icon(editor: Editor) -> None:
    await editor.new_workflow()
    creator = await editor.search_nodes("bitrix24")
    await expect(creator.get_by_test_id("node-creator-item-name").get_by_text("Bitrix24", exact=True)).to_be_visible()
    icon = creator.locator("img[src*='bitrix24.svg']").first
    await expect(icon).to_be_visible()
    assert await icon.evaluate("image => image.naturalWidth") > 0
    await editor.picture("node-search")


@pytest.mark.parametrize("alias", ["crm", "chatbot", "b24"])
async def test_search_finds_the_node_by_what_people_call_it(editor: Editor, alias: str) -> None:
    await editor.new_workflow()
    creator = await editor.search_nodes(alias)
    await expect(creator.get_by_test_id("node-creator-item-name").get_by_text("Bitrix24", exact=True)).to_be_visible()


async def test_the_list_of_actions_is_complete(editor: Editor) -> None:
    await editor.new_workflow()
    await editor.search_nodes("bitrix24")
    heading = await editor.open_node_actions("Bitrix24")
    definitions = Definitions.packaged()
    count = sum(len(definitions.resource(name).operations) for name in definitions.resource_names)
    await expect(heading).to_contain_text(f"Actions ({count})")
    await editor.find_action(DELETE_CHAT_USER.action)
    await editor.picture("node-actions")


async def test_delete_chat_user_dragged_in_shows_its_panel(editor: Editor) -> None:
    await editor.new_workflow()
    await editor.search_nodes("bitrix24")
    await editor.open_node_actions("Bitrix24")
    await editor.drag_action_in(DELETE_CHAT_USER.action)
    panel = editor.page.get_by_test_id("node-parameters")
    await expect(panel.get_by_test_id("parameter-input-operation").locator("input")).to_have_value(
        DELETE_CHAT_USER.name
    )
    assert await editor.panel_fields() == [
        "Credential",
        "Resource",
        "Operation",
        "Bot",
        "Chat",
        "User",
        "Options",
    ]
    await expect(editor.page.get_by_test_id("node-credentials-select").locator("input")).to_have_value(CREDENTIAL_NAME)
    await editor.picture("panel")


async def test_the_credential_offers_the_choice_of_sign_in(editor: Editor) -> None:
    await editor.new_workflow()
    await editor.search_nodes("bitrix24")
    await editor.open_node_actions("Bitrix24")
    await editor.drag_action_in(DELETE_CHAT_USER.action)
    await editor.page.get_by_test_id("node-credentials-select").click()
    await editor.page.get_by_test_id("node-credentials-select-item-new").click()
    await editor.page.get_by_test_id("credential-mode-dropdown-trigger").click()
    menu = editor.page.get_by_role("menuitem").filter(visible=True, has_text=re.compile(r"\w"))
    await expect(menu).to_have_text(["OAuth2", "Webhook", "API Key"])
    await editor.picture("sign-in")


async def test_an_agent_finds_the_node_among_its_tools(editor: Editor, n8n: N8nClient) -> None:
    assert f"{NODE_TYPE}Tool" in {entry["name"] for entry in await n8n.node_types()}
    agent = {
        "id": "agent",
        "name": "AI Agent",
        "type": "@n8n/n8n-nodes-langchain.agent",
        "typeVersion": 2,
        "position": [0, 0],
        "parameters": {},
    }
    workflow = await n8n.create_workflow({"name": "Agent", "settings": {}, "nodes": [agent], "connections": {}})
    await editor.open_workflow(workflow["id"])
    await editor.page.locator("[data-handleid*=ai_tool]").get_by_test_id("canvas-handle-plus").click()
    await expect(editor.page.get_by_test_id("node-creator")).to_be_visible()
    creator = await editor.search_nodes("bitrix24")
    await expect(creator.get_by_test_id("node-creator-item-name").get_by_text("Bitrix24 Tool")).to_be_visible()
