"""What went wrong with an item, for the person who reads it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials.errors import CredentialError
from bitrix_node.credentials.redaction import redact, redact_message
from bitrix_node.definitions import Definitions
from bitrix_node.handlers import ActionFailed, Refusal
from bitrix_node.parameters import ParameterError
from bitrix_node.parameters.expressions import UnsupportedExpression
from bitrix_node.portal.errors import PortalError
from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.definitions import Operation
    from bitrix_node.handlers.action import Change


@dataclass(frozen=True, slots=True)
class ItemFailure:
    """A failed item.

    Attributes:
        item: index of the input item.
        message: what happened.
        advice: what to do now; may be empty.
        details: facts for the error item: resource, operation, timestamp, code, http, method, retryable.
    """

    item: int
    message: str
    advice: str
    details: dict[str, Any] = field(default_factory=dict)

    def as_item(self) -> dict[str, Any]:
        """The error item. `error` and `details` stand alone, so that n8n routes it to its error output."""
        details = {**self.details, "advice": self.advice} if self.advice else self.details
        return {"json": {"error": self.message, "details": details}, "pairedItem": {"item": self.item}}


@dataclass(frozen=True, slots=True)
class FailureWriter:
    """Turns exceptions into failures of items.

    Attributes:
        resource: value of the resource.
        operation: value of the operation.
        secrets: texts that may not show.
    """

    resource: str
    operation: str
    secrets: frozenset[str]

    def failure(self, item: int, error: Exception) -> ItemFailure:
        """The failure that an exception stands for."""
        message, advice, facts = _facts(error)
        if "check" in facts:
            facts, advice = self._with_action(facts, advice)
        details = {
            "resource": self.resource,
            "operation": self.operation,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            **facts,
        }
        return ItemFailure(
            item,
            redact_message(message, self.secrets),
            redact_message(advice, self.secrets),
            redact(details, self.secrets),
        )

    def _with_action(self, facts: dict[str, Any], advice: str) -> tuple[dict[str, Any], str]:
        """Adds the action of the same resource that makes the call which can tell what happened, if there is one."""
        method = facts["check"]["method"]
        lists = any(name.lower() == "filter" for name in facts["check"]["arguments"])
        action = next((entry for entry in self._actions() if _only_reads_with(entry, method, lists=lists)), None)
        if action is None:
            return facts, f"{advice} {method} tells it, as 'check' in the details has it."
        check = {"resource": self.resource, "operation": action.operation, **facts["check"]}
        return {**facts, "check": check}, f"{advice} '{action.name}' tells it, as 'check' in the details has it."

    def _actions(self) -> tuple[Operation, ...]:
        return Definitions.packaged().resource(self.resource).operations


def carried_out(count: int) -> str:
    """Says how many items had been carried out when a failure stopped the run; empty for none."""
    if not count:
        return ""
    return f"{count} other item{'s' if count > 1 else ''} had been carried out."


def _facts(error: Exception) -> tuple[str, str, dict[str, Any]]:
    match error:
        case ActionFailed(cause=cause, done=done):
            message, advice, facts = _facts(cause)
            if done:
                advice = f"{advice} Done before: {_told(done)}.".strip()
                facts = {**facts, "done": [{"method": change.method, "result": change.result} for change in done]}
            return message, advice, facts
        case PortalError():
            return error.message, error.remedy, error.details()
        case ParameterError():
            return error.message, error.advice, {**_own_code("INVALID_PARAMETER"), "parameter": error.parameter}
        case UnsupportedExpression():
            return str(error), "", _own_code("UNSUPPORTED_EXPRESSION")
        case Refusal():
            return error.message, error.advice, _own_code("NOT_POSSIBLE")
        case CredentialError():
            return error.message, error.advice, _own_code("CREDENTIAL")
    name = type(error).__name__
    return f"The node met something it was not built for ({name})", "Please report it.", _own_code("INTERNAL")


def _only_reads_with(action: Operation, method: str, *, lists: bool) -> bool:
    """Whether the action is one of reading with this method, and gives rows of a list or a single record as wanted."""
    fits = any(request.method == method and (request.handler == "list") == lists for request in action.calls)
    return fits and not any(method_habits().writes(str(request.method)) for request in action.calls)


def _told(done: Iterable[Change]) -> str:
    """The methods that changed something, each once: `entity.add, entity.item.add (3 times)`."""
    counts = Counter(change.method for change in done).items()
    return ", ".join(f"{method} ({count} times)" if count > 1 else method for method, count in counts)


def _own_code(code: str) -> dict[str, Any]:
    return {"code": code, "http": None, "method": None, "retryable": False}
