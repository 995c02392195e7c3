"""How long to wait between attempts: doubling, with an upper end, and random so that runners do not march in step."""

from __future__ import annotations

import random


class Backoff:
    """Counts failed attempts.

    Args:
        first: The longest pause after the first failure, in seconds.
        longest: The longest pause at all, in seconds.
    """

    def __init__(self, first: float, longest: float) -> None:
        self._first = first
        self._longest = longest
        self._next = first

    def pause(self) -> float:
        """Returns the next pause, in seconds: between half and all of a span that doubles each time."""
        span = self._next
        self._next = min(span * 2, self._longest)
        return random.uniform(span / 2, span)  # noqa: S311 - no secret depends on it

    def reset(self) -> None:
        """Starts anew after a success."""
        self._next = self._first
