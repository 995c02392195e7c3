"""Where pages begin, remembered: counting and skipping rows anew for every page of a long list takes ever longer."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Hashable

_MOST_LISTS = 64


@dataclass(slots=True)
class ListPositions:
    """What is known of one list, ordered by id, as long as nothing changes.

    Attributes:
        total: how many rows it has; None when nobody asked yet.
        starts: offsets of pages that have been read up to, ascending.
        ids: the id before each of them.
    """

    total: int | None = None
    starts: list[int] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)

    def before(self, start: int) -> tuple[int, int] | None:
        """Find the nearest known place.

        Args:
            start: offset of the wanted page.

        Returns:
            an id, and how many rows after it stand before the page; None when nothing is known.
        """
        place = bisect_right(self.starts, start) - 1
        return None if place < 0 else (self.ids[place], start - self.starts[place])

    def note(self, start: int, last_id: int) -> None:
        """Remember what stands before a page.

        Args:
            start: offset of the page.
            last_id: id of the row before it.
        """
        place = bisect_right(self.starts, start)
        if not place or self.starts[place - 1] != start:
            self.starts.insert(place, start)
            self.ids.insert(place, last_id)

    def count(self, rows: Callable[[], int]) -> int:
        """Tell the number of rows.

        Args:
            rows: counts them, when that is not known.

        Returns:
            the number.
        """
        if self.total is None:
            self.total = rows()
        return self.total


class Positions:
    """The lists of one collection that have been read since the last change of anything.

    Args:
        connection: knows how many changes there have been.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._changes = -1
        self._lists: dict[Hashable, ListPositions] = {}

    def of(self, condition: str, parameters: list[Any]) -> ListPositions:
        """Look a list up.

        Args:
            condition: SQL that chooses its rows.
            parameters: values in it.

        Returns:
            what is known of it; nothing for one that is new.
        """
        if self._changes != self._connection.total_changes or len(self._lists) > _MOST_LISTS:
            self._changes = self._connection.total_changes
            self._lists.clear()
        return self._lists.setdefault((condition, *parameters), ListPositions())
