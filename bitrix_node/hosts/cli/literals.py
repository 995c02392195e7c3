"""JSON values as Python source, laid out as a formatter would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 100
_INDENT = 4


def literal(value: Any, *, depth: int = 0, column: int = 0) -> str:
    """The Python expression for a JSON value; what does not fit a line has one entry a line.

    Args:
        value: text, number, boolean, None, or lists and objects of them.
        depth: how far the lines around it are indented.
        column: where the expression begins in its first line.
    """
    short = _in_one_line(value)
    if not isinstance(value, list | dict) or not value or column + len(short) < WIDTH:
        return short
    inner = " " * _INDENT * (depth + 1)
    if isinstance(value, list):
        entries: Iterable[str] = (literal(entry, depth=depth + 1, column=len(inner)) for entry in value)
        opened, closed = "[", "]"
    else:
        entries = (_entry(key, entry, depth + 1, len(inner)) for key, entry in value.items())
        opened, closed = "{", "}"
    lines = "".join(f"{inner}{entry},\n" for entry in entries)
    return f"{opened}\n{lines}{' ' * _INDENT * depth}{closed}"


def _entry(key: str, value: Any, depth: int, column: int) -> str:
    name = f"{text_literal(key)}: "
    return name + literal(value, depth=depth, column=column + len(name))


def _in_one_line(value: Any) -> str:
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_in_one_line, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{text_literal(key)}: {_in_one_line(entry)}' for key, entry in value.items())}}}"
    return repr(value)


def text_literal(text: str) -> str:
    """Text in double quotes with JSON's escapes, which are Python's too; half a surrogate pair has to be escaped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return repr(text)
    return json.dumps(text, ensure_ascii=False)
