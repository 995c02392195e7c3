"""Messages to JSON text and back, without holding up the event loop however large they are.

Python's C codec for JSON keeps the interpreter lock until it is done, in a thread too: a hundred megabytes would
stop the loop for a second or more, and the broker drops a runner that is silent for two. Large texts are therefore
parsed with a hook on every object and written slice by slice; at each of these points other threads get their turn.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import TYPE_CHECKING, Any, Final

from bitrix_node.hosts.runner import messages
from bitrix_node.hosts.runner.errors import UnreadableMessageError, UnsendableResultError

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGE: Final = 256 * 1024
"""Length of a text, in characters, from which it is parsed in a thread."""

_SLICE_DEPTH: Final = 5
"""How deep an answer is cut into slices: envelope, data, result, and two levels of lists within it."""

_BROKER_MESSAGES: Final[Mapping[str, type[messages.BrokerMessage]]] = {
    "broker:inforequest": messages.InfoRequest,
    "broker:runnerregistered": messages.RunnerRegistered,
    "broker:taskofferaccept": messages.TaskOfferAccept,
    "broker:tasksettings": messages.TaskSettings,
    "broker:taskcancel": messages.TaskCancel,
    "broker:drain": messages.Drain,
}

_RUNNER_MESSAGES: Final[Mapping[type[messages.RunnerMessage], str]] = {
    messages.RunnerInfo: "runner:info",
    messages.TaskOffer: "runner:taskoffer",
    messages.TaskAccepted: "runner:taskaccepted",
    messages.TaskRejected: "runner:taskrejected",
    messages.TaskDone: "runner:taskdone",
    messages.TaskError: "runner:taskerror",
}

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def parse(text: str) -> messages.BrokerMessage | None:
    """Reads a broker's message; one that we have no use for is None.

    Raises:
        UnreadableMessageError: When it is not JSON, not an object, or lacks what its type must have.
    """
    try:
        body = json.loads(text, object_hook=_yielding)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessageError("not readable as JSON") from error
    if not isinstance(body, dict):
        raise UnreadableMessageError("not a JSON object")
    kind = _BROKER_MESSAGES.get(str(body.get("type")))
    if kind is None:
        return None
    known = {name: body[key] for name, key in _keys(kind) if key in body}
    try:
        return kind(**known)
    except TypeError as error:
        raise UnreadableMessageError(f"{body['type']} lacks a field") from error


async def parse_large(text: str) -> messages.BrokerMessage | None:
    """Does what `parse` does, in a thread."""
    return await asyncio.to_thread(parse, text)


def serialise(message: messages.RunnerMessage) -> str:
    """Writes a message as JSON text.

    Raises:
        UnsendableResultError: When it holds something that JSON cannot.
    """
    body: dict[str, Any] = {"type": _RUNNER_MESSAGES[type(message)]}
    body |= {key: getattr(message, name) for name, key in _keys(type(message))}
    try:
        return _write(body, _SLICE_DEPTH)
    except (TypeError, ValueError, RecursionError) as error:
        raise UnsendableResultError("it holds a value that JSON cannot hold") from error


async def serialise_large(message: messages.RunnerMessage, limit: int) -> str:
    """Does what `serialise` does, in a thread, for messages of at most `limit` bytes.

    Raises:
        UnsendableResultError: When it holds something that JSON cannot, or is too large.
    """
    return await asyncio.to_thread(_measured, message, limit)


def _measured(message: messages.RunnerMessage, limit: int) -> str:
    # Half a surrogate pair cannot be UTF-8, but written as \uXXXX it is JSON: truncated chat messages hold such.
    data = serialise(message).encode("utf-8", "backslashreplace")
    if len(data) > limit:
        raise UnsendableResultError(
            f"it has {len(data):,} bytes, and N8N_RUNNERS_MAX_PAYLOAD allows {limit:,} in one message"
        )
    return data.decode()


def _yielding(value: dict[str, Any]) -> dict[str, Any]:
    return value


def _write(value: Any, depth: int) -> str:
    if depth and isinstance(value, dict):
        return "{" + ",".join([_key(key) + _write(member, depth - 1) for key, member in value.items()]) + "}"
    if depth and isinstance(value, (list, tuple)):
        return "[" + ",".join([_write(member, depth - 1) for member in value]) + "]"
    return _ENCODER.encode(value)


def _key(key: object) -> str:
    """Returns a member's name with its colon, converted as the codec converts names that are not text."""
    return _ENCODER.encode({key: 0}).removeprefix("{").removesuffix("0}")


def _keys(kind: type[messages.BrokerMessage | messages.RunnerMessage]) -> list[tuple[str, str]]:
    return [(field.name, _camel_case(field.name)) for field in dataclasses.fields(kind)]


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
