"""The polling trigger in a real n8n: tried out in the editor, activated, switched off and on again."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.n8n.installation.up import NODE_TYPE
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.workflows import node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.n8n.installation.client import Execution, N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

KIND = "bitrix24WebhookApi"
TRIGGER = "Deals"
# n8n polls once a minute at most.
PATIENCE_SECONDS = 150
PAUSE_SECONDS = 0.2


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def portal() -> AsyncIterator[Sandbox]:
    """A portal in this process."""
    async with Sandbox(SandboxConfig(seed="demo")) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def credential(n8n: N8nClient, portal: Sandbox) -> dict[str, Any]:
    """A webhook of the portal, as a node names it."""
    name = "Account of the sales team"
    return {KIND: {"id": await n8n.save_credential(name, KIND, {"webhookSecret": portal.webhook_url}), "name": name}}


async def stored(n8n: N8nClient, credential: dict[str, Any], watch_for: str, fields: str = "") -> dict[str, Any]:
    """Stores a workflow that watches deals every minute."""
    return await watching(n8n, credential, pollRecord="deal", pollFor=watch_for, pollSelect=fields)


async def watching(
    n8n: N8nClient, credential: dict[str, Any], name: str = TRIGGER, **parameters: Any
) -> dict[str, Any]:
    """Stores a workflow that watches something every minute."""
    modes = {"triggerOn": "record", "authentication": "webhook", "pollTimes": {"item": [{"mode": "everyMinute"}]}}
    trigger = {
        **node(name, f"{NODE_TYPE}Trigger", **{**modes, **parameters}),
        "position": [0, 0],
        "credentials": credential,
    }
    after = {**node("After", "n8n-nodes-base.noOp"), "position": [220, 0]}
    return await n8n.create_workflow(
        {
            "name": "Watch",
            "settings": {"executionOrder": "v1"},
            "nodes": [trigger, after],
            "connections": {name: {"main": [[{"node": "After", "type": "main", "index": 0}]]}},
        }
    )


async def activate(n8n: N8nClient, workflow: dict[str, Any]) -> None:
    await n8n.request("POST", f"/rest/workflows/{workflow['id']}/activate", {"versionId": workflow["versionId"]})


async def deactivate(n8n: N8nClient, workflow: dict[str, Any]) -> None:
    await n8n.request("POST", f"/rest/workflows/{workflow['id']}/deactivate", {})


async def call(portal: Sandbox, method: str, **arguments: Any) -> Any:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{portal.webhook_url}{method}", json=arguments) as answer,
    ):
        return (await answer.json())["result"]


async def deals(portal: Sandbox, *titles: str) -> list[int]:
    made = [await call(portal, "crm.item.add", entityTypeId=2, fields={"title": title}) for title in titles]
    return [answer["item"]["id"] for answer in made]


async def remembers(n8n: N8nClient, workflow: dict[str, Any], before: Any = None) -> Any:
    """Waits until n8n has saved something that the trigger remembers, other than before, and returns it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            kept = (await n8n.request("GET", f"/rest/workflows/{workflow['id']}"))["staticData"]
            if kept and kept != before:
                return kept
            await asyncio.sleep(PAUSE_SECONDS)


