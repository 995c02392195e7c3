"""Pages of a long list: many on their way at once, handed out in order, and never more than a few batches in memory.

What is still to be read is a line of stretches. The foremost ones are cut into single pages and asked for; a page that
turns out not to be all of its part leaves the rest of it in its place. Nothing more is asked for as long as the reader
does not take what is there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

PAGES_AHEAD = 200
"""How many pages may be on their way or in memory: four full batches."""

PAGES_TOGETHER = 50
"""How many pages are asked for together, so that they fill their batches: a full batch."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows that came together.

    Attributes:
        rows: the rows in their order.
        rest: what is still to be read before that which comes after the page; `None` for nothing.
    """

    rows: list[Any]
    rest: Stretch | None = None


class Stretch(Protocol):
    """A part of a list that is still to be read."""

    def cut(self) -> tuple[Stretch, Stretch | None]:
        """The part that the next page is for, and what comes after it."""

    async def read(self) -> Page:
        """Asks for a page of it."""


_Line: TypeAlias = "deque[Stretch | asyncio.Task[Page]]"


class LookAhead:
    """Reads a stretch page by page, ahead of whoever takes the pages.

    Args:
        stretch: what to read.
        size: rows that a full page has.
        limit: how many rows are wanted; `None` for all. Pages beyond it are not asked for.
    """

    def __init__(self, stretch: Stretch, size: int, limit: int | None = None) -> None:
        self._line: _Line = deque([stretch])
        self._size, self._wanted = size, limit
        self._asked = 0

    async def pages(self) -> AsyncGenerator[list[Any], None]:
        """The rows of each page, in order.

        Raises:
            PortalError: when a page cannot be had; those before it have been handed out.
        """
        try:
            while self._line and self._wanted != 0:
                self._ask_ahead()
                page = await self._foremost()
                rows = page.rows if self._wanted is None else page.rows[: self._wanted]
                if self._wanted is not None:
                    self._wanted -= len(rows)
                yield rows
        finally:
            await self._give_up()

    async def _foremost(self) -> Page:
        task = self._line.popleft()
        assert isinstance(task, asyncio.Task)
        self._asked -= 1
        try:
            page = await task
        finally:
            task.cancel()
        if page.rest is not None:
            self._line.appendleft(page.rest)
        return page

    def _ask_ahead(self) -> None:
        room = self._room()
        later: _Line = deque()
        while room > 0 and self._line:
            entry = self._line.popleft()
            if isinstance(entry, asyncio.Task):
                later.append(entry)
                continue
            part, rest = entry.cut()
            later.append(asyncio.create_task(_read(part)))
            self._asked += 1
            room -= 1
            if rest is not None:
                self._line.appendleft(rest)
        self._line.extendleft(reversed(later))

    def _room(self) -> int:
        """How many more pages may be asked for; nothing holds up the foremost one."""
        room, held_up = PAGES_AHEAD - self._asked, not isinstance(self._line[0], asyncio.Task)
        if held_up:
            room = max(room, PAGES_TOGETHER)
        elif room < PAGES_TOGETHER:
            return 0
        if self._wanted is not None:
            lacking = self._wanted - sum(self._expected(task) for task in self._tasks())
            room = min(room, -(-lacking // self._size))
        return max(room, int(held_up))

    def _expected(self, task: asyncio.Task[Page]) -> int:
        """Rows of a page: those that it has, or as many as it may have."""
        answered = task.done() and not task.cancelled() and task.exception() is None
        return len(task.result().rows) if answered else self._size

    def _tasks(self) -> Iterator[asyncio.Task[Page]]:
        return (entry for entry in self._line if isinstance(entry, asyncio.Task))

    async def _give_up(self) -> None:
        """Ends what is on its way and no longer wanted."""
        tasks = list(self._tasks())
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, Exception):
                await task


async def _read(part: Stretch) -> Page:
    return await part.read()
