"""What validation reports."""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_LONGEST = 60


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something in a definition that is wrong.

    Attributes:
        file: the file it stands in.
        path: where in the file, such as `operations.chatGet.requests[0].method`; empty for the file as a whole.
        message: what stands there.
        expected: what would be right.
    """

    file: str
    path: str
    message: str
    expected: str

    def __str__(self) -> str:
        place = f"{self.file}: {self.path}" if self.path else self.file
        return f"{place}: {self.message}; expected {self.expected}"


def joined(path: Sequence[str | int]) -> str:
    """A path in the form in which faults show it."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) and not isinstance(step, bool) else f".{step}"
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """A value as a fault shows it: short, on one line."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def one_of(known: Collection[Any], wrong: Any = None) -> str:
    """What would have been right: the nearest known names where there are some, otherwise all of them."""
    names = sorted(map(str, known))
    nearest = get_close_matches(str(wrong), names, n=2, cutoff=0.7) if wrong is not None else []
    if nearest:
        return " or ".join(nearest)
    return f"one of {', '.join(names)}" if names else "none, as there are none to name"
