"""The two limits of a portal: requests in a leaky bucket, and work time per method."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.clock import Clock
    from bitrix_node.sandbox.config import BucketSize

QUOTA_WINDOW = 600


@dataclass(slots=True)
class LeakyBucket:
    """Counts requests by source address; a full bucket refuses before anything runs.

    Attributes:
        size: drain and capacity, or None for no limit.
        clock: the portal's time.
    """

    size: BucketSize | None
    clock: Clock
    _levels: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, source: str) -> None:
        """Pour one request in.

        Args:
            source: address of the client.

        Raises:
            RestError: the bucket is full (503 QUERY_LIMIT_EXCEEDED).
        """
        if self.size is None:
            return
        now = self.clock.time()
        level, since = self._levels.get(source, (0.0, now))
        level = max(0.0, level - (now - since) * self.size.drain)
        full = level + 1 > self.size.capacity
        self._levels[source] = (level if full else level + 1, now)
        if full:
            raise RestError("QUERY_LIMIT_EXCEEDED", "Too many requests", 503)

    def clear(self) -> None:
        """Empty all buckets."""
        self._levels.clear()


@dataclass(slots=True)
class _Work:
    """Work of one method in the window: moments with their seconds, and the sum, kept up to date."""

    entries: deque[tuple[float, float]] = field(default_factory=deque)
    total: float = 0.0

    def add(self, moment: float, seconds: float) -> None:
        self.entries.append((moment, seconds))
        self.total += seconds

    def forget_before(self, horizon: float) -> None:
        while self.entries and self.entries[0][0] <= horizon:
            self.total -= self.entries.popleft()[1]
        if not self.entries:
            self.total = 0.0


@dataclass(slots=True)
class OperatingQuota:
    """Adds up work time by webhook or application and method over ten minutes.

    Attributes:
        limit: seconds of work allowed in the window.
        clock: the portal's time.
    """

    limit: float
    clock: Clock
    _work: dict[tuple[str, str], _Work] = field(default_factory=dict)

    def check(self, key: str, method: str) -> None:
        """Refuse a method that has used up its time.

        Args:
            key: the webhook or application.
            method: documented method name.

        Raises:
            RestError: 429 OPERATION_TIME_LIMIT.
        """
        if self.used(key, method) >= self.limit:
            raise RestError("OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.", 429)

    def charge(self, key: str, method: str, seconds: float) -> None:
        """Note work done.

        Args:
            key: the webhook or application.
            method: documented method name.
            seconds: work time.
        """
        self._current(key, method).add(self.clock.time(), seconds)

    def used(self, key: str, method: str) -> float:
        """Tell the work time used.

        Args:
            key: the webhook or application.
            method: documented method name.

        Returns:
            seconds within the last ten minutes.
        """
        return self._current(key, method).total

    def resets_at(self, key: str, method: str) -> int:
        """Tell when part of the quota is free again.

        Args:
            key: the webhook or application.
            method: documented method name.

        Returns:
            seconds since the epoch.
        """
        entries = self._current(key, method).entries
        return int(entries[0][0] if entries else self.clock.time()) + QUOTA_WINDOW

    def clear(self) -> None:
        """Forget all work."""
        self._work.clear()

    def _current(self, key: str, method: str) -> _Work:
        work = self._work.setdefault((key, method), _Work())
        work.forget_before(self.clock.time() - QUOTA_WINDOW)
        return work
