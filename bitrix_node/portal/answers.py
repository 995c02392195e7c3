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

_MOST_ROWS = 2**53
"""Beyond it JSON's numbers are not exact, and no portal has as many rows."""

_DEEPEST = 200
"""Levels of lists and objects that an answer may have: those that the quicker reader of JSON goes down."""

_TOO_DEEP = "recursion"
"""What the quicker reader of JSON says of lists within lists within lists."""


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
    return Answer(
        body["result"], _count(body.get("total")), _count(body.get("next")), _account(body.get("time")), clean
    )


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
        body = error if isinstance(error, dict) else {"error": error}
        return read_error(body if "error" in body else {"error": body}, None, method)
    results = parts.get("result")
    if not isinstance(results, dict) or key not in results:
        return NoAnswer("The portal's answer to the batch says nothing of this call", code="NO_ANSWER", method=method)
    total, following = (_count(_part(parts, name, key)) for name in ("result_total", "result_next"))
    return Answer(results[key], total, following, _account(_part(parts, "result_time", key)), batch.clean)


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

    json.loads(text, object_pairs_hook=members, parse_int=_integer)
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
        return error_from_code(_text(error.get("code")), _nested_message(error), status, method)
    message = _text(body.get("error_description") or body.get("error_message"))
    return error_from_code(_text(error), message.strip(), status, method)


def _nested_message(error: dict[str, Any]) -> str:
    validation = error.get("validation")
    faults = [_fault(fault) for fault in validation] if isinstance(validation, list) else [_text(validation)]
    return " ".join(part for part in [_text(error.get("message")), "; ".join(faults)] if part)


def _fault(fault: Any) -> str:
    if not isinstance(fault, dict):
        return _text(fault)
    return f"{_text(fault.get('field'))}: {_text(fault.get('message'))}".strip(": ")


def _text(value: Any) -> str:
    """A part of an error in words, whatever it is."""
    try:
        return "" if value is None else str(value)
    except (RecursionError, ValueError):
        return ""


def _part(parts: dict[str, Any], name: str, key: str) -> Any:
    part = parts.get(name)
    return part.get(key) if isinstance(part, dict) else None


def _count(value: Any) -> int | None:
    """A number of rows, which PHP may have written as text; `None` for anything else."""
    if isinstance(value, str) and value.isdecimal():
        value = _integer(value)
    counts = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_ROWS
    return value if counts else None


def _account(value: Any) -> dict[str, Any] | None:
    """The portal's account of the time spent, where it is one: PHP writes an empty one as a list."""
    return value if isinstance(value, dict) else None


def _integer(digits: str) -> int | str:
    """A number of JSON; one with more digits than Python reads stays as they are."""
    try:
        return int(digits)
    except ValueError:
        return digits


def _parse(text: bytes, status: int, method: str) -> dict[str, Any]:
    try:
        body = _read_json(text)
    except RecursionError:
        raise _unexpected(f"The portal's answer is nested too deeply (HTTP {status})", status, method) from None
    except ValueError:
        raise _not_json(text, status, method) from None
    if not isinstance(body, dict):
        raise _unexpected(f"The portal's answer is not a JSON object (HTTP {status})", status, method)
    return body


def _read_json(text: bytes) -> Any:
    """A JSON value; half a surrogate pair, which chats contain, is too much for the quicker of the two readers.

    Raises:
        ValueError: when it is none.
        RecursionError: when it is nested more deeply than anybody could handle.
    """
    try:
        return from_json(text, cache_strings="keys")
    except ValueError as error:
        if _TOO_DEEP in str(error):
            raise RecursionError from None
        body = json.loads(text, parse_int=_integer)
        if _is_deeper_than(_DEEPEST, body):
            raise RecursionError from None
        return body


def _is_deeper_than(levels: int, value: Any) -> bool:
    within = [value]
    for _ in range(levels):
        maps = (part for each in within if isinstance(each, dict) for part in each.values())
        within = [*maps, *(part for each in within if isinstance(each, list) for part in each)]
    return bool(within)


def _not_json(text: bytes, status: int, method: str) -> PortalError:
    kind = "a web page" if text.lstrip()[:1] == b"<" else "something cut off" if text.strip() else "nothing"
    return _unexpected(f"The portal answered with {kind} instead of JSON (HTTP {status})", status, method)


def _unexpected(message: str, status: int, method: str) -> PortalError:
    """What an answer means that is not from the REST API: a server in front of it refused, or nothing is known."""
    if status == HTTP_TOO_MANY_REQUESTS:
        return LimitReached(message, code="QUERY_LIMIT_EXCEEDED", http=status, method=method)
    refused = HTTP_OK_BELOW <= status < HTTP_SERVER_FAULT
    return (NotThePortal if refused else NoAnswer)(message, code="NOT_JSON", http=status, method=method)
