"""The bodies in which the portal answers."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import Clock, timestamp

if TYPE_CHECKING:
    from bitrix_node.sandbox.errors import RestError

Body = dict[str, Any]


@dataclass(slots=True)
class Stopwatch:
    """Measures a call for its `time` block.

    Attributes:
        clock: the portal's time.
        started: when the call came in, in portal time.
        measured: high-resolution counter at that moment.
        processing: seconds spent in the methods themselves.
        operating: seconds the method has used of its quota.
        resets_at: when the quota starts anew, seconds since the epoch.
    """

    clock: Clock
    started: float
    measured: float
    processing: float = 0.0
    operating: float = 0.0
    resets_at: int = 0

    @classmethod
    def start(cls, clock: Clock) -> Stopwatch:
        """Begin measuring.

        Args:
            clock: the portal's time.

        Returns:
            a running watch.
        """
        return cls(clock, clock.time(), time.perf_counter())

    def body(self) -> Body:
        """Write the `time` block.

        Returns:
            all its documented members.
        """
        now = self.clock.now()
        duration = time.perf_counter() - self.measured
        began = timestamp(now.fromtimestamp(self.started, now.tzinfo))
        return {
            "start": self.started,
            "finish": self.started + duration,
            "duration": duration,
            "processing": self.processing,
            "date_start": began,
            "date_finish": timestamp(now),
            "operating_reset_at": self.resets_at or int(self.started) + 600,
            "operating": round(self.operating, 6),
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one command.

    Attributes:
        result: the method's answer; None with an error.
        error: the refusal, or None.
        total: number of matching records of a list.
        next: `start` of the next page.
        time: the `time` block.
    """

    result: Any
    time: Body
    error: RestError | None = None
    total: int | None = None
    next: int | None = None


def success_body(answer: Answer) -> Body:
    """Wrap a result.

    Args:
        answer: a command's outcome without error.

    Returns:
        the REST 2 and 3.0 envelope.
    """
    body: Body = {"result": answer.result}
    if answer.next is not None:
        body["next"] = answer.next
    if answer.total is not None:
        body["total"] = answer.total
    body["time"] = answer.time
    return body


def error_body(error: RestError, version: int = 2) -> Body:
    """Wrap a refusal.

    Args:
        error: what was refused.
        version: 2 or 3.

    Returns:
        the envelope of that REST version.
    """
    if version == 2:  # noqa: PLR2004 - the REST version itself
        return {"error": error.code, "error_description": error.message}
    detail: Body = {"code": error.code, "message": error.message}
    if error.validation is not None:
        detail["validation"] = error.validation
    return {"error": detail}


def php_array(entries: dict[Any, Any]) -> dict[Any, Any] | list[Any]:
    """Write a map as PHP's `json_encode` would.

    Args:
        entries: a map.

    Returns:
        a list when the map is empty or its keys are 0, 1, 2, …; the map otherwise.
    """
    if all(str(key) == str(index) for index, key in enumerate(entries)):
        return list(entries.values())
    return entries
