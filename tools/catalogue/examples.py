"""The example requests of the reference, without what makes them long: the checker looks at names and short values."""

from __future__ import annotations

from typing import Any

LONGEST_TEXT = 80


def shortened(value: Any) -> Any:
    """The same request with long texts (contents of files above all) cut off."""
    if isinstance(value, dict):
        return {key: shortened(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [shortened(entry) for entry in value]
    return value[:LONGEST_TEXT] if isinstance(value, str) else value
