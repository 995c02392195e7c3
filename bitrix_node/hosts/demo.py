"""The main job on the embedded portal: take every client out of the support chat of a closed ticket."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials import Webhook
from bitrix_node.runtime import Node
from bitrix_node.sandbox import Sandbox, SandboxConfig

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bitrix_node.runtime.progress import Progress

BOT_ID = 39
BOT_TOKEN = "demo-bot-token"  # noqa: S105 (of the embedded portal)

Item = dict[str, Any]
Members = dict[int, str]
"""User id -> name, of the members of one chat."""

_BOT = {"botId": BOT_ID, "options": {"botToken": BOT_TOKEN}}


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What the demo did, and what the portal says of it.

    Attributes:
        tickets: the input.
        outputs: the output items of the removal.
        seconds: how long the removal took.
        requests: HTTP requests that the removal took.
        before: members of each chat before.
        after: members of each chat afterwards.
    """

    tickets: list[Item]
    outputs: list[Item]
    seconds: float
    requests: int
    before: dict[int, Members]
    after: dict[int, Members]

    @property
    def done(self) -> int:
        """How many clients were removed."""
        return sum("deleted" in item["json"] for item in self.outputs)

    @property
    def failed(self) -> Counter[str]:
        """How many items failed, by reason."""
        return Counter(item["json"]["error"] for item in self.outputs if "error" in item["json"])

    @property
    def wrong(self) -> list[int]:
        """Chats that do not hold exactly the members they should: everybody from before but the removed clients."""
        expected = {chat: dict(members) for chat, members in self.before.items()}
        for item in self.outputs:
            if "deleted" in item["json"]:
                ticket = self.tickets[item["pairedItem"]["item"]]
                expected.get(_chat(ticket), {}).pop(int(ticket["clientId"]), None)
        return [chat for chat in sorted(expected) if expected[chat] != self.after.get(chat)]


def read_tickets(path: Path) -> list[Item]:
    """The export of closed tickets: one JSON object a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


async def run_demo(tickets: list[Item], progress: Progress | None = None) -> DemoReport:
    """Does the main job against a fresh portal and looks at the portal afterwards."""
    async with Sandbox(SandboxConfig(seed="demo")) as sandbox, Node(Webhook(sandbox.webhook_url)) as node:
        before = await _members(node, tickets)
        requests, started = node.statistics.requests, time.perf_counter()
        outputs = await node.execute(
            "chatbot",
            "chatUserDelete",
            parameters={**_BOT, "chatId": "={{ $json.chatId }}", "userId": "={{ $json.clientId }}"},
            items=[{"json": ticket} for ticket in tickets],
            continue_on_fail=True,
            progress=progress,
        )
        seconds, requests = time.perf_counter() - started, node.statistics.requests - requests
        after = await _members(node, tickets)
    return DemoReport(tickets, outputs, seconds, requests, before, after)


async def _members(node: Node, tickets: Sequence[Item]) -> dict[int, Members]:
    """The members of every ticket's chat that the bot can see."""
    chats = sorted({_chat(ticket) for ticket in tickets})
    rows = await node.execute(
        "chatbot",
        "chatUserList",
        parameters={**_BOT, "chatId": "={{ $json.chatId }}", "returnAll": True},
        items=[{"json": {"chatId": chat}} for chat in chats],
        continue_on_fail=True,
    )
    members: dict[int, Members] = {}
    for row in rows:
        if "error" not in row["json"]:
            chat = chats[row["pairedItem"]["item"]]
            members.setdefault(chat, {})[int(row["json"]["id"])] = row["json"]["name"]
    return members


def _chat(ticket: Item) -> int:
    return int(str(ticket["chatId"]).removeprefix("chat"))
