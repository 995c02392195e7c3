"""How long the portal works on a command of each method, so that no request comes near the time it is given.

The portal ends a request after 60 seconds. Each answer says how long its command took (`time.duration`); batches are
cut so that the sum of what their commands are expected to take stays well below that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.calls import Call

FULL_BATCH = 50
"""The most commands that the portal takes in one batch."""

MOST_SECONDS = 20.0
"""How long a batch is expected to take at most: a third of what the portal allows, as commands vary."""

SOON = 1.0
"""Seconds within which a batch should be answered while there is room for further requests."""

FIRST_GUESS = 0.2
"""Seconds that a command of a method which was never called is taken to need."""

_WEIGHT = 0.3
"""How much a new measurement counts; a slower one counts in full, because it is the dangerous kind."""

_SLOWEST = 60.0
"""Seconds after which a portal ends a request: no command is taken to need longer."""

_LONGEST = 3600.0
"""Seconds beyond which no account of the time spent is believed."""


@dataclass(slots=True)
class Pace:
    """Expected seconds of commands, by method."""

    seconds: dict[str, float] = field(default_factory=dict)

    def note(self, call: Call, answer: Answer) -> None:
        """Remembers how long a command took.

        Args:
            call: what was sent.
            answer: its answer; one without a sensible duration says nothing.
        """
        duration = duration_of(answer)
        if duration is not None:
            self._learn(call, duration)

    def together(self, calls: Sequence[Call], batch: Answer) -> None:
        """The same for a batch that tells only how long all of it took.

        Args:
            calls: what it carried.
            batch: its answer.
        """
        duration = duration_of(batch)
        if duration is not None:
            for call in calls:
                self._learn(call, duration / len(calls))

    def _learn(self, call: Call, duration: float) -> None:
        duration = min(duration, _SLOWEST)
        known = self.seconds.get(call.method, duration)
        slower = duration > known
        self.seconds[call.method] = duration if slower else known + _WEIGHT * (duration - known)

    def unanswered(self, calls: Sequence[Call], seconds: float) -> None:
        """Takes commands for as slow as their share of a request that brought no answer, so that the next is shorter.

        Args:
            calls: what the request carried.
            seconds: how long it was waited for.
        """
        share = min(seconds / len(calls), _SLOWEST)
        for call in calls:
            self.seconds[call.method] = max(share, self.seconds.get(call.method, 0.0))

    def expected(self, call: Call) -> float:
        """Seconds that a call is expected to take."""
        return self.seconds.get(call.method, FIRST_GUESS)

    def side_by_side(self, call: Call) -> int:
        """How many commands of the call's method are answered soon; a full batch while nothing is known of it."""
        seconds = max(self.seconds.get(call.method, 0.0), SOON / FULL_BATCH)
        return max(1, int(SOON / seconds))


def duration_of(answer: Answer) -> float | None:
    """Seconds that the portal says it worked; `None` where it says nothing sensible."""
    duration = answer.time.get("duration") if isinstance(answer.time, dict) else None
    if not isinstance(duration, (int, float)) or isinstance(duration, bool) or not duration >= 0:
        return None
    return float(min(duration, _LONGEST))
