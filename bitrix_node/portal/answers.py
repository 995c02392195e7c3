"""Reading what the portal answered: results, totals, errors in every form they come in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bitrix_node.portal.errors import NoAnswer, PortalError, Refused, error_from_code

HTTP_OK_BELOW = 400
HTTP_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """A method's answer.

    Attributes:
        result: what the method returned.
        total: number of all rows, for list methods that count them.
        next: start of the next page, for list methods that have one.
        time: the portal's account of the time spent.
    """

    result: Any
    total: int | None = None
    next: int | None = None
    time: dict[str, Any] | None = None

    def envelope(self) -> dict[str, Any]:
        """The answer as the portal wrapped it."""
        optional = {"total": self.total, "next": self.next, "time": self.time}
        return {"result": self.result, **{key: value for key, value in optional.items() if value is not None}}


def read_answer(text: bytes, status: int, method: str) -> Answer:
    """The answer in a response body.

    Raises:
        PortalError: the typed error, when the body holds one or is not an answer at all.
    """
    body = _parse(text, status, method)
    if "error" in body:
        raise read_error(body, status, method)
    if status >= HTTP_OK_BELOW or "result" not in body:
        raise NoAnswer(f"The portal answered {status} without a result", code="NOT_JSON", http=status, method=method)
    return Answer(body["result"], body.get("total"), body.get("next"), body.get("time"))


def read_error(body: dict[str, Any], status: int | None, method: str) -> PortalError:
    """The typed error in a body: REST 2's flat one, REST 3.0's nested one, or one inside a batch.

    An empty code with only a description is normal.
    """
    error = body["error"]
    if isinstance(error, dict):
        return error_from_code(str(error.get("code", "")), _nested_message(error), status, method)
    message = str(body.get("error_description") or body.get("error_message") or "")
    return error_from_code(str(error), message.strip(), status, method)


def _nested_message(error: dict[str, Any]) -> str:
    faults = [
        f"{fault.get('field', '')}: {fault.get('message', '')}".strip(": ") for fault in error.get("validation") or []
    ]
    return " ".join(part for part in [str(error.get("message", "")), "; ".join(faults)] if part)


def _parse(text: bytes, status: int, method: str) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except ValueError:
        raise _not_json(text, status, method) from None
    if not isinstance(body, dict):
        raise NoAnswer("The portal's answer is not a JSON object", code="NOT_JSON", http=status, method=method)
    return body


def _not_json(text: bytes, status: int, method: str) -> PortalError:
    kind = "a web page" if text.lstrip()[:1] == b"<" else "something cut off" if text.strip() else "nothing"
    message = f"The portal answered with {kind} instead of JSON (HTTP {status})"
    ran = status < HTTP_OK_BELOW or status >= HTTP_SERVER_FAULT
    return (NoAnswer if ran else Refused)(message, code="NOT_JSON", http=status, method=method)
