"""Computing time by method: who is refused for it waits or says when, and nobody else does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.batching import MOST_PARALLEL
from bitrix_node.portal.errors import NotSent, QuotaSpent
from bitrix_node.portal.limits.quota import Quotas
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.portal.clocks import QuickClock
from tests.portal.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.portal import Answer

DEALS: list[dict[str, Any]] = [{"entityTypeId": 2, "fields": {"title": f"Deal {index}"}} for index in range(120)]
ENOUGH_FOR = 40
"""How many calls of a method the portal's quota allows in these tests."""


class SameClock(QuickClock):
    """Moves the portal's clock along."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__()
        self._sandbox = sandbox
        self.stands = False

    async def sleep_until(self, moment: float) -> None:
        if self.stands:
            self.waits.append(moment - self.now)
            await asyncio.Event().wait()
        await super().sleep_until(moment)

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._sandbox.clock.advance(seconds)


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    config = SandboxConfig(seed="empty", command_ms=2, operating_seconds=ENOUGH_FOR * 0.002)
    async with Sandbox(config) as running:
        yield running


@pytest.fixture
def clock(sandbox: Sandbox) -> SameClock:
    return SameClock(sandbox)


@pytest.fixture
async def portal(sandbox: Sandbox, clock: SameClock) -> AsyncIterator[Portal]:
    settings = PortalSettings(clock=clock, rate=1000, burst=1000)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as client:
        yield client


def titles(sandbox: Sandbox) -> list[str]:
    """The deals that were really added."""
    return [
        entry.arguments["fields"]["title"]
        for entry in sandbox.journal
        if entry.method == "crm.item.add" and entry.error is None
    ]


async def test_what_was_refused_waits_until_it_may_run_again_and_is_done_once(
    portal: Portal, sandbox: Sandbox, clock: SameClock
) -> None:
    first = await portal.call("crm.item.add", {"entityTypeId": 2, "fields": {"title": "Before"}})
    assert first.time is not None
    added = await asyncio.gather(*(portal.call("crm.item.add", each) for each in DEALS))
    assert [entry.result["item"]["title"] for entry in added] == [each["fields"]["title"] for each in DEALS]
    assert sorted(titles(sandbox)) == sorted(["Before", *(each["fields"]["title"] for each in DEALS)])
    assert max(clock.waits) > 500


async def spend(portal: Portal) -> list[Answer]:
    """Uses up the computing time of a method."""
    calls = [portal.call("crm.item.list", {"entityTypeId": 2, "start": -1}) for _ in range(ENOUGH_FOR // 2)]
    done = await asyncio.gather(*calls)
    while True:
        answer = await portal.call("crm.item.list", {"entityTypeId": 2, "start": -1})
        assert answer.time is not None
        if answer.time["operating"] >= ENOUGH_FOR * 0.002:
            return done


async def test_other_methods_go_on(portal: Portal, sandbox: Sandbox, clock: SameClock) -> None:
    await spend(portal)
    clock.stands = True
    waiting = [asyncio.create_task(portal.call("crm.item.list", {"entityTypeId": 2})) for _ in range(5)]
    await until(lambda: len(clock.waits) == 5)
    assert (await portal.call("profile")).result
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_who_cannot_wait_fails_with_the_time(portal: Portal, sandbox: Sandbox, clock: SameClock) -> None:
    await spend(portal)
    scope = portal.scope()
    scope.deadline = clock.now + 60
    before = sandbox.statistics.by_method["crm.item.list"]
    for _ in range(2):
        calls = (scope.call("crm.item.list", {"entityTypeId": 2, "filter": None}) for _ in range(2 * MOST_PARALLEL))
        found = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(entry) for entry in found] == [QuotaSpent] * (2 * MOST_PARALLEL)
        check_time(found[0])
    assert sandbox.statistics.by_method["crm.item.list"] - before <= MOST_PARALLEL
    assert (await scope.call("profile")).result
    assert clock.waits == []


def check_time(error: object) -> None:
    assert isinstance(error, QuotaSpent)
    details = error.details()
    assert (details["code"], details["http"], details["retryable"]) == ("OPERATION_TIME_LIMIT", 429, True)
    ahead = datetime.fromisoformat(details["retryAt"]) - datetime.now(UTC)
    assert 500 < ahead.total_seconds() < 610
    assert details["retryAt"] in error.remedy


async def test_nobody_waits_longer_than_is_sensible(sandbox: Sandbox, clock: SameClock) -> None:
    settings = PortalSettings(clock=clock, rate=1000, retry=RetryPolicy(quota_wait=100))
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        await spend(portal)
        with pytest.raises(QuotaSpent) as caught:
            await portal.call("crm.item.list", {"entityTypeId": 2})
    check_time(caught.value)


async def test_stopping_a_run_ends_its_waiting(portal: Portal, clock: SameClock) -> None:
    await spend(portal)
    clock.stands = True
    scope = portal.scope()
    call = asyncio.create_task(scope.call("crm.item.list", {"entityTypeId": 2}, droppable=True))
    await until(lambda: bool(clock.waits))
    scope.stop("deadline")
    with pytest.raises(NotSent, match="deadline"):
        await call


async def test_a_refusal_without_a_known_time_tells_the_latest(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.operation_time_limit("profile")
    with pytest.raises(QuotaSpent, match="operation time limit") as caught:
        await portal.call("profile")
    check_time(caught.value)
    assert (await portal.call("profile")).result


@pytest.mark.parametrize(
    "time",
    [
        None,
        {},
        {"operating_reset_at": "soon", "finish": 1},
        {"operating_reset_at": 5, "finish": 10.0},
        {"finish": None},
        {"operating_reset_at": 10**400, "finish": 10**400},
        {"operating_reset_at": -(10**400), "finish": 0},
        {"operating_reset_at": -5, "finish": -10},
        {"operating_reset_at": 5, "finish": -10},
        {"operating_reset_at": 5, "finish": -(10**400)},
        {"operating_reset_at": True, "finish": 0},
        {"operating_reset_at": 5, "finish": False},
        {"operating_reset_at": float("nan"), "finish": 0},
        {"operating_reset_at": 5, "finish": "nan"},
        {"operating_reset_at": float("inf"), "finish": float("inf")},
        {"operating_reset_at": [600], "finish": {}},
        [],
        ["operating_reset_at"],
        "operating_reset_at",
        600,
    ],
)
def test_an_odd_account_of_time_is_ignored(time: Any) -> None:
    quotas = Quotas(QuickClock())
    quotas.answered((None, "m"), time)
    assert not quotas.refused((None, "m"))
    assert quotas.held_until((None, "m")) is None


@pytest.mark.parametrize("far", [1e12, 1e300, 10**30, 10**400, float("inf"), "1e300"], ids=lambda far: str(far)[:5])
def test_an_account_that_is_far_off_holds_nobody_longer_than_the_window(far: Any) -> None:
    clock = QuickClock()
    quotas = Quotas(clock)
    quotas.answered((None, "m"), {"operating_reset_at": far, "finish": 0})
    assert quotas.refused((None, "m"))
    assert not quotas.refused((None, "m"))
    assert (quotas.held_until((None, "m")) or 0) - clock.now == pytest.approx(601)
    clock.advance(602)
    assert quotas.held_until((None, "m")) is None
