"""The leaky bucket and the operating quota."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_node.sandbox import Sandbox, SandboxConfig
from bitrix_node.sandbox.config import BucketSize
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp


async def test_a_full_bucket_refuses_before_anything_runs(session: aiohttp.ClientSession) -> None:
    async with Sandbox(SandboxConfig(seed="empty", bucket="2:5")) as sandbox:
        sandbox.clock.freeze()
        client = RestClient(session, sandbox.webhook_url)
        for _ in range(5):
            await client.result("profile")
        assert (await client.refusal("crm.item.add", {"entityTypeId": 3, "fields": {"name": "X"}}))[:2] == (
            503,
            "QUERY_LIMIT_EXCEEDED",
        )
        assert (sandbox.statistics.rejected, sandbox.statistics.requests, sandbox.statistics.commands) == (1, 6, 5)
        sandbox.clock.advance(0.5)
        assert (await client.call("crm.item.list", {"entityTypeId": 3}))[1]["total"] == 0
        assert (await client.refusal("profile"))[0] == 503
        sandbox.clock.advance(60)
        assert [(await client.call("profile"))[0] for _ in range(6)] == [200] * 5 + [503]


async def test_a_batch_is_one_request(session: aiohttp.ClientSession) -> None:
    async with Sandbox(SandboxConfig(seed="empty", bucket="2:5")) as sandbox:
        sandbox.clock.freeze()
        client = RestClient(session, sandbox.webhook_url)
        for _ in range(5):
            assert len((await client.batch(["server.time"] * 50))["result"]) == 50
        assert sandbox.statistics.commands == 250


async def test_a_method_that_worked_too_long_is_blocked_alone(session: aiohttp.ClientSession) -> None:
    async with Sandbox(SandboxConfig(seed="empty", command_ms=20, operating_seconds=0.05)) as sandbox:
        client = RestClient(session, sandbox.webhook_url)
        _, first = await client.call("server.time")
        assert first["time"]["operating"] >= 0.02
        assert (await client.batch(["server.time"] * 2))["result_error"] == []
        assert (await client.refusal("server.time"))[:2] == (429, "OPERATION_TIME_LIMIT")
        await client.result("profile")
        token = RestClient(session, f"{sandbox.url}/rest/")
        await token.result("server.time", {"auth": sandbox.access_token})
        assert first["time"]["operating_reset_at"] == pytest.approx(first["time"]["start"] + 600, abs=2)
        sandbox.clock.advance(601)
        await client.result("server.time")


async def test_latency_and_command_time_are_spent(session: aiohttp.ClientSession) -> None:
    async with Sandbox(SandboxConfig(seed="empty", command_ms=15)) as sandbox:
        client = RestClient(session, sandbox.webhook_url)
        _, body = await client.call("batch", {"cmd": ["server.time"] * 4})
        assert body["time"]["duration"] >= 0.06
        assert body["time"]["processing"] >= 0.06


@pytest.mark.parametrize("text", ["", "on", "2", "2:", ":50", "0:50", "2:0", "a:b", "-1:5"])
def test_a_bucket_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="DRAIN:CAPACITY"):
        SandboxConfig(bucket=text)


def test_bucket_spellings() -> None:
    assert BucketSize.parse("off") is None
    assert BucketSize.parse("5:250") == BucketSize(5, 250)
