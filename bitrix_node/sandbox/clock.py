"""The sandbox's source of time, which a test can stop and move."""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Wall-clock time that can be frozen and advanced.

    Tokens, the leaky bucket and the operating quota all read this clock, so a test makes a token expire by
    `sandbox.clock.advance(3601)` and never by waiting.
    """

    def __init__(self) -> None:
        self._offset = 0.0
        self._frozen_at: float | None = None

    def time(self) -> float:
        """Tell the time.

        Returns:
            seconds since the epoch.
        """
        current = time.time() if self._frozen_at is None else self._frozen_at
        return current + self._offset

    def now(self) -> datetime:
        """Tell the time as a date.

        Returns:
            the moment in UTC, aware of its zone.
        """
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock.

        Args:
            seconds: how far; may be negative.
        """
        self._offset += seconds

    def freeze(self) -> None:
        """Stop the clock: from now on only `advance` moves it."""
        self._frozen_at = time.time()


def timestamp(moment: datetime) -> str:
    """Write a moment as Bitrix24 does.

    Args:
        moment: an aware date.

    Returns:
        ISO 8601 to the second with the offset, `2026-03-01T09:00:00+00:00`.
    """
    return moment.astimezone(UTC).isoformat(timespec="seconds")
