"""Runs that read records by id: what the portal is asked for, and what it is not."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

from bitrix_node import Node, Webhook
from bitrix_node.portal import PortalSettings
from tests.portal.clocks import HeldClock

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

READ = {"entityType": "deal", "recordId": "={{ $json.id }}"}


def asked(sandbox: Sandbox) -> Counter[str]:
    return Counter(entry.method for entry in sandbox.journal if entry.method != "batch")


async def test_what_is_missing_is_listed_once_and_then_asked_for_by_itself(sandbox: Sandbox) -> None:
    items = [{"id": 900_000 + number} for number in range(200)]
    async with Node(Webhook(sandbox.webhook_url)) as node:
        found = await node.execute("crm", "get", parameters=READ, items=items, continue_on_fail=True)
    assert {item["json"]["details"]["code"] for item in found} == {"NOT_FOUND"}
    assert asked(sandbox) == {"crm.item.list": 4, "crm.item.get": 200}
    assert sandbox.statistics.requests < 20


async def test_missing_and_present_records_keep_to_their_items(sandbox: Sandbox) -> None:
    items = [{"id": number if number % 2 else 900_000 + number} for number in range(1, 9)]
    async with Node(Webhook(sandbox.webhook_url)) as node:
        found = await node.execute("crm", "get", parameters=READ, items=items, continue_on_fail=True)
    assert [item["json"].get("id", "missing") for item in found] == [
        1,
        "missing",
        3,
        "missing",
        5,
        "missing",
        7,
        "missing",
    ]
    assert asked(sandbox) == {"crm.item.list": 1, "crm.item.get": 4}


async def test_a_cancelled_run_leaves_no_lists_behind(sandbox: Sandbox) -> None:
    clock = HeldClock()
    async with Node(Webhook(sandbox.webhook_url), settings=PortalSettings(burst=1, rate=1, clock=clock)) as node:
        await node.portal.call("profile")
        items = [{"id": number} for number in range(1, 501)]
        run = asyncio.create_task(node.execute("crm", "get", parameters=READ, items=items))
        await clock.waited_for.wait()
        run.cancel()
        await asyncio.wait([run])
        clock.go_on.set()
        await node.portal.call("profile")
    assert asked(sandbox) == {"profile": 2}
