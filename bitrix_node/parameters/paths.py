"""Dotted paths into JSON values."""

from __future__ import annotations

from typing import Any


def at_path(value: Any, path: str) -> Any:
    """The part of a value at a dotted path, numbers indexing lists; `None` where there is none."""
    for step in path.split(".") if path else []:
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def with_value(value: dict[str, Any], path: str, entry: Any) -> dict[str, Any]:
    """A copy of an object with an entry at a dotted path; what is no object on the way gives place to one."""
    step, _, rest = path.partition(".")
    if not rest:
        return {**value, step: entry}
    inner = value.get(step)
    return {**value, step: with_value(inner if isinstance(inner, dict) else {}, rest, entry)}
