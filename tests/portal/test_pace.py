"""Seconds that commands are expected to take, and what requests are made of them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Answer, Portal, PortalSettings
from bitrix_node.portal.batching import FEW, SHARES, SMALL_BATCH
from bitrix_node.portal.calls import Call, Order
from bitrix_node.portal.pace import FIRST_GUESS, FULL_BATCH, MOST_SECONDS, SOON, Pace
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.portal.transport import Timeouts
from tests.portal.conftest import answer
from tests.portal.servers import batch_answer, commands_of, method_of, served

if TYPE_CHECKING:
    from aiohttp import web

    from bitrix_node.sandbox import Sandbox
    from tests.portal.conftest import Serve


@pytest.fixture
async def call(portal: Portal) -> Call:
    order = Order(portal.scope(), "slow.get", {}, version=2, writes=False, droppable=False, token=None)
    return Call(order, asyncio.get_running_loop().create_future())


def took(seconds: Any) -> Answer:
    return Answer(None, time={"duration": seconds})


async def test_a_method_that_was_never_called_is_guessed(call: Call) -> None:
    pace = Pace()
    assert (pace.expected(call), pace.side_by_side(call)) == (FIRST_GUESS, FULL_BATCH)


async def test_slower_counts_at_once_and_quicker_by_and_by(call: Call) -> None:
    pace = Pace()
    for seconds in (0.1, 4.0):
        pace.note(call, took(seconds))
        assert pace.expected(call) == seconds
    seen = []
    for _ in range(30):
        pace.note(call, took(0.1))
        seen.append(pace.expected(call))
    assert 1.0 < seen[0] < 4.0
    assert seen == sorted(seen, reverse=True)
    assert seen[-1] == pytest.approx(0.1, rel=0.01)


@pytest.mark.parametrize(
    ("seconds", "commands"),
    [(0, FULL_BATCH), (5e-324, FULL_BATCH), (0.001, FULL_BATCH), (0.1, 10), (0.3, 3), (SOON, 1), (30, 1)],
)
async def test_commands_that_are_answered_soon(call: Call, seconds: float, commands: int) -> None:
    pace = Pace()
    pace.note(call, took(seconds))
    assert pace.side_by_side(call) == commands


@pytest.mark.parametrize("odd", [None, "0.5", True, -1, float("nan"), [], {}])
async def test_an_odd_duration_says_nothing(call: Call, odd: Any) -> None:
    pace = Pace()
    pace.note(call, took(odd))
    pace.note(call, Answer(None))
    assert pace.seconds == {}


@pytest.mark.parametrize("long", [1000, 10**400, float("inf")])
async def test_no_command_is_taken_to_need_longer_than_a_request_may(call: Call, long: float) -> None:
    pace = Pace()
    pace.note(call, took(long))
    assert pace.expected(call) == 60
    together = Pace()
    together.together([call] * 3, took(long))
    assert together.expected(call) == 60


async def test_a_request_without_an_answer_makes_its_commands_slow(call: Call) -> None:
    pace = Pace()
    pace.unanswered([call] * 25, 75)
    assert pace.expected(call) == 3
    pace.unanswered([call] * 50, 75)
    assert pace.expected(call) == 3


class Portals:
    """A portal whose commands say that they take some seconds; remembers the numbers that each request carried."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds = seconds
        self.requests: list[list[int]] = []

    async def handle(self, request: web.Request) -> web.Response:
        commands = await commands_of(request)
        self.requests.append([int(entry["number"]) for entry in commands.values()])
        if method_of(request) != "batch":
            return answer("done", time={"duration": self.seconds[method_of(request)]})
        body = await request.json()
        methods = {key: text.partition("?")[0] for key, text in body["cmd"].items()}
        times = {key: {"duration": self.seconds[method]} for key, method in methods.items()}
        return batch_answer(dict.fromkeys(commands, "done"), result_time=times)


async def send(portal: Portal, method: str, count: int) -> None:
    await asyncio.gather(*(portal.call(method, {"number": number}) for number in range(count)))


