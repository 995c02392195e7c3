"""The demo's support chats and the export of closed tickets belong together."""

from __future__ import annotations

import json
import runpy
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.seed.support_desk import SupportDesk

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.sandbox.client import RestClient

EXAMPLES = Path(__file__).parents[2] / "examples"
BOT = {"botId": 39, "botToken": "demo-bot-token"}


def exported() -> list[dict[str, Any]]:
    text = (EXAMPLES / "closed_tickets.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_the_export_is_what_its_maker_writes() -> None:
    maker = runpy.run_path(str(EXAMPLES / "make_closed_tickets.py"))
    assert (EXAMPLES / "closed_tickets.jsonl").read_text(encoding="utf-8") == maker["export_lines"]()


async def test_agents_and_bot_of_the_desk_exist(sandbox: Sandbox) -> None:
    desk = SupportDesk.of_demo()
    users = sandbox.database.collection("users")
    assert all((users.get(number) or {}).get("ACTIVE") for number in (desk.rule["bot"], *desk.rule["agents"]))
    assert sandbox.database.collection("chats").count(kind="lines") == 320


async def test_the_main_job_ends_as_the_oddities_say(portal: RestClient) -> None:
    rows = exported()
    assert len(rows) == 312
    outcomes: Counter[str] = Counter()
    for row in rows:
        dialog_id = f"chat{str(row['chatId']).removeprefix('chat')}"
        arguments = {**BOT, "dialogId": dialog_id, "userId": row.get("clientId")}
        status, body = await portal.call("imbot.v2.Chat.User.delete", arguments)
        outcomes["done" if status == 200 else body["error"]] += 1
    assert outcomes == {"done": 302, "USER_NOT_FOUND": 4, "ACCESS_DENIED": 4, "100": 2}


async def test_ids_without_their_prefix_change_nothing(portal: RestClient, sandbox: Sandbox) -> None:
    before = sandbox.database.collection("chats").all()
    for row in exported():
        arguments = {**BOT, "dialogId": str(row["chatId"]).removeprefix("chat"), "userId": row.get("clientId") or 1}
        assert (await portal.refusal("imbot.v2.Chat.User.delete", arguments))[0] == 400
    assert sandbox.database.collection("chats").all() == before
