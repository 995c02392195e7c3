"""Reading what the portal answered: results, totals, errors in every form they come in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import from_json

from bitrix_node.portal.errors import (
    LimitReached,
    NoAnswer,
    NotThePortal,
    PortalError,
    TellsNotWhich,
    error_from_code,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

HTTP_OK_BELOW = 400
HTTP_TOO_MANY_REQUESTS = 429
HTTP_SERVER_FAULT = 500


class Answer(NamedTuple):
    """A method's answer.

    Attributes:
        result: what the method returned.
        total: number of all rows, for list methods that count them.
        next: start of the next page, for list methods that have one.
        time: the portal's account of the time spent.
        clean: whether it certainly holds no secret.
    """

    result: Any
    total: int | None = None
    next: int | None = None
    time: dict[str, Any] | None = None
    clean: bool = False

    def envelope(self) -> dict[str, Any]:
        """The answer as the portal wrapped it."""
        optional = {"total": self.total, "next": self.next, "time": self.time}
        return {"result": self.result, **{key: value for key, value in optional.items() if value is not None}}


def read_answer(text: bytes, status: int, method: str, *, clean: bool = False) -> Answer:
    """The answer in a response body.

    Raises:
        PortalError: the typed error, when the body holds one or is not an answer at all.
    """
    body = _parse(text, status, method)
    if "error" in body:
        raise read_error(body, status, method)
    if status >= HTTP_OK_BELOW or "result" not in body:
        raise _unexpected(f"The portal answered without a result (HTTP {status})", status, method)
    return Answer(body["result"], _count(body.get("total")), _count(body.get("next")), body.get("time"), clean)


def read_command_answer(batch: Answer, key: str, method: str) -> Answer | PortalError:
    """What came of one command; PHP writes an empty map as an empty list, so every part may be one.

    Args:
        batch: the answer to the batch.
        key: name of the command.
        method: name of the REST method.
    """
    parts = batch.result if isinstance(batch.result, dict) else {}
    error = _part(parts, "result_error", key)
    if error is not None:
        body = error if isinstance(error, dict) else {"error": str(error)}
        return read_error(body if "error" in body else {"error": body}, None, method)
    results = parts.get("result")
    if not isinstance(results, dict) or key not in results:
        return NoAnswer("The portal's answer to the batch says nothing of this call", code="NO_ANSWER", method=method)
    total, following = (_count(_part(parts, name, key)) for name in ("result_total", "result_next"))
    return Answer(results[key], total, following, _part(parts, "result_time", key), batch.clean)


def misses(batch: Any, keys: Iterable[str]) -> bool:
    """Whether a batch's result says nothing of one of its commands."""
    parts = batch if isinstance(batch, dict) else {}
    told = [part for part in (parts.get("result"), parts.get("result_error")) if isinstance(part, dict)]
    return not all(any(key in part for part in told) for key in keys)


def repeats_names(text: bytes) -> bool:
    """Whether an object in a body has two members of one name, so that nobody knows which of them is meant."""
    found = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal found
        read = dict(pairs)
        found |= len(read) < len(pairs)
        return read

    json.loads(text, object_pairs_hook=members)
    return found


def read_listed_answers(batch: Answer, count: int) -> list[Answer]:
    """The answers in a batch of REST 3.0, which come in the order of its calls.

    Args:
        batch: the answer to the batch.
        count: how many calls it held.

    Raises:
        TellsNotWhich: when there are more or fewer answers than calls, so that nobody knows whose they are.
    """
    results = batch.result
    if not isinstance(results, list) or len(results) != count:
        raise TellsNotWhich("The portal's answer to the batch has not one result for each call", code="NO_ANSWER")
    return [Answer(result) for result in results]


def read_error(body: dict[str, Any], status: int | None, method: str) -> PortalError:
    """The typed error in a body: REST 2's flat one, REST 3.0's nested one, or one inside a batch.

    An empty code with only a description is normal.

    Args:
        body: what holds the error.
        status: HTTP status; `None` inside a batch, where the one that the code has alone is taken.
        method: name of the REST method.
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


def _part(parts: dict[str, Any], name: str, key: str) -> Any:
    part = parts.get(name)
    return part.get(key) if isinstance(part, dict) else None


def _count(value: Any) -> int | None:
    """A number that PHP may have written as text."""
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None


def _parse(text: bytes, status: int, method: str) -> dict[str, Any]:
    try:
        body = _read_json(text)
    except ValueError:
        raise _not_json(text, status, method) from None
    if not isinstance(body, dict):
        raise _unexpected(f"The portal's answer is not a JSON object (HTTP {status})", status, method)
    return body


def _read_json(text: bytes) -> Any:
    """A JSON value; half a surrogate pair, which chats contain, is too much for the quicker of the two readers."""
    try:
        return from_json(text, cache_strings="keys")
    except ValueError:
        return json.loads(text)


def _not_json(text: bytes, status: int, method: str) -> PortalError:
    kind = "a web page" if text.lstrip()[:1] == b"<" else "something cut off" if text.strip() else "nothing"
    return _unexpected(f"The portal answered with {kind} instead of JSON (HTTP {status})", status, method)


def _unexpected(message: str, status: int, method: str) -> PortalError:
    """What an answer means that is not from the REST API: a server in front of it refused, or nothing is known."""
    if status == HTTP_TOO_MANY_REQUESTS:
        return LimitReached(message, code="QUERY_LIMIT_EXCEEDED", http=status, method=method)
    refused = HTTP_OK_BELOW <= status < HTTP_SERVER_FAULT
    return (NotThePortal if refused else NoAnswer)(message, code="NOT_JSON", http=status, method=method)
