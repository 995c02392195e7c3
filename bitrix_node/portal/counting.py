"""Lists whose first answer says how many rows there are: all further pages at once, or the whole list by its ids."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.keyset import NothingByIds, id_order, rows_by_id
from bitrix_node.portal.lookahead import LookAhead
from bitrix_node.portal.offsets import Course, Offsets, Unsettled, paging_loop
from bitrix_node.portal.recent import REMEMBERED, Recent

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.keyset import IdOrder
    from bitrix_node.portal.paging import ListRequest
    from bitrix_node.rest import PagingKind

KEYSET_ABOVE = REMEMBERED
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
            Incomplete: when rows are missing, or may be because others were deleted meanwhile.
        """
        order = id_order(self.request.method, self.kind, self.request.arguments)
        by_id = order is not None and self.starts.stop > KEYSET_ABOVE
        reading = self._by_id(order) if order is not None and by_id else self.by_offset(order)
        async with aclosing(reading) as pages:
            async for page in pages:
                yield page

    async def by_offset(self, order: IdOrder | None) -> AsyncGenerator[list[Any], None]:
        """The rows of each page by its offset, and by ranges of ids when pages do not make up the list.

        Args:
            order: how to ask for ranges of ids; `None` where that cannot be done.

        Raises:
            PortalError: when a page cannot be had.
            Incomplete: when rows are missing, or may be because others were deleted meanwhile.
        """
        seen = Recent()
        course = Course(self.request, self.page, self.total, self.starts.stop, seen, order is not None)
        try:
            async with aclosing(self._in_turn(course)) as pages:
                async for page in pages:
                    yield seen.fresh(page)
        except Unsettled:
            if order is None or not seen.all_known:
                raise
            seen.moved = True
            async with aclosing(self._by_id(order)) as pages:
                async for page in pages:
                    yield seen.fresh(page)

    async def _in_turn(self, course: Course) -> AsyncGenerator[list[Any], None]:
        """The first page, those that were counted, and what the last of them says to follow."""
        step = self.starts.step
        foremost = Offsets(course, range(self.starts.start - step, self.starts.start, step))
        rows = self.request.rows(self.first)
        course.sparse = 0 < len(rows) < min(step, self.starts.stop) and self.first.next is not None
        page = (await foremost.settle(self.first, rows)).rows
        yield page
        async with aclosing(LookAhead(Offsets(course, self.starts), step).pages()) as pages:
            async for page in pages:
                yield page
        before, start = page, course.beyond
        while start is not None:
            answer = await self.request.call(self.page(start))
            page = self.request.rows(answer)
            if page and answer.next is not None and answer.next <= start:
                raise paging_loop(self.request, start)
            if page == before:
                return
            yield page
            before, start = page, answer.next if page else None

    async def _by_id(self, order: IdOrder) -> AsyncGenerator[list[Any], None]:
        """The whole list by ranges of ids; rows look as those of the first page do."""
        request, rows = self.request, self.request.rows(self.first)
        lacks_id = bool(rows) and isinstance(rows[0], dict) and order.id_of(rows[0]) is None
        reading = rows_by_id(order, request, rows, self.starts.step, self.total)
        try:
            async with aclosing(reading) as pages:
                async for page in pages:
                    yield [order.without_id(row) for row in page] if lacks_id else page
        except NothingByIds:
            async with aclosing(self._anew()) as pages:
                async for page in pages:
                    yield page

    async def _anew(self) -> AsyncGenerator[list[Any], None]:
        """The list by its offsets, because its ends were empty when they were asked for by their ids.

        Raises:
            NothingByIds: when the portal now gives no rows, but does not say that there are none.
        """
        first = await self.request.call(self.request.arguments)
        if not self.request.rows(first) and first.next is None:
            if first.total == 0:
                return
            raise NothingByIds(self.total, self.request.method)
        total = first.total or self.total
        stop = total if self.request.limit is None else min(total, self.request.limit)
        anew = replace(self, first=first, total=total, starts=range(self.starts.start, stop, self.starts.step))
        async with aclosing(anew.by_offset(None)) as pages:
            async for page in pages:
                yield page
