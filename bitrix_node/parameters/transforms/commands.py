"""Several REST calls as the commands of one batch: names, methods and arguments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.addresses import rest_method
from bitrix_node.parameters.transforms.general import json_object
from bitrix_node.rest.encoding import Query, as_query, command

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

MOST_COMMANDS = 50
"""The most commands that the portal takes in one batch."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_\-]*")
_EXAMPLE = '[{"name": "deal", "method": "crm.deal.get", "arguments": {"id": 17}}]'

Command = dict[str, Any]


def command_list(value: Any) -> list[Command]:
    """Commands with `name`, `method` and `arguments`, in order.

    Takes the rows of a panel's list, a JSON array of such objects, or a JSON object of them by name. A command without
    a name is called `command1`, `command2` and so on, by its place.
    """
    commands = [_command(entry, place) for place, entry in enumerate(_entries(value), 1)]
    if len(commands) > MOST_COMMANDS:
        raise UnusableValue(f"at most {MOST_COMMANDS} commands (here are {len(commands)})")
    names = [entry["name"] for entry in commands]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UnusableValue(f"commands with names of their own ({twice!r} stands there more than once)")
    if not commands:
        raise UnusableValue(f"at least one command, such as {_EXAMPLE}")
    return commands


def batch_commands(value: Any) -> dict[str, str]:
    """The commands as a batch takes them: name -> `method?argument=value&…`."""
    return {entry["name"]: _as_text(entry["method"], entry["arguments"]) for entry in command_list(value)}


def _entries(value: Any) -> Iterable[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        rows = list(value.values())
        if rows and all(isinstance(group, list) for group in rows):
            return [row for group in rows for row in group]
        return [{"name": name, **entry} if isinstance(entry, dict) else entry for name, entry in value.items()]
    raise UnusableValue(f"commands, such as {_EXAMPLE}")


def _command(entry: Any, place: int) -> Command:
    if not isinstance(entry, dict):
        raise UnusableValue(f"commands, such as {_EXAMPLE} (entry {place} is none)")
    name = str(entry.get("name") or f"command{place}")
    if not _NAME.fullmatch(name):
        raise UnusableValue(f"commands whose names are letters, digits and underscores, a letter first (not {name!r})")
    unknown = set(entry) - {"name", "method", "arguments"}
    if unknown or not entry.get("method"):
        raise UnusableValue(f"commands with name, method and arguments (see the command {name!r})")
    try:
        return {"name": name, "method": rest_method(entry["method"]), "arguments": _arguments(entry)}
    except UnusableValue as fault:
        raise UnusableValue(f"commands that can be sent: {name!r} needs {fault}") from None


def _as_text(method: str, arguments: dict[str, Any]) -> str:
    return command(method, as_query(arguments) or Query("", 0))


def _arguments(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as far as a query string can hold them; empty ones at the top say nothing and are left out."""
    given = {key: value for key, value in json_object(entry.get("arguments") or {}).items() if value not in ({}, [])}
    filled: dict[str, Any] = _without_null(given)
    if as_query(filled) is None:
        raise UnusableValue("arguments without empty lists or objects inside, which a batch cannot hold")
    return filled


def _without_null(value: Any) -> Any:
    """The same value with an empty text for null, as forms have it."""
    if isinstance(value, dict):
        return {key: _without_null(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_null(entry) for entry in value]
    return "" if value is None else value


TRANSFORMS: dict[str, Callable[[Any], Any]] = {"batchCommands": batch_commands, "commandList": command_list}
