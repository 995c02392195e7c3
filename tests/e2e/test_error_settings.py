"""Five items, two of which fail, under each of n8n's three error settings."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from playwright.async_api import expect

from bitrix_node.n8n.installation.example import DONE, FAILED, LEAVE, TRIGGER, example_tickets, support_workflow
from bitrix_node.n8n.installation.up import CREDENTIAL_NAME, NODE_TYPE, Running

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import Execution, N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

EXPORT = Path(__file__).parents[2] / "examples" / "closed_tickets.jsonl"
STALE = {2, 4}
BOT = {"botId": 39, "botToken": "demo-bot-token"}


def five_tickets(first: int) -> list[dict[str, Any]]:
    """Three good tickets of the export, from a place on; the stale two of the example stand third and fifth."""
    rows = [json.loads(line) for line in EXPORT.read_text(encoding="utf-8").splitlines()[first : first + 3]]
    stale = [ticket for place, ticket in enumerate(example_tickets()) if place in STALE]
    return [rows[0], rows[1], stale[0], rows[2], stale[1]]


async def run(n8n: N8nClient, on_error: str, tickets: list[dict[str, Any]]) -> Execution:
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    workflow = support_workflow(
        node_type=NODE_TYPE,
        credential={"id": credential["id"], "name": CREDENTIAL_NAME},
        on_error=on_error,
        tickets=tickets,
    )
    return await n8n.run(await n8n.create_workflow({**workflow, "name": on_error}), TRIGGER)


async def members(stack: Running, chat: int) -> set[int]:
    """The people whom the portal still counts in a chat."""
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{stack.webhook_url}imbot.v2.Chat.User.list", json={**BOT, "dialogId": f"chat{chat}"}) as answer,
    ):
        return {int(user["id"]) for user in (await answer.json())["result"]}


def inputs(items: list[dict[str, Any]]) -> list[int]:
    """The input items that output items are paired to."""
    return [item["pairedItem"]["item"] for item in items]


async def test_stop_workflow(n8n: N8nClient) -> None:
    execution = await run(n8n, "stopWorkflow", five_tickets(10))
    assert execution.status == "error"
    assert execution.error is not None
    assert execution.error["context"]["itemIndex"] in STALE
    assert execution.error["message"]
    assert execution.error["description"]
    assert DONE not in execution.runs


async def test_continue(n8n: N8nClient, stack: Running) -> None:
    tickets = five_tickets(14)
    execution = await run(n8n, "continueRegularOutput", tickets)
    assert execution.status == "success"
    (items,) = execution.runs[LEAVE]
    assert inputs(items) == [0, 1, 2, 3, 4]
    for place, item in enumerate(items):
        if place in STALE:
            assert set(item["json"]) == {"error", "details"}
            assert item["json"]["details"]["operation"] == "chatUserDelete"
        else:
            assert item["json"]["deleted"] is True
            assert tickets[place]["clientId"] not in await members(stack, tickets[place]["chatId"])
    assert len(execution.runs[DONE][0]) == 5


async def test_continue_with_error_output(n8n: N8nClient) -> None:
    tickets = five_tickets(18)
    execution = await run(n8n, "continueErrorOutput", tickets)
    assert execution.status == "success"
    done, failed = execution.runs[LEAVE]
    assert inputs(done) == [0, 1, 3]
    assert inputs(failed) == [2, 4]
    assert all(item["json"]["deleted"] is True for item in done)
    for item in failed:
        # n8n puts the input's own fields back into an item that it sends to the error output.
        assert item["json"]["ticket"] == tickets[item["pairedItem"]["item"]]["ticket"]
        assert item["json"]["error"]
        assert item["json"]["details"]["code"]
    assert [item["json"]["ticket"] for item in execution.runs[FAILED][0]] == ["T-10158", "T-10199"]
    assert len(execution.runs[DONE][0]) == 3


async def test_the_button_in_the_editor(editor: Editor, n8n: N8nClient, stack: Running) -> None:
    workflow_id = stack.workflow_url.rsplit("/", 1)[1]
    await editor.open_workflow(workflow_id)
    await editor.execute()
    canvas = editor.page.get_by_test_id("canvas")
    await expect(canvas.get_by_test_id("edge-label").get_by_text(re.compile("^3 items"))).to_be_visible()
    await expect(canvas.get_by_test_id("edge-label").get_by_text(re.compile("^2 items"))).to_be_visible()
    await editor.picture("workflow-run")
    latest = (await n8n.executions(workflow_id))[0]
    execution = await n8n.finished(latest["id"])
    assert [inputs(items) for items in execution.runs[LEAVE]] == [[0, 1, 3], [2, 4]]
    await editor.page.get_by_test_id("canvas-node").filter(has_text=LEAVE).dblclick()
    await expect(editor.page.get_by_test_id("output-panel").get_by_text("deleted").first).to_be_visible()
    await editor.picture("node-output")
    await editor.page.get_by_text("Error Branch (2 items)").click()
    await expect(editor.page.get_by_test_id("output-panel").get_by_text("T-10199").first).to_be_visible()
    await editor.picture("node-errors")
