"""Arguments as the query string of a batch command, in the way PHP reads nested ones."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator


def command(method: str, arguments: dict[str, Any]) -> str:
    """One batch command: `method?key[inner]=value&…`."""
    query = "&".join([f"{_quoted_key(key)}={_quoted(value)}" for key, value in _pairs(arguments)])
    return f"{method}?{query}" if query else method


def fits_a_command(value: Any) -> bool:
    """Whether nothing is lost when arguments become a query string: it has no way to say null or empty list."""
    if isinstance(value, dict):
        return bool(value) and all(fits_a_command(entry) for entry in value.values())
    if isinstance(value, list):
        return bool(value) and all(fits_a_command(entry) for entry in value)
    return value is not None


def count_values(value: Any) -> int:
    """How many `key=value` pairs arguments become."""
    if isinstance(value, dict):
        return sum(count_values(entry) for entry in value.values())
    if isinstance(value, list):
        return sum(count_values(entry) for entry in value)
    return 1


def _pairs(value: Any, prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, entry in value.items():
            yield from _pairs(entry, f"{prefix}[{key}]" if prefix else str(key))
    elif isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _pairs(entry, f"{prefix}[{index}]")
    else:
        yield prefix, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)


@lru_cache(maxsize=4096)
def _quoted_key(key: str) -> str:
    """A key; the calls of a run have the same ones."""
    return _quoted(key, "[]")


def _quoted(text: str, safe: str = "") -> str:
    """Half of a surrogate pair, as broken emoji leave behind, has no UTF-8 form and becomes a question mark."""
    if text.isascii() and text.isalnum():
        return text
    return quote(text, safe=safe, errors="replace")
