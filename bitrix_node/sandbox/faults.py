"""Failures on demand: what a real portal does wrong, programmed by a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["error", "html", "truncated", "reset", "delay", "hang"]

KINDS: dict[Kind, str] = {
    "error": "answer `status` with `code` and `message`; also for one command of a batch",
    "html": "answer `status` with an HTML page",
    "truncated": "do the work, then send half of the answer and cut the connection",
    "reset": "cut the connection without an answer",
    "delay": "wait `seconds` before anything happens",
    "hang": "never answer",
}


@dataclass(slots=True)
class Fault:
    """One programmed failure.

    Attributes:
        kind: see `KINDS`.
        method: glob of method names, compared in lower case; the request's own method (`batch` for a batch) or, for
            `error`, any command in it.
        times: how often; None for always.
        after: whether the work is done before the failure shows.
        status: HTTP status of `error` and `html`.
        code: error code of `error`; may be empty.
        message: its text.
        seconds: length of a `delay`.
    """

    kind: Kind
    method: str = "*"
    times: int | None = 1
    after: bool = False
    status: int = 500
    code: str = "INTERNAL_SERVER_ERROR"
    message: str = "Internal server error"
    seconds: float = 0.0

    def __post_init__(self) -> None:
        """Refuse a fault that could not happen.

        Raises:
            ValueError: the kind is unknown.
        """
        if self.kind not in KINDS:
            raise ValueError(f"'{self.kind}' is no kind of fault. There are: {', '.join(KINDS)}.")

    def error(self) -> RestError:
        """Make the refusal of an `error` fault.

        Returns:
            the error to answer with.
        """
        return RestError(self.code, self.message, self.status)


@dataclass(slots=True)
class Faults:
    """The failures still to come, in the order they were added."""

    pending: list[Fault] = field(default_factory=list)

    def add(self, kind: Kind, method: str = "*", **details: Any) -> Fault:
        """Program a failure.

        Args:
            kind: see `KINDS`.
            method: glob of method names.
            **details: further attributes of `Fault`.

        Returns:
            the fault, which counts down as it strikes.

        Raises:
            ValueError: the kind is unknown.
            TypeError: a detail is unknown.
        """
        fault = Fault(kind, method, **details)
        self.pending.append(fault)
        return fault

    def query_limit(self, method: str = "*", times: int | None = 1) -> Fault:
        """Program the refusal of a full bucket.

        Args:
            method: glob of method names.
            times: how often; None for always.

        Returns:
            the fault.
        """
        return self.add(
            "error", method, times=times, status=503, code="QUERY_LIMIT_EXCEEDED", message="Too many requests"
        )

    def operation_time_limit(self, method: str = "*", times: int | None = 1) -> Fault:
        """Program the refusal of an exhausted operating quota.

        Args:
            method: glob of method names.
            times: how often; None for always.

        Returns:
            the fault.
        """
        message = "Method is blocked due to operation time limit."
        return self.add("error", method, times=times, status=429, code="OPERATION_TIME_LIMIT", message=message)

    def strike(self, method: str, kinds: Iterable[Kind]) -> Fault | None:
        """Take the first failure that fits.

        Args:
            method: name of the called method.
            kinds: kinds that can happen at this place.

        Returns:
            the fault, counted down; None when nothing is to fail.
        """
        allowed = frozenset(kinds)
        name = method.lower()
        for fault in self.pending:
            if fault.kind in allowed and fnmatchcase(name, fault.method.lower()):
                self._count_down(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget every failure."""
        self.pending.clear()

    def _count_down(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self.pending = [entry for entry in self.pending if entry is not fault]
