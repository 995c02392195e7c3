"""Arguments as the query string of a batch command, in the way PHP reads nested ones."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import Any, NamedTuple
from urllib.parse import quote


class Query(NamedTuple):
    """Arguments as a query string.

    Attributes:
        text: `key[inner]=value&…`.
        values: how many `key=value` pairs it has.
    """

    text: str
    values: int


def as_query(arguments: dict[str, Any]) -> Query | None:
    """Arguments as a query string; `None` where that would lose something: it cannot say null, nor empty list."""
    pairs: list[str] = []
    for key, value in arguments.items():
        if not _write(str(key), value, pairs):
            return None
    return Query("&".join(pairs), len(pairs))


def command(method: str, query: Query) -> str:
    """One batch command: `method?key[inner]=value&…`."""
    return f"{method}?{query.text}" if query.values else method


def _write(key: str, value: Any, pairs: list[str]) -> bool:
    """Writes what stands under a key; whether nothing of it was lost."""
    if isinstance(value, (dict, list)):
        for inner, entry in value.items() if isinstance(value, dict) else enumerate(value):
            if not _write(f"{key}[{inner}]", entry, pairs):
                return False
        return bool(value)
    text = value if isinstance(value, str) else _text(value)
    if text is None:
        return False
    pairs.append(f"{_quoted_key(key)}={text if text.isascii() and text.isalnum() else _quoted(text)}")
    return True


def _text(value: Any) -> str | None:
    """A plain value as PHP reads it; `None` for what is none."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) or (isinstance(value, float) and isfinite(value)):
        return str(value)
    return _written(value)


def as_json(value: Any) -> bytes:
    """Arguments as JSON; dates in the form of ISO 8601, decimals as text.

    Raises:
        TypeError: when something in them is no value that JSON has.
        ValueError: when a number is not finite.
    """
    return json.dumps(value, default=_as_json_value, allow_nan=False).encode()


def _as_json_value(value: Any) -> str:
    text = _written(value)
    if text is None:
        kind = type(value).__name__
        raise TypeError(f"a value of the type {kind}")
    return text


def _written(value: Any) -> str | None:
    """What Python has beyond JSON, in the form in which it is written."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) and value.is_finite() else None


@lru_cache(maxsize=4096)
def _quoted_key(key: str) -> str:
    """A key; the calls of a run have the same ones."""
    return _quoted(key, "[]")


def _quoted(text: str, safe: str = "") -> str:
    """Half of a surrogate pair, as broken emoji leave behind, has no UTF-8 form and becomes a question mark."""
    return quote(text, safe=safe, errors="replace")
