"""What this process and a bucket in Redis know of each other, so that neither is emptier than the other knows.

Redis tells with every answer how full the bucket is, and this process keeps that beside what it sends while Redis is
away. With every question it tells the past: what Redis has not heard of, and, when Redis has lost the bucket, how full
that was. One process has one mirror of a bucket, however many clients ask.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitrix_node.portal.limits.bucket import EXACT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.credentials.limits import RequestLimits
    from bitrix_node.portal.limits.bucket import LeakyBucket, Report, Turn


@dataclass(frozen=True, slots=True)
class Told:
    """How a bucket in Redis says that it stands.

    Attributes:
        life: its name since it was made; another one means that the former was lost.
        number: how many questions it has answered.
        level: how full it is, without the requests that travel.
        limits: those it goes by.
    """

    life: str
    number: int
    level: float
    limits: RequestLimits


@dataclass(frozen=True, slots=True)
class Past:
    """What a bucket in Redis may not know.

    Attributes:
        life: name of the bucket that this process knows; empty when it knows none.
        level: how full that would be now.
        untold: how much fuller the portal's is, by what was sent without asking Redis.
        travelling: this process's requests that have been sent and not answered, by client.
    """

    life: str = ""
    level: float = 0.0
    untold: float = 0.0
    travelling: Mapping[str, int] = field(default_factory=dict)


class Mirror:
    """One process's knowledge of one bucket in Redis. Threads may share it.

    Args:
        model: this process's own model of the same bucket, which serves while Redis is away.
    """

    def __init__(self, model: LeakyBucket) -> None:
        self.model = model
        self._life, self._number = "", 0
        self._level, self._at = 0.0, 0.0
        self._on_its_way = 0.0

    def past(self, now: float) -> Past:
        """What to tell with a question; `told` or `failed` has to follow, so that nothing is told twice."""
        with self.model.lock:
            untold = self._untold(now)
            self._on_its_way += untold
            return Past(self._life, self._known(now), untold, self.model.travelling(now))

    def told(self, report: Report, past: Past, turn: Turn, told: Told, now: float) -> None:
        """Takes in an answer; one that was overtaken by a later one says nothing new of the level."""
        with self.model.lock:
            self._on_its_way -= past.untold
            untold = max(0.0, self.model.level(now) - self._known(now) - past.untold)
            if told.life != self._life or told.number > self._number:
                self._life, self._number = told.life, told.number
                self._level, self._at = told.level, now
            self.model.mirror(report, turn, told.limits, self._known(now) + untold, now)

    def failed(self, past: Past) -> None:
        """Notes that nobody knows whether a question arrived: its past will be told again."""
        with self.model.lock:
            self._on_its_way -= past.untold

    def _known(self, now: float) -> float:
        """How full the bucket is as far as Redis knows."""
        return max(0.0, self._level - max(0.0, now - self._at) * self.model.limits.rate)

    def _untold(self, now: float) -> float:
        untold = self.model.level(now) - self._known(now) - self._on_its_way
        return untold if untold > EXACT else 0.0
