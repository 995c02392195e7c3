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
from bitrix_node.portal.limits.mirror import Mirror
from bitrix_node.portal.limits.redis_bucket import (
    PAUSE,
    check_redis_url,
    script_answer,
    script_arguments,
    script_source,
)
from bitrix_node.portal.limits.sharing import limiter, portal_name, shared_bucket
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.portal.clocks import QuickClock
from tests.redis_server import running_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bitrix_node.portal.limits.bucket import Turn
    from bitrix_node.portal.limits.mirror import Past, Told
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


class Shared:
    """The script in a real Redis, asked at moments of the test's choice; each mirror stands for a process."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._script = client.register_script(script_source())

    async def exchange(self, mirror: Mirror, report: Report, now: float) -> tuple[Turn, Told]:
        past = mirror.past(now)
        turn, told = await self.run(report, past, now)
        mirror.told(report, past, turn, told, now)
        return turn, told

    async def run(self, report: Report, past: Past, now: float) -> tuple[Turn, Told]:
        return script_answer(await self._script(keys=["bucket"], args=script_arguments(report, past, now)))

    async def send(self, mirror: Mirror, client: str, requests: int, now: float) -> tuple[Turn, Told]:
        """Requests that are sent and answered one after another."""
        for _ in range(requests):
            turn, _ = await self.exchange(mirror, Report(client, ask="take", limits=SLOW), now)
            assert turn.granted
            answer = await self.exchange(mirror, Report(client, answered=1), now)
        return answer

    async def lose(self) -> None:
        await self._client.flushall()


SLOW = RequestLimits(rate=0.001, burst=50)


def send_without_redis(mirror: Mirror, client: str, requests: int, now: float) -> None:
    for _ in range(requests):
        assert mirror.model.exchange(Report(client, ask="take", limits=SLOW), now).granted
        mirror.model.exchange(Report(client, answered=1), now)


@pytest.fixture
async def shared(redis: RedisServer) -> AsyncIterator[Shared]:
    async with Redis.from_url(redis.url) as client:
        yield Shared(client)


@pytest.mark.parametrize("pause", [0.0, 0.01, 0.3, 0.7, 2.0, 20.0])
async def test_redis_and_python_know_one_and_the_same_bucket(shared: Shared, pause: float) -> None:
    model, mirror = LeakyBucket(), Mirror(LeakyBucket())
    for number, report in enumerate(REPORTS):
        now = 100 + number * pause
        assert mirror.past(now).untold == 0
        turn, told = await shared.exchange(mirror, report, now)
        expected = model.exchange(report, now)
        assert (turn.granted, turn.room) == (expected.granted, expected.room), number
        assert turn.delay == pytest.approx(expected.delay, abs=1e-4), number
        assert (told.limits, mirror.model.limits) == (model.limits, model.limits), number
        assert told.level == pytest.approx(model.level(now), abs=1e-6), number
        assert mirror.model.level(now) == pytest.approx(model.level(now), abs=1e-6), number
        assert mirror.model.room(now) == model.room(now), number


TRAFFIC = [
    *(Report(client, sent, ask="take", limits=RequestLimits(2, 50)) for sent in range(6) for client in "abc"),
    *(Report(client, 6 - done, answered=done) for done in (1, 2, 3) for client in "abc"),
    *(Report(client, 3, answered=2, ask="take") for client in "cab"),
    *(Report(client, 3, answered=1) for client in "abc"),
    *(Report(client, 0, answered=3) for client in "abc"),
    *(Report(client, 0, ask="take") for client in "abc"),
]


@pytest.mark.parametrize("pause", [0.001, 0.1, 0.7, 2.0])
@pytest.mark.parametrize("lost", [{1}, {9}, {20, 21}, {30}, {len(TRAFFIC) - 1}, set(range(len(TRAFFIC)))])
async def test_a_bucket_that_redis_has_lost_stands_where_it_stood(shared: Shared, pause: float, lost: set[int]) -> None:
    model, mirror = LeakyBucket(), Mirror(LeakyBucket())
    for number, report in enumerate(TRAFFIC):
        now = 100 + number * pause
        if number in lost:
            await shared.lose()
        turn, told = await shared.exchange(mirror, report, now)
        expected = model.exchange(report, now)
        assert (turn.granted, turn.room) == (expected.granted, expected.room), number
        assert told.level == pytest.approx(model.level(now), abs=1e-6), number


async def test_each_process_raises_a_lost_bucket_to_what_it_knows(shared: Shared) -> None:
    first, second = Mirror(LeakyBucket()), Mirror(LeakyBucket())
    await shared.send(first, "a", 20, 100)
    await shared.send(second, "b", 10, 100)
    await shared.lose()
    for process, client, level in ((first, "a", 21), (second, "b", 31), (first, "a", 32)):
        _, told = await shared.send(process, client, 1, 101)
        assert told.level == pytest.approx(level, abs=0.01)


@pytest.mark.parametrize("lost", [False, True], ids=["kept", "lost"])
async def test_what_was_sent_meanwhile_is_told_once_and_nothing_else_again(shared: Shared, lost: bool) -> None:
    first, second = Mirror(LeakyBucket()), Mirror(LeakyBucket())
    await shared.send(first, "a", 10, 100)
    await shared.send(second, "b", 5, 100)
    await shared.send(first, "a", 1, 100)
    if lost:
        await shared.lose()
    send_without_redis(first, "a", 8, 101)
    send_without_redis(second, "b", 4, 101)
    for process, client, level in ((first, "a", 25), (second, "b", 30), (first, "c", 31), (second, "b", 32)):
        _, told = await shared.send(process, client, 1, 102)
        assert told.level == pytest.approx(level, abs=0.01)
        assert process.model.level(102) == pytest.approx(level, abs=0.01)


async def test_what_travels_is_known_to_a_new_bucket_before_its_clients_ask(shared: Shared) -> None:
    mirror = Mirror(LeakyBucket())
    for sent in range(15):
        for client in "ab":
            await shared.exchange(mirror, Report(client, sent, ask="take", limits=SLOW), 100)
    await shared.lose()
    assert (await shared.exchange(mirror, Report("c", ask="keep"), 101))[0].room == 20
    for client in "ab":
        turn, told = await shared.exchange(mirror, Report(client, 0, answered=15), 101)
    assert turn.room == 20
    assert told.level == pytest.approx(30, abs=0.1)


async def test_a_past_that_did_not_arrive_is_told_again_and_not_by_two_at_once(shared: Shared) -> None:
    mirror = Mirror(LeakyBucket())
    send_without_redis(mirror, "a", 8, 100)
    first, second = mirror.past(100), mirror.past(100)
    assert first.untold == pytest.approx(8, abs=0.01)
    assert second.untold == 0
    mirror.failed(first)
    mirror.failed(second)
    send_without_redis(mirror, "a", 2, 100)
    _, told = await shared.exchange(mirror, Report("a"), 100)
    assert told.level == pytest.approx(10, abs=0.01)
    assert mirror.past(100).untold == 0


async def test_an_answer_that_is_overtaken_takes_nothing_back(shared: Shared) -> None:
    mirror = Mirror(LeakyBucket())
    send_without_redis(mirror, "a", 8, 100)
    slow = Report("a", answered=1)
    past = mirror.past(100)
    turn, told = await shared.run(slow, past, 100)
    await shared.send(mirror, "b", 5, 100)
    assert mirror.past(100).untold == 0
    mirror.told(slow, past, turn, told, 100)
    assert mirror.model.level(100) == pytest.approx(14, abs=0.01)
    assert mirror.past(100).untold == 0


async def send(redis: RedisServer, clock: QuickClock, portal: str, requests: int) -> int:
    """Requests of two clients of one process; tells the room that they leave in the shared bucket."""
    clients = [limiter(portal, SLOW, redis.url, clock) for _ in range(2)]
    for number in range(requests):
        await clients[number % 2].acquire()
        clients[number % 2].answered()
    for client in clients:
        await client.close()
    return clients[-1].room


async def test_every_portal_learns_what_was_sent_while_redis_was_away(redis: RedisServer) -> None:
    clock, portals = QuickClock(), ("http://a.example", "http://b.example")
    assert [await send(redis, clock, portal, 2) for portal in portals] == [48, 48]
    await redis.stop()
    assert [await send(redis, clock, portal, 40) for portal in portals] == [8, 8]
    await redis.start()
    clock.advance(2 * PAUSE)
    assert [await send(redis, clock, portal, 1) for portal in portals] == [7, 7]
    assert [shared_bucket(portal).room(clock.now) for portal in portals] == [7, 7]


async def test_a_restart_that_nobody_noticed_empties_no_bucket(
    redis: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    clock, portal = QuickClock(), "http://a.example"
    client = limiter(portal, SLOW, redis.url, clock)
    await client.acquire()
    assert await send(redis, clock, portal, 46) == 3
    await redis.stop()
    await redis.start()
    await client.acquire()
    assert (client.room, shared_bucket(portal).room(clock.now)) == (2, 2)
    await client.close()
    assert caplog.records == []


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
