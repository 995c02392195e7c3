"""Computing time by method: the portal lets each use 480 seconds in 10 minutes, and then refuses it for a while.

With every answer it says when a part of that time is free again (`time.operating_reset_at`). Nothing is held back
before the portal refuses; then only the method that was refused is, until the time that its last answer told.
See "Limits" in the REST documentation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeAlias

from bitrix_node.portal.errors import QuotaSpent

if TYPE_CHECKING:
    from bitrix_node.portal.clock import Clock

WINDOW = 600.0
"""Seconds after which all computing time is free again, whatever has been used."""

_MARGIN = 1.0
"""Seconds added to what the portal tells, which are whole ones."""

MethodKey: TypeAlias = tuple[str | None, str]
"""An item's own token, if it has one, and the method's name in small letters."""


@dataclass(slots=True)
class Quotas:
    """What one credential knows of its methods' computing time.

    Attributes:
        clock: the time to reckon by; the portal's own may differ, so that only spans are taken over.
    """

    clock: Clock
    _free_at: dict[MethodKey, float] = field(default_factory=dict)
    _held: dict[MethodKey, float] = field(default_factory=dict)

    def answered(self, key: MethodKey, time: dict[str, Any] | None) -> None:
        """Takes in the portal's account of a call.

        Args:
            key: what was called.
            time: the account, where there is one.
        """
        told = time if isinstance(time, dict) else {}
        ahead = _moment(told.get("operating_reset_at")) - _moment(told.get("finish"))
        if ahead > 0:
            self._free_at[key] = self.clock.time() + min(ahead, WINDOW) + _MARGIN

    def refused(self, key: MethodKey) -> bool:
        """Takes in a refusal; tells whether the method is held from now on, and was not before."""
        now = self.clock.time()
        until = self._free_at.get(key, now)
        news = self._held.get(key, now) <= now < until
        if until > now:
            self._held[key] = until
        return news

    def held_until(self, key: MethodKey) -> float | None:
        """The moment until which a method is not to be called; `None` when it may be."""
        until = self._held.get(key)
        if until is None or until <= self.clock.time():
            self._held.pop(key, None)
            return None
        return until

    def error(self, key: MethodKey, method: str, message: str = "") -> QuotaSpent:
        """The error for a call that is not to wait, with the time at which it may be made again.

        Args:
            key: the method.
            method: its name as called.
            message: what the portal said, if it was asked.
        """
        until = self.held_until(key)
        wait = WINDOW if until is None else until - self.clock.time()
        at = datetime.now(UTC) + timedelta(seconds=wait + 1)
        said = message or f"{method} has used up its computing time and was not called"
        error = QuotaSpent(said, code="OPERATION_TIME_LIMIT", http=429, method=method)
        error.retry_at = at.isoformat(timespec="seconds").replace("+00:00", "Z")
        return error


def _moment(value: Any) -> float:
    """A moment that the portal told; not a number where it is none."""
    try:
        moment = math.nan if isinstance(value, bool) else float(value)
    except OverflowError:
        moment = math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        moment = math.nan
    return moment if moment >= 0 else math.nan
