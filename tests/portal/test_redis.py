"""Several processes share the bucket of a portal through a real Redis; without it each goes on by itself."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest
from redis.asyncio import Redis

from bitrix_node.credentials import Webhook
from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.limits.bucket import LeakyBucket, Report
from bitrix_node.portal.limits.redis_bucket import PAUSE, check_redis_url, script_arguments, script_source
from bitrix_node.portal.limits.sharing import portal_name, shared_bucket
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.portal.clocks import QuickClock
from tests.redis_server import running_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.redis_server import RedisServer

ALONE: dict[str, Any] = {"filter": None}
"""Arguments that no batch can carry: each such call is a request."""


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    async with running_redis(tmp_path) as server:
        yield server


async def work(redis_url: str, requests: int, credential: dict[str, Any]) -> dict[str, int]:
    """What a process of its own comes to."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.portal.redis_worker", str(requests)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "BITRIX24_REDIS_URL": redis_url},
    )
    output, errors = await process.communicate(json.dumps(credential).encode())
    assert (process.returncode, errors.decode()) == (0, "")
    outcome: dict[str, int] = json.loads(output)
    return outcome


@pytest.mark.parametrize(
    ("bucket", "processes", "requests", "limits"),
    [
        ("2:50", 2, 27, {}),
        ("40:10", 4, 25, {"requestsPerSecond": 40, "burst": 10}),
    ],
    ids=["a usual plan", "a small bucket and many who want"],
)
async def test_processes_together_stay_inside_one_bucket(
    redis: RedisServer, bucket: str, processes: int, requests: int, limits: dict[str, Any]
) -> None:
    async with Sandbox(SandboxConfig(bucket=bucket)) as sandbox:
        credential = {"webhookSecret": sandbox.webhook_url, **limits}
        outcomes = await asyncio.gather(*(work(redis.url, requests, credential) for _ in range(processes)))
        assert sandbox.statistics.requests == processes * requests
        assert sandbox.statistics.rejected == 0
        assert outcomes == [{"limited": 0, "requests": requests}] * processes


async def test_clients_take_turns_at_the_shared_bucket(redis: RedisServer, sandbox: Sandbox) -> None:
    settings = PortalSettings(burst=1, rate=40, redis_url=redis.url)
    endpoint = Webhook(sandbox.webhook_url).endpoint()

    async with Portal(endpoint, settings=settings) as first, Portal(endpoint, settings=settings) as second:
        await asyncio.gather(
            *(first.call("profile", {**ALONE, "of": "first"}) for _ in range(12)),
            *(second.call("profile", {**ALONE, "of": "second"}) for _ in range(12)),
        )
    order = [entry.arguments["of"] for entry in sandbox.journal]
    for start in range(0, 20, 4):
        assert {"first", "second"} == set(order[start : start + 4])


REPORTS = [
    *(Report("a", sent, ask="take", limits=RequestLimits(2, 5)) for sent in range(4)),
    *(Report(client, 0, ask="take") for client in "bcb"),
    Report("a", 2, answered=2, worked=0.01),
    *(Report(client, travelling, ask="take") for client, travelling in (("d", 0), ("c", 0), ("b", 1), ("d", 0))),
    Report("a", 2, refused=True),
    Report("a", 1, answered=1, ask="take"),
    Report("c", 0, ask="leave"),
    Report("b", 0, answered=1, worked=0.6, ask="keep"),
    *(Report(client, 0, ask="take") for client in "dcab" * 6),
    Report("d", 0, answered=3, refused=True, limits=RequestLimits(0.5, 3)),
    *(Report(client, 0, ask="take") for client in "abcd" * 4),
    *(Report(client, 0, answered=1, ask="take") for client in "abcd" * 4),
]


