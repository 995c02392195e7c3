"""The options `--params` and `--param`, and how they add up to parameter values."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.hosts.cli.once import option_once
from bitrix_node.parameters.json_text import UnreadableJson, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def parameter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--params` and `--param` to a command."""
    params = option_once(
        "--params",
        metavar="JSON|@FILE",
        help="Parameter values as a JSON object, as the panel would hold them.",
        advice="Put all values into one JSON object, or add single ones with --param NAME=VALUE.",
    )
    param = click.option(
        "--param",
        "single",
        multiple=True,
        metavar="NAME=VALUE",
        help="A single value, over --params. JSON where it parses as such, else text; dots reach into collections.",
    )
    return params(param(command))


def read_parameters(params: str | None, single: Sequence[str]) -> dict[str, Any]:
    """The parameter values that the options add up to.

    Raises:
        Fault: when they cannot be read.
    """
    values = _read_object(params) if params else {}
    for assignment in single:
        name, separator, text = assignment.partition("=")
        if not separator or not name:
            raise Fault(f"--param {assignment!r} has no NAME=VALUE form", "Write for example --param botId=39")
        _assign(values, name.split("."), _read_value(text, name), assignment)
    return values


def _read_object(params: str) -> dict[str, Any]:
    text = _read_file(params[1:]) if params.startswith("@") else params
    try:
        values = parse_json(text)
    except UnreadableJson as error:
        what = "cannot be read" if error.is_json else "is not valid JSON"
        raise Fault(f"--params {what}: {error}") from None
    if not isinstance(values, dict):
        raise Fault("--params must be a JSON object", "Write for example --params '{\"botId\": 39}'")
    return values


def _read_file(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise Fault(f"--params: {name} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise Fault(f"--params: {name} is not UTF-8 text") from None


def _read_value(text: str, name: str) -> Any:
    try:
        return parse_json(text)
    except UnreadableJson as error:
        if error.is_json:
            raise Fault(f"The value of --param {name} cannot be read: {error}") from None
        return text


def _assign(values: dict[str, Any], path: Sequence[str], value: Any, assignment: str) -> None:
    for step in path[:-1]:
        values = values.setdefault(step, {})
        if not isinstance(values, dict):
            raise Fault(f"--param {assignment!r}: {step!r} is not an object")
    values[path[-1]] = value
