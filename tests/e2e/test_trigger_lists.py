"""What the trigger picks from the portal's lists in a real n8n: with every credential, by address, and in trouble."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.n8n.installation.up import NODE_TYPE
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.connections import connect_oauth2
from tests.e2e.workflows import EVENT, bitrix24_trigger, line, node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Locator

    from bitrix_node.n8n.installation.client import N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 60
BOT_TOKEN = "demo-bot-token"
SUPPORT_BOT = "Support Bot"


@pytest_asyncio.fixture(loop_scope="session")
async def portal() -> AsyncIterator[Sandbox]:
    """A portal in this process, whose answers no other test has had."""
    async with Sandbox(SandboxConfig(seed="demo", bucket="off")) as sandbox:
        yield sandbox


async def credential_of(sign_in: str, n8n: N8nClient, editor: Editor, portal: Sandbox) -> dict[str, str]:
    """Stores a credential of the portal."""
    if sign_in == "oAuth2":
        return await connect_oauth2(n8n, editor, portal)
    kind, data = {
        "apiKey": ("bitrix24Api", {"portalUrl": portal.url, "accessToken": portal.access_token}),
        "webhook": ("bitrix24WebhookApi", {"webhookSecret": portal.webhook_url}),
    }[sign_in]
    name = f"{sign_in} of {portal.url}"
    return {"id": await n8n.save_credential(name, kind, data), "name": name, "type": kind}


async def stored(n8n: N8nClient, credential: dict[str, str], **parameters: Any) -> dict[str, Any]:
    """Stores a workflow with the trigger."""
    trigger = bitrix24_trigger(credential, **parameters)
    return await n8n.create_workflow(line("Lists", trigger, node("After", "n8n-nodes-base.noOp")))


async def opened(editor: Editor, workflow: dict[str, Any], name: str) -> Locator:
    """Opens the list of a locator of the trigger and returns its rows."""
    await editor.open_node(workflow["id"], EVENT)
    await editor.page.get_by_test_id(f"resource-locator-{name}").get_by_test_id("rlc-input").click()
    return editor.page.get_by_test_id("rlc-item").filter(visible=True)


def bots(portal: Sandbox) -> list[dict[str, Any]]:
    return [dict(row) for row in portal.database.collection("bots").all()]


async def bot_is_told_by(portal: Sandbox, bot: int, mode: str) -> None:
    """Waits until a bot is told in this way what happens: n8n answers first, and switches workflows on and off then."""
    async with asyncio.timeout(SECONDS):
        while True:
            if [row["event_mode"] for row in bots(portal) if row["id"] == bot] == [mode]:
                return
            await asyncio.sleep(0.1)


async def offered(
    n8n: N8nClient, credential: dict[str, str], name: str, method: str, **parameters: Any
) -> list[dict[str, Any]]:
    """What n8n answers the editor when it opens a list of the trigger."""
    question = {
        "nodeTypeAndVersion": {"name": f"{NODE_TYPE}Trigger", "version": 1},
        "path": f"parameters.{name}",
        "methodName": method,
        "currentNodeParameters": parameters,
        "credentials": {credential["type"]: {"id": credential["id"], "name": credential["name"]}},
    }
    answer = await n8n.request("POST", "/rest/dynamic-node-parameters/resource-locator-results", question)
    results: list[dict[str, Any]] = answer["results"]
    return results


@pytest.mark.parametrize("sign_in", ["oAuth2", "apiKey", "webhook"])
async def test_every_list_is_read_with_the_chosen_credential(
    n8n: N8nClient, editor: Editor, portal: Sandbox, sign_in: str
) -> None:
    credential = await credential_of(sign_in, n8n, editor, portal)
    chosen = {"authentication": sign_in}
    for record, name, method in POLLED:
        found = await offered(n8n, credential, name, method, triggerOn="record", pollRecord=record, **chosen)
        assert found, record


async def test_a_portal_that_answers_with_a_web_page_is_said(n8n: N8nClient, editor: Editor, portal: Sandbox) -> None:
    credential = await credential_of("oAuth2", n8n, editor, portal)
    workflow = await stored(n8n, credential, triggerOn="record", pollRecord="smartProcessItem")
    portal.faults.add("html", "crm.type.list", times=None, status=502)
    rows = await opened(editor, workflow, "pollEntityTypeId")
    said = "The portal answered with a web page instead of JSON (HTTP 502)"
    await expect(editor.page.get_by_text(said).first).to_be_visible(timeout=30_000)
    await expect(rows).to_have_count(0)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://example.bitrix24.com/crm/type/1032/list/category/0/", "3 items"),
        ("https://example.bitrix24.com/crm/type/1999/", "Smart process not found"),
        ("https://example.bitrix24.com/crm/deal/list/", "Not the address of a smart process"),
    ],
)
async def test_a_smart_process_is_named_by_its_address(
    n8n: N8nClient, editor: Editor, portal: Sandbox, address: str, said: str
) -> None:
    credential = await credential_of("webhook", n8n, editor, portal)
    held = {"__rl": True, "mode": "url", "value": address}
    parameters = {"authentication": "webhook", "pollRecord": "smartProcessItem", "pollEntityTypeId": held}
    workflow = await stored(n8n, credential, triggerOn="record", **parameters)
    await editor.open_node(workflow["id"], EVENT)
    button = editor.page.get_by_test_id("node-execute-button")
    if said.startswith("Not"):
        await editor.page.get_by_test_id("parameter-issues").first.hover()
    else:
        await button.click()
    await expect(editor.page.get_by_text(said).first).to_be_visible(timeout=30_000)


async def test_a_bot_is_picked_and_told_to_come_here_while_the_workflow_is_active(
    n8n: N8nClient, editor: Editor, portal: Sandbox
) -> None:
    bot = next(row for row in bots(portal) if row["code"] == "support_bot")
    credential = await credential_of("webhook", n8n, editor, portal)
    held = {"__rl": True, "mode": "url", "value": f"{portal.url}/company/personal/user/{bot['id']}/"}
    parameters = {"authentication": "webhook", "bot": "existing", "botId": held, "botToken": BOT_TOKEN}
    workflow = await stored(n8n, credential, triggerOn="chatbot", **parameters)
    await n8n.activate(workflow)
    await bot_is_told_by(portal, bot["id"], "webhook")
    await n8n.deactivate(workflow)
    await bot_is_told_by(portal, bot["id"], "fetch")


@pytest.mark.parametrize("version", ["current", "old"])
async def test_the_bots_of_the_portal_are_offered(
    n8n: N8nClient, editor: Editor, portal: Sandbox, version: str
) -> None:
    credential = await credential_of("webhook", n8n, editor, portal)
    parameters = {"authentication": "webhook", "bot": "existing", "apiVersion": version}
    workflow = await stored(n8n, credential, triggerOn="chatbot", **parameters)
    rows = await opened(editor, workflow, "botId")
    await expect(rows.first).to_be_visible(timeout=30_000)
    assert await rows.count() == len(bots(portal))
    await rows.get_by_text(SUPPORT_BOT, exact=True).click()
    chosen = editor.page.get_by_test_id("resource-locator-botId").get_by_test_id("rlc-input")
    await expect(chosen).to_have_value(SUPPORT_BOT)


POLLED = (
    ("smartProcessItem", "pollEntityTypeId", "smartProcess"),
    ("product", "pollCatalogId", "catalog"),
    ("file", "pollFolderId", "folder"),
)
"""Record, the parameter that picks where it lies, and n8n's method for its list."""
