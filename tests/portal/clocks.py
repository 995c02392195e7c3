"""Clocks that tests move."""

from __future__ import annotations

import asyncio
import heapq
from itertools import count

from bitrix_node.portal.clock import Clock

_TURNS = 20
"""How often the event loop goes round before the clock jumps, so that whoever is about to wait does so first."""


class QuickClock(Clock):
    """Waiting takes no time: the clock jumps to the next moment that somebody waits for.

    Attributes:
        now: what it shows.
        waits: how long each wait would have been, in seconds.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def time(self) -> float:
        return self.now

    async def sleep_until(self, moment: float) -> None:
        self.waits.append(moment - self.now)
        sleeper: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (moment, next(self._numbers), sleeper))
        while not sleeper.done():
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            self._wake_next()

    def advance(self, seconds: float) -> None:
        self.now += seconds

    def _wake_next(self) -> None:
        while self._sleepers:
            moment, _, sleeper = heapq.heappop(self._sleepers)
            if not sleeper.cancelled():
                self.advance(max(0.0, moment - self.now))
                sleeper.set_result(None)
                return


class HeldClock(Clock):
    """Time stands still until `go_on` is set; then waiting takes none.

    Attributes:
        now: what it shows.
        go_on: lets everybody go on who waits.
        waited_for: set as soon as somebody waits.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.go_on = asyncio.Event()
        self.waited_for = asyncio.Event()

    def time(self) -> float:
        return self.now

    async def sleep_until(self, moment: float) -> None:
        self.waited_for.set()
        await self.go_on.wait()
        self.now = max(self.now, moment)