@pytest.mark.parametrize(
    ("seconds", "count", "commands"),
    [(0.001, 100, SMALL_BATCH), (0.1, 100, 10), (0.5, 30, 2), (3, 30, 1), (0.001, 40, 10), (0.001, 12, FEW)],
)
async def test_slow_commands_are_spread_more_thinly(serve: Serve, seconds: float, count: int, commands: int) -> None:
    server = Portals({"work.get": seconds})
    portal = await serve(server.handle)
    await send(portal, "work.get", 1)
    server.requests.clear()
    await send(portal, "work.get", count)
    expected = [list(range(count))[start : start + commands] for start in range(0, count, commands)]
    assert sorted(server.requests) == expected


@pytest.mark.parametrize(("seconds", "commands"), [(0.1, FULL_BATCH), (1, 20), (3, 6), (19, 1), (50, 1)])
async def test_no_request_is_expected_to_take_long(seconds: float, commands: int) -> None:
    server = Portals({"work.get": seconds})
    settings = PortalSettings(burst=2, rate=50)
    async with (
        served(server.handle) as url,
        Portal(Webhook(f"{url}/rest/1/s3cr3tc0de/").endpoint(), settings=settings) as portal,
    ):
        await send(portal, "work.get", 1)
        server.requests.clear()
        count = min(200, 20 * commands)
        await send(portal, "work.get", count)
    assert max(len(numbers) for numbers in server.requests) == commands
    assert commands == 1 or commands * seconds <= MOST_SECONDS
    assert sorted(number for numbers in server.requests for number in numbers) == list(range(count))


async def test_a_slow_command_does_not_join_quick_ones_that_fill_the_time(serve: Serve) -> None:
    server = Portals({"quick.get": 0.01, "slow.get": MOST_SECONDS - 0.05})
    portal = await serve(server.handle)
    await asyncio.gather(portal.call("quick.get", {"number": 0}), portal.call("slow.get", {"number": 0}))
    server.requests.clear()
    quick = (portal.call("quick.get", {"number": number}) for number in range(10))
    await asyncio.gather(*quick, portal.call("slow.get", {"number": 10}), portal.call("quick.get", {"number": 11}))
    assert sorted(server.requests) == [list(range(FEW)), list(range(FEW, 10)), [10], [11]]


async def test_calls_keep_their_order_within_and_among_requests(sandbox: Sandbox) -> None:
    settings = PortalSettings(burst=1, rate=50)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        alone = {"number": -1, "filter": None}
        await asyncio.gather(
            *(portal.call("profile", {"number": number}) for number in range(70)),
            portal.call("user.current", alone),
            *(portal.call("profile", {"number": number}) for number in range(70, 140)),
        )
    numbers = [int(entry.arguments["number"]) for entry in sandbox.journal if entry.method == "profile"]
    assert numbers == list(range(140))


async def test_reads_that_took_too_long_together_are_sent_again_in_smaller_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fewer, patience = SMALL_BATCH // 5, 0.3
    monkeypatch.setattr("bitrix_node.portal.pace.SOON", fewer * patience / SMALL_BATCH)
    sizes: list[int] = []

    async def handle(request: web.Request) -> web.Response:
        commands = await commands_of(request)
        sizes.append(len(commands))
        if len(commands) > fewer:
            await asyncio.Event().wait()
        return answer("done") if "" in commands else batch_answer(dict.fromkeys(commands, "done"))

    settings = PortalSettings(timeouts=Timeouts(read=patience), retry=RetryPolicy(backoff=0.01))
    async with (
        served(handle) as url,
        Portal(Webhook(f"{url}/rest/1/s3cr3tc0de/").endpoint(), settings=settings) as portal,
    ):
        await send(portal, "work.get", SHARES * SMALL_BATCH)
    assert sizes[:SHARES] == [SMALL_BATCH] * SHARES
    assert max(sizes[SHARES:]) <= fewer
