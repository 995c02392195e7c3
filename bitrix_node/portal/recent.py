"""The rows that were handed out last, to keep those apart that come again: an added row moves others on."""

from __future__ import annotations

from collections import deque
from typing import Any

REMEMBERED = 10_000
"""How many rows are known again."""


class Recent:
    """The rows that were handed out last.

    Attributes:
        moved: whether rows may come again.
        all_known: whether it can tell of every row whether it has been handed out.
    """

    def __init__(self) -> None:
        self._ids: set[Any] = set()
        self._order: deque[Any] = deque()
        self.moved = False
        self.all_known = True

    def fresh(self, rows: list[Any]) -> list[Any]:
        """The rows that have not been handed out; where nothing has moved, these are all."""
        ids = [_id_of(row) for row in rows]
        if self.moved:
            rows = [row for row, number in zip(rows, ids, strict=True) if number is None or number not in self._ids]
        self.all_known = self.all_known and None not in ids
        new = set(ids) - self._ids - {None}
        self._ids |= new
        self._order.extend(new)
        while len(self._order) > REMEMBERED:
            self._ids.discard(self._order.popleft())
            self.all_known = False
        return rows


def _id_of(row: Any) -> int | str | None:
    number = row.get("id", row.get("ID")) if isinstance(row, dict) else None
    return number if isinstance(number, int | str) else None
