"""The trigger in a real n8n: subscribed and unsubscribed, called by a portal, refusing everybody else."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.connections import connect_oauth2
from tests.e2e.workflows import EVENT, bitrix24, bitrix24_trigger, line, node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bitrix_node.n8n.installation.client import Execution, N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

SECONDS = 60


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def portal() -> AsyncIterator[Sandbox]:
    """A portal in this process, which tells when it has told everybody everything."""
    async with Sandbox(SandboxConfig(seed="demo", bucket="off")) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def oauth2(n8n: N8nClient, editor: Editor, portal: Sandbox) -> dict[str, str]:
    """A credential of the portal's application."""
    return await connect_oauth2(n8n, editor, portal)


async def call(portal: Sandbox, method: str, **arguments: Any) -> Any:
    """Calls a method as the administrator, and waits until those whom it concerns were told."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{portal.webhook_url}{method}", json=arguments) as answer,
    ):
        body = await answer.json()
    assert "result" in body, body
    await portal.events_told()
    return body["result"]


def subscribed(portal: Sandbox) -> set[str]:
    """The events that the portal tells n8n."""
    return {row["event"] for row in portal.database.collection("event_subscriptions").all() if row["application"]}


async def eventually(holds: Callable[[], bool]) -> None:
    """Waits until something is so: n8n answers first, and switches workflows on and off then."""
    async with asyncio.timeout(SECONDS):
        while True:
            if holds():
                return
            await asyncio.sleep(0.1)


async def runs(n8n: N8nClient, workflow: dict[str, Any], count: int = 1) -> list[Execution]:
    """Waits for so many executions of a workflow and returns them, oldest first."""
    found = await n8n.started(workflow["id"], count, seconds=SECONDS)
    return [await n8n.finished(entry["id"]) for entry in reversed(found)]


def received(execution: Execution) -> list[dict[str, Any]]:
    """What the trigger handed to the workflow."""
    assert execution.status == "success", execution.error
    return [item["json"] for item in execution.runs[EVENT][0]]


def event_mode(portal: Sandbox) -> str:
    """How the bot of the trigger is told what happens; nothing while there is none."""
    modes = [row["event_mode"] for row in portal.database.collection("bots").all() if row["code"] == "echo"]
    return "".join(modes)


async def listening(session: aiohttp.ClientSession, address: str) -> None:
    """Waits until n8n knows an address."""
    async with asyncio.timeout(SECONDS):
        while True:
            async with session.post(address) as answer:
                if answer.status != 404:
                    return
            await asyncio.sleep(0.1)


def after() -> dict[str, Any]:
    """A node behind the trigger that does nothing."""
    return node("After", "n8n-nodes-base.noOp")


async def test_an_app_event_starts_the_workflow_with_the_full_record(
    n8n: N8nClient, portal: Sandbox, oauth2: dict[str, str]
) -> None:
    trigger = bitrix24_trigger(oauth2, triggerOn="appEvent", events=["ONCRMDEALUPDATE"], fetchRecord=True)
    workflow = await n8n.create_workflow(line("Deals", trigger, after()))
    await n8n.activate(workflow)
    await eventually(lambda: subscribed(portal) == {"ONCRMDEALUPDATE"})
    deal = (await call(portal, "crm.item.add", entityTypeId=2, fields={"title": "Before"}))["item"]["id"]
    await call(portal, "crm.item.update", entityTypeId=2, id=deal, fields={"title": "After"})

    (execution,) = await runs(n8n, workflow)
    (item,) = received(execution)
    assert (item["event"], item["id"], item["record"]["title"]) == ("ONCRMDEALUPDATE", deal, "After")
    secrets = [row["value"] for row in portal.database.collection("tokens").all()]
    assert secrets
    assert not [secret for secret in secrets if secret in json.dumps(execution.runs)]

    await n8n.deactivate(workflow)
    await eventually(lambda: not subscribed(portal))
    await call(portal, "crm.item.update", entityTypeId=2, id=deal, fields={"title": "Unheard"})
    assert len(await n8n.executions(workflow["id"])) == 1


async def test_a_burst_comes_through_the_queue(n8n: N8nClient, portal: Sandbox, oauth2: dict[str, str]) -> None:
    trigger = bitrix24_trigger(
        oauth2,
        triggerOn="appEvent",
        events=["ONCRMLEADADD"],
        fetchRecord=True,
        options={"queue": True, "queueInterval": 1},
    )
    workflow = await n8n.create_workflow(line("Leads", trigger, after()))
    await n8n.activate(workflow)
    await eventually(lambda: subscribed(portal) == {"ONCRMLEADADD", "ONOFFLINEEVENT"})
    commands = {f"c{place}": f"crm.item.add?entityTypeId=1&fields[title]=Lead {place}" for place in range(40)}
    await call(portal, "batch", cmd=commands)

    titles: set[str] = set()
    count = 1
    async with asyncio.timeout(SECONDS):
        while len(titles) < len(commands):
            executions = await runs(n8n, workflow, count)
            told = [item for execution in executions for item in received(execution)]
            titles = {item["record"]["title"] for item in told}
            count = len(executions) + 1
    assert len(told) == len(commands)
    await n8n.deactivate(workflow)
    await eventually(lambda: not subscribed(portal))
    assert portal.database.collection("offline_events").all() == []


async def test_an_outgoing_webhook_is_known_by_its_token(n8n: N8nClient, portal: Sandbox) -> None:
    trigger = bitrix24_trigger(triggerOn="outgoingWebhook", applicationToken="demo-token", events=["ONCRMCONTACTADD"])
    workflow = await n8n.create_workflow(line("Contacts", trigger, after()))
    await n8n.activate(workflow)
    address = f"{n8n.url}/webhook/{trigger['webhookId']}/webhook"
    good = [("event", "ONCRMCONTACTADD"), ("data[FIELDS][ID]", "5"), ("auth[application_token]", "demo-token")]
    wrong = [*good[:2], ("auth[application_token]", "guessed")]
    async with aiohttp.ClientSession() as session:
        await listening(session, address)
        for body in (good[:2], wrong, [*good, ("auth[application_token]", "demo-token")]):
            async with session.post(address, data=aiohttp.FormData(body)) as answer:
                assert answer.status == 403
        webhook = {"handler": address, "events": ["ONCRMCONTACTADD"], "application_token": "demo-token"}
        async with session.post(f"{portal.url}/_sandbox/webhooks", json=webhook) as answer:
            assert answer.status == 201
    contact = (await call(portal, "crm.item.add", entityTypeId=3, fields={"name": "Ada"}))["item"]["id"]

    (execution,) = await runs(n8n, workflow)
    (item,) = received(execution)
    assert (item["event"], item["id"]) == ("ONCRMCONTACTADD", contact)
    assert "demo-token" not in json.dumps(execution.runs)
    await n8n.deactivate(workflow)


async def test_a_chatbot_answers(n8n: N8nClient, portal: Sandbox, oauth2: dict[str, str]) -> None:
    trigger = bitrix24_trigger(
        oauth2, triggerOn="chatbot", bot="own", botCode="echo", botName="Echo", botEvents=["message"]
    )
    answering = bitrix24(
        "Answer",
        oauth2,
        "oAuth2",
        resource="chatbot",
        operation="sendMessage",
        botId="={{ $json.botId }}",
        dialogId="={{ $json.dialogId }}",
        messageText="=You said: {{ $json.text }}",
    )
    workflow = await n8n.create_workflow(line("Echo", trigger, answering))
    await n8n.activate(workflow)
    await eventually(lambda: event_mode(portal) == "webhook")
    (bot,) = (row["id"] for row in portal.database.collection("bots").all() if row["code"] == "echo")
    await call(portal, "im.message.add", DIALOG_ID=str(bot), MESSAGE="Hello")

    (execution,) = await runs(n8n, workflow)
    assert execution.status == "success", execution.error
    assert execution.runs[EVENT][0][0]["json"]["kind"] == "message"
    messages = (await call(portal, "im.dialog.messages.get", DIALOG_ID=str(bot)))["messages"]
    assert "You said: Hello" in [message["text"] for message in messages]
    await n8n.deactivate(workflow)
    await eventually(lambda: event_mode(portal) == "fetch")


async def test_the_panel(editor: Editor, n8n: N8nClient, oauth2: dict[str, str], portal: Sandbox) -> None:
    trigger = bitrix24_trigger(oauth2, triggerOn="appEvent", events=["ONCRMDEALADD", "ONCRMDEALUPDATE"])
    workflow = await n8n.create_workflow(line("Panel", trigger, after()))
    await editor.open_node(workflow["id"], EVENT)
    chosen = editor.page.get_by_test_id("node-credentials-select").locator("input")
    await expect(chosen).to_have_value(oauth2["name"])
    await editor.picture("trigger")
    labels = await editor.panel_fields()
    assert [label for label in labels if label in PANEL] == PANEL, labels
    chosen = editor.page.get_by_test_id("node-credentials-select").locator("input")
    await expect(chosen).to_have_value(oauth2["name"])
    await editor.picture("trigger")
    await editor.page.get_by_role("button", name="Test this trigger").click()
    await eventually(lambda: subscribed(portal) == {"ONCRMDEALADD", "ONCRMDEALUPDATE"})
    deal = (await call(portal, "crm.item.add", entityTypeId=2, fields={"title": "Tried out"}))["item"]["id"]
    await expect(editor.page.get_by_test_id("output-panel").get_by_text("Tried out").first).to_be_visible()
    (execution,) = await runs(n8n, workflow)
    assert [item["id"] for item in received(execution)] == [deal]


async def test_the_address_of_an_outgoing_webhook_is_shown(editor: Editor, n8n: N8nClient) -> None:
    trigger = bitrix24_trigger(triggerOn="outgoingWebhook", applicationToken="demo-token")
    workflow = await n8n.create_workflow(line("Address", trigger, after()))
    await editor.open_node(workflow["id"], EVENT)
    await editor.page.get_by_text("Webhook URLs", exact=True).click()
    await editor.page.get_by_text("Production URL", exact=True).click()
    await expect(editor.page.get_by_text(f"/webhook/{trigger['webhookId']}/webhook")).to_be_visible()
    assert "Credential" not in await editor.panel_fields()
    await editor.picture("trigger-outgoing-webhook")


PANEL = ["Credential", "Trigger On", "Events", "Fetch Full Record", "Options"]