@pytest.mark.parametrize("pause", [0.0, 0.01, 0.3, 0.7, 2.0, 20.0])
async def test_redis_and_python_know_one_and_the_same_bucket(redis: RedisServer, pause: float) -> None:
    model = LeakyBucket()
    async with Redis.from_url(redis.url) as client:
        script = client.register_script(script_source())
        for number, report in enumerate(REPORTS):
            now = 100 + number * pause
            granted, delay, room = await script(keys=["bucket"], args=script_arguments(report, now))
            turn = model.exchange(report, now)
            assert (bool(granted), int(room)) == (turn.granted, turn.room), number
            assert float(delay) == pytest.approx(turn.delay, abs=1e-4), number


async def test_without_redis_it_says_so_once_and_goes_on_and_comes_back(
    redis: RedisServer, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    clock, endpoint = QuickClock(), Webhook(sandbox.webhook_url).endpoint()
    settings = PortalSettings(redis_url=redis.url, clock=clock, rate=0.01, burst=50)
    key = f"bitrix-node:bucket:{portal_name(sandbox.url)}"

    async def call(times: int) -> None:
        async with Portal(endpoint, settings=settings) as portal:
            await asyncio.gather(*(portal.call("profile", ALONE) for _ in range(times)))

    def said() -> list[str]:
        return [record.getMessage() for record in caplog.records]

    with caplog.at_level(logging.WARNING, logger="bitrix_node"):
        await call(5)
        assert said() == []
        assert await level(redis, key) == pytest.approx(5, abs=0.1)
        await redis.stop()
        for _ in range(3):
            await call(2)
        clock.advance(2 * PAUSE)
        await call(2)
        assert len(said()) == 1
        assert said()[0].startswith(f"Redis at 127.0.0.1:{redis.port} cannot be used (no connection).")
        assert shared_bucket(sandbox.url).room(clock.now) == 50 - 13
        await redis.start()
        clock.advance(2 * PAUSE)
        await call(1)
        assert len(said()) == 2
        assert "is back" in said()[1]
        assert 13 <= await level(redis, key) <= 15
    assert not any(record.exc_info for record in caplog.records)


async def level(redis: RedisServer, key: str) -> float:
    found: float = json.loads(await redis.key(key))["level"]
    return found


async def test_a_password_never_shows(tmp_path: Path, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    endpoint = Webhook(sandbox.webhook_url).endpoint()
    async with running_redis(tmp_path, password="s3cr3t") as redis:
        right, wrong = redis.url, redis.url.replace("s3cr3t", "wr0ng")
        for url in (right, wrong):
            async with Portal(endpoint, settings=PortalSettings(redis_url=url)) as portal:
                assert (await portal.call("profile")).result
    [record] = caplog.records
    assert "it refuses the user name or password" in record.getMessage()
    assert "wr0ng" not in caplog.text
    assert "s3cr3t" not in caplog.text


async def test_a_redis_that_says_nothing_keeps_nobody_waiting(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}/0"
    settings = PortalSettings(redis_url=url)
    async with server, Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        await asyncio.wait_for(asyncio.gather(*(portal.call("profile", ALONE) for _ in range(20))), 20)
    assert [record.getMessage().count("it does not answer") for record in caplog.records] == [1]


async def test_an_address_that_is_none_is_told_and_not_repeated(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    settings = PortalSettings(redis_url="http://:s3cr3t@example")
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        assert (await portal.call("profile")).result
    assert "its address is malformed" in caplog.text
    assert "s3cr3t" not in caplog.text


async def test_a_missing_package_is_named(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "redis.asyncio", None)
    settings = PortalSettings(redis_url="redis://127.0.0.1:1/0")
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        assert (await portal.call("profile")).result
    assert "pip install 'bitrix-node[redis]'" in caplog.text


@pytest.mark.parametrize(
    ("url", "right"),
    [
        ("redis://localhost", True),
        ("rediss://user:pw@redis.example:6380/2", True),
        ("unix:///run/redis.sock", True),
        ("unix://", False),
        ("localhost:6379", False),
        ("redis://", False),
        ("redis://localhost:port", False),
        ("redis://localhost:0", False),
    ],
)
def test_addresses_of_redis_are_checked(url: str, right: bool) -> None:
    assert (check_redis_url(url) is None) == right
