"""How far a run has come, for whoever waits for it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from bitrix_node.portal import Portal, Scope
    from bitrix_node.runtime.items import Item


logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """How far a run has come.

    Attributes:
        done: how many items are done, failed ones included.
        total: how many there are.
        requests: how many requests the portal has been sent since the run began.
        waiting: what is waited for, in words; empty while nothing is.
        cancelled: whether the run was cancelled; then this is the last report.
        unanswered: of a cancelled run, the calls that change something and had been sent without an answer, by method.
        items: of a cancelled run, the output of the items that were done, as far as nobody has been handed it.
    """

    done: int
    total: int
    requests: int = 0
    waiting: str = ""
    cancelled: bool = False
    unanswered: Mapping[str, int] = field(default_factory=dict)
    items: Sequence[Item] = ()

    def __str__(self) -> str:
        parts = [f"{self.done} of {self.total} items done", _counted(self.requests, "request")]
        if self.waiting:
            parts.append(f"waiting for {self.waiting}")
        if self.unanswered:
            calls = ", ".join(f"{method} ({count})" for method, count in self.unanswered.items())
            parts.append(f"sent without an answer: {calls}; look in Bitrix24 what became of them")
        return ", ".join(parts)


Progress: TypeAlias = Callable[[ProgressReport], None]
"""Told of every item that is done, and whenever a run begins or ends to wait for the portal."""


class Reporter:
    """Tells of one run.

    Args:
        listener: whom to tell.
        portal: whom the run asks.
        scope: the run.
    """

    def __init__(self, listener: Progress | None, portal: Portal, scope: Scope) -> None:
        self._listener, self._portal, self._scope = listener, portal, scope
        self._before = portal.statistics.requests
        self.done = self.total = 0

    def advance(self, done: int, total: int) -> None:
        """Tells how many items are done."""
        self.done, self.total = done, total
        if self._listener is not None:
            self.tell()

    def tell(self) -> None:
        """Tells how things stand."""
        self._report(self._portal.activity.waiting)

    def cancelled(self, items: Sequence[Item]) -> None:
        """Tells that the run was cancelled, what had been sent, and what was done without having been handed out."""
        self._report("", cancelled=True, unanswered=dict(Counter(self._scope.unanswered)), items=items)

    def _report(self, waiting: str, **further: Any) -> None:
        """Tells the listener; one that fails is told nothing more, and the run goes on."""
        if self._listener is None:
            return
        requests = self._portal.statistics.requests - self._before
        try:
            self._listener(ProgressReport(self.done, self.total, requests, waiting, **further))
        except Exception as error:
            self._listener = None
            logger.warning("Nobody is told of the run's progress any more (%s: %s)", type(error).__name__, error)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
