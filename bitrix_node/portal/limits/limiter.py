"""One client's way to places in the portal's bucket: in the order of asking, and one question at a time."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from bitrix_node.portal.clock import Clock
from bitrix_node.portal.limits.bucket import LEASE, Report, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.credentials.limits import RequestLimits
    from bitrix_node.portal.limits.bucket import Ask, LeakyBucket
    from bitrix_node.portal.limits.redis_bucket import RedisBucket

LONGEST_WAIT = 2.0
"""Seconds until a waiting client asks again, in case that others gave their places back."""

_HEARTBEAT = LEASE / 3


class Limiter:
    """Lets requests pass while the bucket has room, and in order when it has not.

    Args:
        bucket: this process's model of the portal's bucket.
        shared: the one that several processes share, where there is one.
        limits: what the credential states of the portal's limits.
        clock: the time to wait by.

    Attributes:
        told: told whether somebody waits for a place.
    """

    def __init__(
        self,
        bucket: LeakyBucket,
        shared: RedisBucket | None = None,
        limits: RequestLimits | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._bucket, self._shared, self._limits = bucket, shared, limits
        self._clock = clock or Clock()
        self._client = secrets.token_hex(8)
        self._travelling, self._answered, self._refused = 0, 0, False
        self._worked = 0.0
        self._news = self._asking = False
        self._queue, self._exchanging = asyncio.Lock(), asyncio.Lock()
        self._telling: asyncio.Task[None] | None = None
        self._heartbeat: asyncio.TimerHandle | None = None
        self._room = 0
        self.told: Callable[[bool], None] = _nobody

    @property
    def room(self) -> int:
        """How many more requests would have passed when the bucket was last asked."""
        return self._room

    async def acquire(self) -> None:
        """Waits for a place, in the order of asking. Either `answered` or `give_back` has to follow."""
        async with self._queue:
            self._asking = True
            try:
                while not (turn := await self._exchange("take")).granted:
                    self.told(True)
                    await self._clock.sleep_until(self._clock.time() + min(turn.delay, LONGEST_WAIT))
            except BaseException:
                self._asking = False
                self._tell()
                raise
            finally:
                self.told(False)
            self._asking = False

    def answered(self, worked: float = 0.0) -> None:
        """Tells that the request which took a place has come to its end: the place drains from its arrival on.

        Args:
            worked: seconds that the portal says it worked on it, which it did after it had arrived.
        """
        self._travelling -= 1
        self._worked = min(self._worked, worked) if self._answered else worked
        self._answered += 1
        self._tell()

    def give_back(self) -> None:
        """Returns a place that was not used."""
        self._travelling -= 1
        self._tell()

    def exceeded(self) -> None:
        """Corrects the model after the portal refused: the bucket is full, and everybody waits for a place."""
        self._refused = True
        self._tell()

    async def close(self) -> None:
        """Leaves the bucket; what travels still counts as answered."""
        if self._telling is not None:
            await self._telling
        self._answered, self._travelling, self._worked = self._answered + self._travelling, 0, 0.0
        await self._exchange("leave")
        if self._shared is not None:
            await self._shared.close()

    async def _exchange(self, ask: Ask) -> Turn:
        if self._shared is None:
            return self._told(self._bucket.exchange(self._report(ask), self._clock.time()))
        async with self._exchanging:
            report = self._report(ask)
            try:
                return self._told(await self._shared.exchange(report))
            except BaseException:
                self._answered, self._worked = self._answered + report.answered, 0.0
                self._refused |= report.refused
                raise

    def _report(self, ask: Ask) -> Report:
        told = (self._travelling, self._answered, self._worked, self._refused)
        report = Report(self._client, *told, ask, self._limits)
        self._answered, self._worked, self._refused, self._news = 0, 0.0, False, False
        return report

    def _told(self, turn: Turn) -> Turn:
        self._travelling += turn.granted
        self._room = turn.room
        if self._travelling and self._heartbeat is None:
            self._heartbeat = asyncio.get_running_loop().call_later(_HEARTBEAT, self._beat)
        elif not self._travelling and self._heartbeat is not None:
            self._heartbeat.cancel()
            self._heartbeat = None
        return turn

    def _beat(self) -> None:
        """Says that the requests are still on their way, before the lease ends."""
        self._heartbeat = None
        self._tell()

    def _tell(self) -> None:
        self._news = True
        if self._shared is None:
            self._told(self._bucket.exchange(self._report(self._standing), self._clock.time()))
        elif self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell_all())

    async def _tell_all(self) -> None:
        while self._news:
            await self._exchange(self._standing)

    @property
    def _standing(self) -> Ask:
        return "keep" if self._asking else "leave"


def _nobody(waits: bool) -> None:
    """Nobody wants to know."""
