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
