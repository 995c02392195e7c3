"""Places are given in the order of asking, and come back."""

from __future__ import annotations

import asyncio

import pytest

from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.portal.limits.bucket import LEASE, LeakyBucket
from bitrix_node.portal.limits.limiter import Limiter
from bitrix_node.portal.limits.sharing import portal_name, shared_bucket
from tests.portal.clocks import QuickClock


def limiters(count: int, rate: float, burst: int) -> tuple[list[Limiter], LeakyBucket, QuickClock]:
    bucket, clock = LeakyBucket(RequestLimits(rate, burst)), QuickClock()
    return [Limiter(bucket, clock=clock) for _ in range(count)], bucket, clock


async def test_places_are_given_in_the_order_of_asking() -> None:
    [limiter], _, clock = limiters(1, rate=2, burst=1)
    order: list[int] = []

    async def pass_through(number: int) -> None:
        await limiter.acquire()
        order.append(number)
        limiter.answered()

    await asyncio.gather(*(pass_through(number) for number in range(8)))
    assert order == list(range(8))
    assert clock.now == pytest.approx(1000 + 7 * 0.5, abs=0.1)
    await limiter.close()


async def test_clients_of_one_bucket_take_turns() -> None:
    (first, second), _, _ = limiters(2, rate=2, burst=1)
    order: list[str] = []

    async def pass_through(limiter: Limiter, name: str) -> None:
        for _ in range(4):
            await limiter.acquire()
            order.append(name)
            limiter.answered()

    await asyncio.gather(pass_through(first, "first"), pass_through(second, "second"))
    assert order[1:7] in (["second", "first"] * 3, ["first", "second"] * 3)
    for limiter in (first, second):
        await limiter.close()


async def test_who_leaves_while_waiting_stands_in_nobodys_way() -> None:
    (first, second, third), bucket, clock = limiters(3, rate=0.5, burst=1)
    await first.acquire()
    waiting = asyncio.create_task(second.acquire())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    first.give_back()
    assert bucket.room(clock.now) == 1
    await asyncio.wait_for(third.acquire(), 5)
    third.give_back()
    for limiter in (first, second, third):
        await limiter.close()


async def test_everybody_slows_down_after_a_refusal_and_comes_back_one_by_one() -> None:
    clients, _, clock = limiters(5, rate=2, burst=50)
    await clients[0].acquire()
    clients[0].exceeded()
    clients[0].answered()
    passed: list[float] = []

    async def pass_through(limiter: Limiter) -> None:
        await limiter.acquire()
        passed.append(clock.now)
        limiter.answered()

    await asyncio.gather(*(pass_through(limiter) for limiter in clients))
    pauses = [later - earlier for earlier, later in zip([1000.0, *passed], passed, strict=False)]
    assert all(pause >= 0.45 for pause in pauses), pauses
    for limiter in clients:
        await limiter.close()


async def test_a_client_that_closes_leaves_nothing_but_what_has_to_drain() -> None:
    (first, second), bucket, clock = limiters(2, rate=1, burst=2)
    await first.acquire()
    await first.close()
    assert (bucket.room(clock.now), bucket.room(clock.now + 1)) == (1, 2)
    clock.advance(LEASE + 5)
    await second.acquire()
    second.give_back()
    await second.close()
    assert bucket.room(clock.now) == 2


@pytest.mark.parametrize(
    "address",
    [
        "https://example.bitrix24.com",
        "https://Example.Bitrix24.com:443",
        "http://example.bitrix24.com",
        "http://example.bitrix24.com:80/",
    ],
)
def test_a_portal_is_the_same_however_its_address_is_written(address: str) -> None:
    assert shared_bucket(address) is shared_bucket("https://example.bitrix24.com")
    assert portal_name("https://example.com:8443/b24") == "example.com:8443/b24"
