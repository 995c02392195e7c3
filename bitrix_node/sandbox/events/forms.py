"""Writes nested values as PHP's `http_build_query` does, which is how Bitrix24 posts events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def form_pairs(body: dict[str, Any]) -> list[tuple[str, str]]:
    """Flatten a body.

    Args:
        body: nested maps, lists and scalars.

    Returns:
        keys such as `data[FIELDS][ID]` with their values; empty maps, empty lists and nulls vanish.
    """
    return [pair for name, value in body.items() for pair in _pairs(name, value)]


def _pairs(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield from _pairs(f"{path}[{name}]", child)
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _pairs(f"{path}[{index}]", child)
    elif isinstance(value, bool):
        yield path, "1" if value else "0"
    elif value is not None:
        yield path, str(value)
