"""Stopping one run without disturbing the others."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.batching import MOST_PARALLEL
from bitrix_node.portal.errors import NotSent
from tests.portal.conftest import QUICK
from tests.portal.waiting import until

if TYPE_CHECKING:
    from bitrix_node.portal import Answer, Scope
    from bitrix_node.sandbox import Sandbox

ALONE = {"filter": None}


def begin(scope: Scope, number: int, *, droppable: bool = True) -> asyncio.Task[Answer]:
    arguments = {"entityTypeId": 2, "fields": {"title": f"Deal {number}", "comments": None}}
    return asyncio.create_task(scope.call("crm.item.add", arguments, droppable=droppable))


async def test_what_waits_is_taken_back_and_what_was_sent_goes_on(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("delay", "crm.item.add", seconds=0.1, times=MOST_PARALLEL)
    scope = portal.scope()
    tasks = [begin(scope, number) for number in range(MOST_PARALLEL + 12)]
    await until(lambda: sandbox.statistics.requests == MOST_PARALLEL)
    scope.stop("the time is up")
    found = await asyncio.gather(*tasks, return_exceptions=True)
    done = [entry for entry in found if not isinstance(entry, BaseException)]
    taken_back = [entry for entry in found if isinstance(entry, NotSent)]
    assert (len(done), len(taken_back)) == (MOST_PARALLEL, 12)
    assert {(str(entry), entry.method, entry.retryable) for entry in taken_back} == {
        ("the time is up", "crm.item.add", True)
    }
    titles = {entry.arguments["fields"]["title"] for entry in sandbox.journal}
    assert titles == {entry.result["item"]["title"] for entry in done}


async def test_calls_in_the_middle_of_an_item_are_not_taken_back(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("delay", "crm.item.add", seconds=0.05, times=MOST_PARALLEL)
    scope = portal.scope()
    tasks = [begin(scope, number, droppable=False) for number in range(MOST_PARALLEL + 4)]
    await until(lambda: sandbox.statistics.requests == MOST_PARALLEL)
    scope.stop("the time is up")
    await asyncio.gather(*tasks, begin(scope, 0, droppable=False))
    assert len(sandbox.journal.as_json()) == MOST_PARALLEL + 5


async def test_other_runs_go_on(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("delay", "crm.item.add", seconds=0.05, times=MOST_PARALLEL)
    stopped, other = portal.scope(), portal.scope()
    tasks = [begin(stopped, number) for number in range(MOST_PARALLEL + 4)]
    others = [begin(other, number) for number in range(12)]
    await until(lambda: sandbox.statistics.requests == MOST_PARALLEL)
    stopped.stop("stopped")
    await asyncio.gather(*others)
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(entry, NotSent) for entry in found) == 4


async def test_a_stopped_run_begins_nothing_and_keeps_its_first_reason(portal: Portal, sandbox: Sandbox) -> None:
    scope = portal.scope()
    scope.stop("first")
    scope.stop("second")
    with pytest.raises(NotSent, match="first"):
        await scope.call("profile", droppable=True)
    assert sandbox.statistics.requests == 0
    assert (await scope.call("profile")).result


async def test_a_call_that_waits_for_its_limit_can_be_taken_back(sandbox: Sandbox) -> None:
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=PortalSettings(burst=1, rate=0.01)) as portal:
        scope = portal.scope()
        await scope.call("profile", ALONE)
        waiting = asyncio.create_task(scope.call("profile", ALONE, droppable=True))
        await asyncio.sleep(0)
        scope.stop("deadline")
        with pytest.raises(NotSent, match="deadline"):
            await asyncio.wait_for(waiting, 5)
    assert sandbox.statistics.requests == 1


async def test_a_refused_call_of_a_stopped_run_is_not_sent_again(sandbox: Sandbox) -> None:
    sandbox.faults.query_limit("profile", times=None)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=PortalSettings(rate=5)) as portal:
        scope = portal.scope()
        call = asyncio.create_task(scope.call("profile", droppable=True))
        await until(lambda: portal.statistics.limited > 0)
        scope.stop("deadline")
        with pytest.raises(NotSent, match="deadline"):
            await asyncio.wait_for(call, 5)


@pytest.mark.parametrize(("version", "path"), [(2, "/rest/{}profile.json"), (3, "/rest/api/{}profile")])
async def test_both_versions_have_their_addresses(sandbox: Sandbox, version: int, path: str) -> None:
    webhook = Webhook(sandbox.webhook_url).endpoint()
    tail = sandbox.webhook_url.partition("/rest/")[2]
    assert webhook.address("profile", version) == sandbox.url + path.format(tail)
    assert webhook.with_token("t").address("profile", version) == sandbox.url + path.format("")


@pytest.mark.parametrize("kind", ["webhook", "token"])
async def test_rest_3_calls_reach_their_own_address(sandbox: Sandbox, kind: str) -> None:
    endpoint = Webhook(sandbox.webhook_url).endpoint()
    if kind == "token":
        endpoint = endpoint.with_token(sandbox.access_token)
    async with Portal(endpoint, settings=QUICK) as portal:
        arguments = {"select": ["id", "title"], "pagination": {"limit": 1}}
        answers = await asyncio.gather(*(portal.call("tasks.task.list", arguments, version=3) for _ in range(10)))
    assert all(entry.result["items"] for entry in answers)
    arrived = [(entry.method, entry.version, entry.batched, entry.arguments) for entry in sandbox.journal.commands]
    assert arrived == [("tasks.task.list", 3, True, arguments)] * 10
    assert {entry.version for entry in sandbox.journal} == {3}
