"""Reading JSON that people wrote: whatever the text is, a value that can be worked with or one plain reason."""

from __future__ import annotations

import json
from typing import Any

DEEPEST = 200
"""Levels of lists and objects within one another; no request of the portal comes near."""


class UnreadableJson(Exception):
    """Text that is not JSON, or JSON that nothing could work with; the message says what is wrong with it, and where.

    Attributes:
        is_json: whether it may well be JSON, but nests too deeply or has a number of too many digits.
    """

    def __init__(self, reason: str, *, is_json: bool = False) -> None:
        self.is_json = is_json
        super().__init__(reason)


def parse_json(text: str) -> Any:
    """The value of a JSON text.

    Raises:
        UnreadableJson: when it is none, nests deeper than `DEEPEST` levels, or has a number that Python does not read.
    """
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableJson(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise UnreadableJson("a number in it has too many digits", is_json=True) from None
    if _nests_deeper(value, DEEPEST):
        raise _too_deep()
    return value


def _too_deep() -> UnreadableJson:
    return UnreadableJson(f"it nests deeper than {DEEPEST} levels", is_json=True)


def _nests_deeper(value: Any, levels: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    entries = value.values() if isinstance(value, dict) else value
    return levels == 0 or any(_nests_deeper(entry, levels - 1) for entry in entries)