async def executions(n8n: N8nClient, workflow: dict[str, Any], count: int) -> list[Execution]:
    """Waits for so many executions and returns them, oldest first."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            found = await n8n.executions(workflow["id"])
            if len(found) >= count:
                return [await n8n.finished(entry["id"]) for entry in reversed(found)]
            await asyncio.sleep(PAUSE_SECONDS)


def told(execution: Execution) -> list[int]:
    """The ids of the deals that an execution began with."""
    assert execution.status == "success", execution.error
    return [item["json"]["id"] for item in execution.runs[TRIGGER][0]]


async def test_a_workflow_that_was_off_tells_what_happened_meanwhile_and_nothing_twice(
    n8n: N8nClient, portal: Sandbox, credential: dict[str, Any]
) -> None:
    workflow = await stored(n8n, credential, "newRecords")
    await activate(n8n, workflow)
    kept = await remembers(n8n, workflow)
    await deactivate(n8n, workflow)

    first = await deals(portal, "One", "Two", "Three")
    await activate(n8n, workflow)
    (execution,) = await executions(n8n, workflow, 1)
    assert told(execution) == first
    await remembers(n8n, workflow, kept)
    await deactivate(n8n, workflow)

    second = await deals(portal, "Four")
    await activate(n8n, workflow)
    assert told((await executions(n8n, workflow, 2))[1]) == second
    await deactivate(n8n, workflow)


async def test_a_changed_deal_starts_the_workflow_at_the_poll_time(
    n8n: N8nClient, portal: Sandbox, credential: dict[str, Any]
) -> None:
    (deal,) = await deals(portal, "Before")
    portal.clock.advance(60)
    workflow = await stored(n8n, credential, "changedRecords")
    await activate(n8n, workflow)
    await remembers(n8n, workflow)
    portal.clock.advance(60)
    await call(portal, "crm.item.update", entityTypeId=2, id=deal, fields={"title": "After"})
    portal.clock.advance(60)

    (execution,) = await executions(n8n, workflow, 1)
    await deactivate(n8n, workflow)
    assert [(item["json"]["id"], item["json"]["title"]) for item in execution.runs[TRIGGER][0]] == [(deal, "After")]


async def test_a_test_in_the_editor_shows_the_latest_records(
    n8n: N8nClient, portal: Sandbox, credential: dict[str, Any], editor: Editor
) -> None:
    await deals(portal, "Kitchen for Rowan House", "Two desks", "Showroom lamps")
    workflow = await stored(n8n, credential, "newRecords", "title, stageId")
    await editor.open_node(workflow["id"], TRIGGER)
    fields = await editor.panel_fields()
    assert {"Trigger On", "Record", "Watch For", "Filter (JSON)", "Fields", "Poll Times"} <= set(fields)
    assert "Smart Process" not in fields
    await editor.page.get_by_test_id("node-execute-button").click()
    output = editor.page.get_by_test_id("output-panel")
    await expect(output.get_by_text("3 items").first).to_be_visible(timeout=30_000)
    await expect(output).to_contain_text("Showroom lamps")
    await editor.picture("trigger-poll")


async def test_a_smart_process_is_searched_in_the_list_and_its_items_are_polled(
    n8n: N8nClient, portal: Sandbox, credential: dict[str, Any], editor: Editor
) -> None:
    for title in ("Deliveries", "Delivery vans", "Returns"):
        await call(portal, "crm.type.add", fields={"title": title})
    types = await call(portal, "crm.type.list", filter={"title": "Delivery vans"})
    (kind,) = (entry["entityTypeId"] for entry in types["types"])
    for title in ("Van 1", "Van 2"):
        await call(portal, "crm.item.add", entityTypeId=kind, fields={"title": title})
    workflow = await watching(n8n, credential, "New vans", pollRecord="smartProcessItem", pollFor="newRecords")
    await editor.open_node(workflow["id"], "New vans")

    locator = editor.page.get_by_test_id("resource-locator-pollEntityTypeId")
    await locator.get_by_test_id("rlc-input").click()
    rows = editor.page.get_by_test_id("rlc-item").filter(visible=True)
    await expect(rows.get_by_text("Returns", exact=True)).to_be_visible(timeout=30_000)
    await editor.page.get_by_test_id("rlc-search").fill("deliver")
    await expect(rows.get_by_text("Returns", exact=True)).to_have_count(0)
    await expect(rows).to_have_text(["Deliveries", "Delivery vans"])
    await editor.picture("trigger-poll-locator")
    await rows.get_by_text("Delivery vans", exact=True).click()
    await expect(locator.get_by_test_id("rlc-input")).to_have_value("Delivery vans")

    await editor.page.get_by_test_id("node-execute-button").click()
    output = editor.page.get_by_test_id("output-panel")
    await expect(output.get_by_text("2 items").first).to_be_visible(timeout=30_000)
    await expect(output).to_contain_text("Van 2")


async def test_a_number_of_an_older_workflow_shows_in_the_panel_and_is_polled(
    n8n: N8nClient, credential: dict[str, Any], editor: Editor
) -> None:
    workflow = await watching(n8n, credential, pollRecord="smartProcessItem", pollEntityTypeId=1032)
    await editor.open_node(workflow["id"], TRIGGER)
    locator = editor.page.get_by_test_id("resource-locator-pollEntityTypeId")
    await expect(locator.locator("input").last).to_have_value("1032")
    await editor.page.get_by_test_id("node-execute-button").click()
    await expect(editor.page.get_by_test_id("output-panel").get_by_text("3 items").first).to_be_visible(timeout=30_000)
