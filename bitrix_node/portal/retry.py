"""What may be sent again: nothing is lost in silence, and nothing is done twice.

| what is known                                     | reads | writes                    |
|---------------------------------------------------|-------|---------------------------|
| refused before it ran (limit, token, no connection) | again | again                   |
| nothing known (late, cut off, server fault)       | again | never: "outcome unknown"  |
| its computing time is used up (429)               | again | again, when there is time |
| refused by the method                             | never | never                     |

Waiting for computing time is the business of `limits/quota.py`.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitrix_node.portal.errors import (
    LimitReached,
    NoAnswer,
    OutcomeUnknown,
    PortalError,
    QuotaSpent,
    Recalled,
    TokenEnded,
    TooLarge,
    Unreachable,
)

if TYPE_CHECKING:
    from bitrix_node.portal.clock import Clock

_TICK = 0.05
"""Seconds. Calls that failed together wake at the same tick, so that they share a request again."""

_SPREAD = random.uniform(0.75, 1.25)  # noqa: S311
"""Stretches the pauses of this process, so that several processes do not come back at the same moment."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon.

    Attributes:
        attempts: how often a call is sent at most; being refused for the rate limit does not count.
        limit_attempts: how often a call may meet the rate limit.
        backoff: seconds before the second attempt; doubles with each further one.
        ceiling: the longest pause in seconds.
        quota_wait: how long a call waits at a time, in seconds, for computing time of its method; the portal's window
            is ten minutes, so that usually only the end of a run keeps a call from waiting.
    """

    attempts: int = 4
    limit_attempts: int = 30
    backoff: float = 0.4
    ceiling: float = 20.0
    quota_wait: float = 660.0


class Attempts:
    """The attempts at one call.

    Args:
        policy: how often and how soon.
        writes: whether the call changes anything.
        clock: the time to wait by.
    """

    def __init__(self, policy: RetryPolicy, *, writes: bool, clock: Clock) -> None:
        self._policy, self._writes, self._clock = policy, writes, clock
        self._limited = 0
        self._failed = 0

    async def pause_after(self, error: PortalError) -> None:
        """Waits until the call may be sent again.

        Raises:
            PortalError: when it may not: the error as the caller has to take it.
        """
        final = judged(error, writes=self._writes)
        if isinstance(final, LimitReached):
            self._limited += 1
            if self._limited >= self._policy.limit_attempts:
                raise final from None
        elif isinstance(final, NoAnswer | Unreachable) and not isinstance(final, OutcomeUnknown | TooLarge):
            self._failed += 1
            if self._failed >= self._policy.attempts:
                raise final from None
            await self._clock.sleep_until(tick(self._clock.time() + self._backoff() * _SPREAD))
        else:
            raise final from None

    def may_wait_for_quota(self, until: float, deadline: float | None) -> bool:
        """Whether a call can wait for computing time: not beyond the end of its run, and not too long.

        Args:
            until: when there is some, by the clock.
            deadline: when the run ends, if it has an end.
        """
        in_time = deadline is None or until < deadline
        return in_time and until - self._clock.time() <= self._policy.quota_wait

    def _backoff(self) -> float:
        doubled: float = self._policy.backoff * 2.0 ** (self._failed - 1)
        return min(self._policy.ceiling, doubled)


def may_go_on(error: PortalError) -> bool:
    """Whether a call can be sent again after an error, or its outcome has to be judged; all others are final."""
    return isinstance(error, Recalled | TokenEnded | QuotaSpent | LimitReached | NoAnswer | Unreachable)


def judged(error: PortalError, *, writes: bool) -> PortalError:
    """The error as the caller has to take it: a write without an answer has an unknown outcome."""
    if not writes or not isinstance(error, NoAnswer):
        return error
    message = f"{error.message}; whether it was carried out is unknown"
    unknown = OutcomeUnknown(message, code="OUTCOME_UNKNOWN", http=error.http, method=error.method)
    unknown.sent = error.sent
    return unknown


def tick(moment: float) -> float:
    """The next moment at which calls wake together, so that they share a request."""
    return math.ceil(moment / _TICK) * _TICK
