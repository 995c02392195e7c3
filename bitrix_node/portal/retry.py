"""What may be sent again: nothing is lost in silence, and nothing is done twice.

| what is known                                     | reads | writes                    |
|---------------------------------------------------|-------|---------------------------|
| refused before it ran (limit, token, no connection) | again | again                   |
| nothing known (late, cut off, server fault)       | again | never: "outcome unknown"  |
| refused by the method                             | never | never                     |
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from bitrix_node.portal.errors import LimitReached, NoAnswer, OutcomeUnknown, PortalError, Unreachable


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon.

    Attributes:
        attempts: how often a call is sent at most; rate limits do not count against it up to `limit_attempts`.
        limit_attempts: how often a call may meet the rate limit.
        backoff: seconds before the second attempt; doubles with each further one.
        ceiling: the longest pause in seconds.
    """

    attempts: int = 4
    limit_attempts: int = 30
    backoff: float = 0.4
    ceiling: float = 20.0

    def pause(self, error: PortalError, attempt: int) -> float | None:
        """Seconds to wait before the call is sent again, or `None` when it is not.

        Args:
            error: what the last attempt came to.
            attempt: how often it has been sent.
        """
        if isinstance(error, LimitReached):
            if error.code == "OPERATION_TIME_LIMIT":
                return None
            return 0.0 if attempt < self.limit_attempts else None
        if isinstance(error, OutcomeUnknown) or not isinstance(error, NoAnswer | Unreachable):
            return None
        if attempt >= self.attempts:
            return None
        doubled = self.backoff * 2.0 ** (attempt - 1)
        return min(self.ceiling, doubled) * random.uniform(0.75, 1.25)  # noqa: S311


def judged(error: PortalError, *, writes: bool) -> PortalError:
    """The error as the caller has to take it: a write without an answer has an unknown outcome."""
    if not writes or not isinstance(error, NoAnswer):
        return error
    message = f"{error.message}; whether it was carried out is unknown"
    return OutcomeUnknown(message, code="OUTCOME_UNKNOWN", http=error.http, method=error.method)
