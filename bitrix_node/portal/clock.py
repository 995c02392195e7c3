"""The time that the client waits by; tests bring their own."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened: by the calendar for people, and by a clock that nobody sets for reckoning."""

    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    _ticks: float = field(default_factory=time.monotonic)

    @property
    def age(self) -> float:
        """Seconds since then."""
        return time.monotonic() - self._ticks

    def __str__(self) -> str:
        return self.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clock:
    """The time of the event loop, in which deadlines of runs are given too."""

    def time(self) -> float:
        """Seconds that only ever grow, the same for all threads of the process."""
        return time.monotonic()

    async def sleep_until(self, moment: float) -> None:
        """Waits until the clock shows this moment; who waits for the same moment goes on together."""
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        timer = loop.call_at(moment, _wake, woken)
        try:
            await woken
        finally:
            timer.cancel()


def _wake(sleeper: asyncio.Future[None]) -> None:
    if not sleeper.done():
        sleeper.set_result(None)
