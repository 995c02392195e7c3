"""The portal's limits: kept in ordinary use, waited for when met."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bitrix_node.credentials import Webhook, parse_credential
from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.errors import Denied, LimitReached, QuotaSpent
from bitrix_node.portal.limits.sharing import shared_bucket
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.portal.transport import Timeouts
from bitrix_node.sandbox import Sandbox, SandboxConfig

if TYPE_CHECKING:
    from typing import Any

ALONE: dict[str, Any] = {"filter": None}
"""Arguments that no batch can carry: each such call is a request."""


async def test_the_limit_is_not_met_in_ordinary_use() -> None:
    async with (
        Sandbox(SandboxConfig(bucket="2:50")) as sandbox,
        Portal(Webhook(sandbox.webhook_url).endpoint()) as portal,
    ):
        for _ in range(5):
            await asyncio.gather(*(portal.call("profile") for _ in range(150)))
        assert sandbox.statistics.commands == 750
        assert (sandbox.statistics.rejected, portal.statistics.limited) == (0, 0)


async def test_the_limit_is_not_met_when_the_burst_is_used_up() -> None:
    settings = PortalSettings(burst=20, rate=50)
    async with (
        Sandbox(SandboxConfig(bucket="50:20")) as sandbox,
        Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal,
    ):
        await asyncio.gather(*(portal.call("profile", ALONE) for _ in range(60)))
        assert sandbox.statistics.requests == 60
        assert (sandbox.statistics.rejected, portal.statistics.limited) == (0, 0)


async def test_a_limit_lower_than_thought_is_waited_for() -> None:
    settings = PortalSettings(burst=50, rate=40)
    async with (
        Sandbox(SandboxConfig(bucket="40:5")) as sandbox,
        Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal,
    ):
        await asyncio.gather(*(portal.call("profile", ALONE) for _ in range(20)))
        assert sandbox.statistics.commands == 20
        assert 0 < sandbox.statistics.rejected == portal.statistics.limited < 20


async def test_a_write_refused_for_the_limit_is_sent_again(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.query_limit("crm.item.add")
    added = await portal.call("crm.item.add", {"entityTypeId": 2, "fields": {"title": "One"}})
    assert added.result["item"]["title"] == "One"
    assert [entry.method for entry in sandbox.journal] == ["crm.item.add"]
    assert (portal.statistics.requests, portal.statistics.limited, portal.statistics.repeated) == (2, 1, 1)


async def test_a_lasting_limit_ends_as_an_error(sandbox: Sandbox) -> None:
    settings = PortalSettings(rate=1000, retry=RetryPolicy(limit_attempts=5))
    sandbox.faults.query_limit("profile", times=None)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        with pytest.raises(LimitReached) as caught:
            await portal.call("profile")
        assert portal.statistics.requests == 5
    assert caught.value.details() == {
        "code": "QUERY_LIMIT_EXCEEDED",
        "http": 503,
        "method": "profile",
        "retryable": True,
    }


@pytest.mark.parametrize("calls", [1, 24])
async def test_a_spent_quota_is_not_tried_again(portal: Portal, sandbox: Sandbox, calls: int) -> None:
    sandbox.faults.operation_time_limit("user.get", times=None)
    found = await asyncio.gather(*(portal.call("user.get", {"ID": 3}) for _ in range(calls)), return_exceptions=True)
    assert [type(entry) for entry in found] == [QuotaSpent] * calls
    assert portal.statistics.calls == calls
    assert portal.statistics.limited == 0
    [error] = {(entry.http, entry.retryable) for entry in found if isinstance(entry, QuotaSpent)}
    assert error == (429, True)


async def test_a_block_for_overload_is_not_tried_again(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "user.get", status=503, code="OVERLOAD_LIMIT", message="REST API is blocked")
    with pytest.raises(Denied, match="REST API is blocked"):
        await portal.call("user.get")
    assert portal.statistics.requests == 1


async def test_clients_of_one_portal_share_its_bucket(sandbox: Sandbox) -> None:
    endpoint = Webhook(sandbox.webhook_url).endpoint()
    for _ in range(2):
        async with Portal(endpoint) as portal:
            await portal.call("profile")
    assert shared_bucket(endpoint.portal).room(time.monotonic()) == 48


def test_runs_one_after_another_share_the_bucket_across_event_loops_and_threads() -> None:
    settings = PortalSettings(burst=10, rate=20, redis_url="")

    async def run(url: str) -> None:
        async with Portal(Webhook(url).endpoint(), settings=settings) as portal:
            await asyncio.gather(*(portal.call("profile", ALONE) for _ in range(10)))

    async def everything() -> tuple[int, int]:
        async with Sandbox(SandboxConfig(bucket="20:10")) as sandbox:
            for _ in range(2):
                await asyncio.to_thread(asyncio.run, run(sandbox.webhook_url))
            await asyncio.gather(*(asyncio.to_thread(asyncio.run, run(sandbox.webhook_url)) for _ in range(2)))
            return sandbox.statistics.commands, sandbox.statistics.rejected

    assert asyncio.run(everything()) == (40, 0)


async def test_the_plan_of_the_credential_sets_the_limits(sandbox: Sandbox) -> None:
    stored = {"webhookSecret": sandbox.webhook_url, "plan": "enterprise"}
    async with Portal(parse_credential(stored).endpoint()) as portal:
        await portal.call("profile")
    assert shared_bucket(sandbox.url).limits == RequestLimits(rate=5, burst=250)


async def test_nobody_stampedes_after_a_refusal() -> None:
    """Eight clients with more requests than the bucket holds, all refused at once because others had filled it."""
    settings = PortalSettings(burst=50, rate=50)
    async with Sandbox(SandboxConfig(bucket="50:50")) as sandbox:
        async with aiohttp.ClientSession() as stranger:
            for _ in range(50):
                async with stranger.post(f"{sandbox.webhook_url}profile.json"):
                    pass
        endpoint = Webhook(sandbox.webhook_url).endpoint()
        async with AsyncExitStack() as stack:
            portals = [await stack.enter_async_context(Portal(endpoint, settings=settings)) for _ in range(8)]
            await asyncio.gather(*(portal.call("profile", ALONE) for portal in portals for _ in range(10)))
        assert sandbox.statistics.commands == 50 + 80
        assert sandbox.statistics.rejected <= 60
        assert sum(portal.statistics.limited for portal in portals) == sandbox.statistics.rejected


def test_reading_waits_longer_than_the_portal_works() -> None:
    assert Timeouts().read > 60
