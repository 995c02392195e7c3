"""What a client of a portal waits for, for those who watch."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT = "a place within the portal's limit of requests"


@dataclass(slots=True)
class Activity:
    """What is waited for now: a place for a request, or computing time of methods."""

    _limit: bool = False
    _methods: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    _watchers: list[Callable[[], None]] = field(default_factory=list)

    @property
    def waiting(self) -> str:
        """In words; empty while nothing is waited for."""
        if self._limit:
            return LIMIT
        for method, (until, _) in self._methods.items():
            return f"computing time of {method} until {until:%Y-%m-%d %H:%M:%S} UTC"
        return ""

    def limited(self, waits: bool) -> None:
        """Takes in whether requests wait for a place."""
        if waits != self._limit:
            self._limit = waits
            self._tell()

    @contextmanager
    def waiting_for_quota(self, method: str, seconds: float) -> Iterator[None]:
        """While a call waits for computing time of its method."""
        until, calls = self._methods.get(method, (datetime.now(UTC) + timedelta(seconds=seconds), 0))
        self._methods[method] = until, calls + 1
        if not calls:
            self._tell()
        try:
            yield
        finally:
            until, calls = self._methods.pop(method)
            if calls > 1:
                self._methods[method] = until, calls - 1
            else:
                self._tell()

    @contextmanager
    def watched(self, watcher: Callable[[], None]) -> Iterator[None]:
        """While somebody wants to be told of every change."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()
