"""A model of the portal's own leaky bucket, so that its limit is not met in ordinary use.

The portal adds one for each request and lets a rate drain away each second; a request that would overflow the bucket
is answered with QUERY_LIMIT_EXCEEDED. See "Limits" in the REST documentation.

When exactly a request arrived is not known here, only when it was sent and when its answer came. Until then it counts
as one that does not drain, so that the model is never emptier than the portal's bucket, however long a request travels.
"""

from __future__ import annotations

import asyncio
from collections import deque
from weakref import WeakKeyDictionary

DEFAULT_BURST = 50
DEFAULT_RATE = 2.0

_ROUNDING = 0.001


class LeakyBucket:
    """Lets requests pass while the bucket has room, and in order when it has not.

    Args:
        burst: size of the bucket.
        rate: how much drains away a second.
    """

    def __init__(self, burst: int = DEFAULT_BURST, rate: float = DEFAULT_RATE) -> None:
        self.burst, self.rate = burst, rate
        self._level, self._at = 0.0, 0.0
        self._travelling = 0
        self._blocked_until = 0.0
        self._queue: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def room(self) -> int:
        """How many requests would pass right now."""
        now = asyncio.get_running_loop().time()
        self._drain(now)
        return 0 if now < self._blocked_until else max(0, int(self.burst - self._level - self._travelling))

    async def acquire(self) -> None:
        """Waits for a place, in the order of asking. Either `answered` or `give_back` has to follow."""
        if not self._queue and self.room > 0:
            self._travelling += 1
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.append(waiter)
        self._schedule()
        try:
            await waiter
        except asyncio.CancelledError:
            self._abandon(waiter)
            raise

    def answered(self) -> None:
        """Tells that the request which took a place has come to its end: the place drains from now on."""
        self._drain(asyncio.get_running_loop().time())
        self._travelling -= 1
        self._level += 1
        self._schedule()

    def give_back(self) -> None:
        """Returns a place that was not used."""
        self._travelling -= 1
        self._schedule()

    def exceeded(self) -> None:
        """Corrects the model after the portal refused: the bucket is full, and everybody waits for a place."""
        now = asyncio.get_running_loop().time()
        self._level, self._at = float(max(0, self.burst - self._travelling)), now
        self._blocked_until = now + 1 / self.rate

    def _abandon(self, waiter: asyncio.Future[None]) -> None:
        if waiter in self._queue:
            self._queue.remove(waiter)
            self._schedule()
        elif not waiter.cancelled():
            self.give_back()

    def _drain(self, now: float) -> None:
        self._level = max(0.0, self._level - (now - self._at) * self.rate)
        self._at = now

    def _schedule(self) -> None:
        """Sets the timer to when the first in the queue has a place; without a queue there is no timer."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._queue:
            return
        loop = asyncio.get_running_loop()
        self._drain(loop.time())
        needed = max(0.0, (self._level + self._travelling + 1 - self.burst) / self.rate)
        delay = max(needed, self._blocked_until - loop.time(), 0.0) + _ROUNDING
        self._timer = loop.call_later(delay, self._wake)

    def _wake(self) -> None:
        while self._queue and self.room > 0:
            waiter = self._queue.popleft()
            if not waiter.done():
                self._travelling += 1
                waiter.set_result(None)
        self._schedule()


_BUCKETS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int, float], LeakyBucket]] = WeakKeyDictionary()


def shared_bucket(portal: str, burst: int, rate: float) -> LeakyBucket:
    """The one bucket of a portal that everything on this event loop shares: the portal counts by source address."""
    buckets = _BUCKETS.setdefault(asyncio.get_running_loop(), {})
    return buckets.setdefault((portal, burst, rate), LeakyBucket(burst, rate))
