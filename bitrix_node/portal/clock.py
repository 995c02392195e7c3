"""The time that the client waits by; tests bring their own."""

from __future__ import annotations

import asyncio
import time


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
