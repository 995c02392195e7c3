"""Lists whose first answer says how many rows there are: all further pages at once, or the whole list by its ids."""

from __future__ import annotations

from collections import deque
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.errors import Incomplete
from bitrix_node.portal.keyset import id_order, rows_by_id
from bitrix_node.portal.lookahead import LookAhead, Page

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.keyset import IdOrder
    from bitrix_node.portal.paging import ListRequest
    from bitrix_node.rest import PagingKind

KEYSET_ABOVE = 10_000
"""How many rows are read by their offsets, where they can also be read by ranges of ids.

Up to here all pages are asked for at once, and the first answer already holds one of them and the count; ranges of ids
take two calls more, to learn the first and the last id. Beyond, the portal skips more and more rows for every page and
counts all of them each time, and a list that takes several rounds is likely to change in the meantime.
"""


@dataclass(frozen=True, slots=True)
class Counted:
    """A list whose first page is there.

    Attributes:
        request: what to read.
        kind: how the list pages.
        first: the first answer.
        page: the arguments of the page that begins at an offset.
        starts: where the further pages begin that are wanted.
        total: how many rows the first answer counted.
    """

    request: ListRequest
    kind: PagingKind
    first: Answer
    page: Callable[[int], dict[str, Any]]
    starts: range
    total: int

    async def pages(self) -> AsyncGenerator[list[Any], None]:
        """The rows of each page.

        Raises:
            PortalError: when a page cannot be had.
            Incomplete: when rows were deleted meanwhile, and others may have been skipped for it.
        """
        order = id_order(self.request.method, self.kind, self.request.arguments)
        rows, seen = self.request.rows(self.first), _Recent()
        if order is not None and self.starts.stop > KEYSET_ABOVE:
            reading = self._by_id(order, rows)
        else:
            reading = self._by_offset(order, rows, seen)
        async with aclosing(reading) as pages:
            async for page in pages:
                yield page

    async def _by_offset(
        self, order: IdOrder | None, rows: list[Any], seen: _Recent
    ) -> AsyncGenerator[list[Any], None]:
        yield seen.fresh(rows)
        try:
            async with aclosing(LookAhead(_Offsets(self, self.starts, seen), self.starts.step).pages()) as pages:
                async for page in pages:
                    yield seen.fresh(page)
        except _RowsGone:
            if order is None or not seen.all_known:
                raise
            seen.moved = True
            async with aclosing(self._by_id(order, rows)) as pages:
                async for page in pages:
                    yield seen.fresh(page)

    async def _by_id(self, order: IdOrder, rows: list[Any]) -> AsyncGenerator[list[Any], None]:
        """The whole list once more by ranges of ids; rows look as those of the first page do."""
        request = self.request
        lacks_id = bool(rows) and isinstance(rows[0], dict) and order.id_of(rows[0]) is None
        reading = rows_by_id(order, request.call, request.rows, self.starts.step, self.total, request.limit)
        async with aclosing(reading) as pages:
            async for page in pages:
                yield [order.without_id(row) for row in page] if lacks_id else page


@dataclass(frozen=True, slots=True)
class _Offsets:
    """Pages that begin at these offsets."""

    listed: Counted
    starts: range
    seen: _Recent

    def cut(self) -> tuple[_Offsets, _Offsets | None]:
        """The first page, and the others."""
        rest = self.starts[1:]
        return replace(self, starts=self.starts[:1]), replace(self, starts=rest) if rest else None

    async def read(self) -> Page:
        """Asks for the first page.

        Raises:
            Incomplete: when the portal goes round in circles, or rows are gone.
        """
        if not self.starts:
            return Page([])
        listed, start = self.listed, self.starts[0]
        answer = await listed.request.call(listed.page(start))
        if answer.next is not None and answer.next <= start:
            raise paging_loop(listed.request, start)
        total = listed.total if answer.total is None else answer.total
        if total < listed.total:
            raise _RowsGone(listed, total)
        self.seen.moved = self.seen.moved or total > listed.total
        return Page(listed.request.rows(answer))


class _RowsGone(Incomplete):
    """Rows were deleted while a list was read: those after them have moved, some of them to a page already read."""

    def __init__(self, listed: Counted, total: int) -> None:
        message = f"The list changed while it was read: of {listed.total} rows there are {total} left"
        super().__init__(message, code="LIST_CHANGED", method=listed.request.method)


class _Recent:
    """The rows that were handed out last, to keep those apart that come again: an added row moves others on.

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
        while len(self._order) > KEYSET_ABOVE:
            self._ids.discard(self._order.popleft())
            self.all_known = False
        return rows


def _id_of(row: Any) -> int | str | None:
    number = row.get("id", row.get("ID")) if isinstance(row, dict) else None
    return number if isinstance(number, int | str) else None


def paging_loop(request: ListRequest, cursor: Any) -> Incomplete:
    """The error of a list that never ends."""
    message = f"Bitrix24 hands out the same rows again and again (page at {cursor})"
    return Incomplete(message, code="PAGING_LOOP", method=request.method)
