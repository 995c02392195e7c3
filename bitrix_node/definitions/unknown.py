"""The refusal of a name that nothing has."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class UnknownName(Exception):
    """A resource or operation that does not exist; the message names the nearest known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(sorted(known))
        super().__init__(f"There is no {kind} {name!r}. {self._advice()}")

    def _advice(self) -> str:
        lowered = {name.lower(): name for name in self.known}
        nearest = [lowered[match] for match in get_close_matches(self.name.lower(), lowered, n=3, cutoff=0.5)]
        if nearest:
            return f"Did you mean {' or '.join(nearest)}?"
        return f"Known are: {', '.join(self.known)}."
