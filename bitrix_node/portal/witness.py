"""Whether ranges of ids brought the whole list: rows that were seen elsewhere must come, and about as many as counted.

What comes short may do so rightly: rows are deleted while a long list is read, and some methods count rows that they
then do not show to this person. So a list fails only over rows that the portal shows again when it is asked for them
in another way. A list that comes as it was counted costs no call more.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.errors import Incomplete

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.keyset import IdOrder
    from bitrix_node.portal.paging import ListRequest

MOST_MARKS = 20_000
"""How many places of a list are remembered with the number of rows up to there; beyond, every second one."""


class Witness:
    """Looks on while a list is read by ranges of ids.

    Args:
        order: how the list is asked for by ids.
        request: what is read.
        known: ids of rows that were seen before: those of the first page and of both ends.
        size: rows that a full page has.
        total: how many rows were counted.
    """

    def __init__(self, order: IdOrder, request: ListRequest, known: Iterable[int], size: int, total: int) -> None:
        self._order, self._request = order, request
        self._total = total
        self._tolerated = size // 2 if order.filtered else 0
        self._sign = -1 if order.descending else 1
        self._expected = sorted(number * self._sign for number in known)
        self._end = self._expected[-1]
        self._brought = 0
        self._marks = [(self._expected[0] - 1, 0)]

    async def saw(self, rows: list[Any]) -> None:
        """Takes note of a page before it is handed out.

        Raises:
            Incomplete: when a row is not in it that has been seen and is still there.
        """
        if not rows:
            return
        first, last = (self._place(row) for row in (rows[0], rows[-1]))
        if self._expected and self._expected[0] <= last:
            await self._compare_with_known(last, {self._place(row) for row in rows})
        self._mark(first - 1)
        self._brought += len(rows)
        self._mark(last)

    async def saw_all(self) -> None:
        """Takes note that no page is left.

        Raises:
            Incomplete: when rows are missing that the portal shows when it is asked for them in another way.
        """
        limit = self._request.limit
        if limit is not None and self._brought >= limit:
            return
        await self._compare_with_known(self._end, set())
        self._mark(self._end)
        if self._brought + self._tolerated < (self._total if limit is None else min(limit, self._total)):
            await self._look_for_the_missing()

    def _mark(self, place: int) -> None:
        if place > self._marks[-1][0]:
            self._marks.append((place, self._brought))
        if len(self._marks) > MOST_MARKS:
            self._marks = self._marks[::2]

    async def _compare_with_known(self, last: int, places: set[int]) -> None:
        passed = bisect_right(self._expected, last)
        missing = set(self._expected[:passed]) - places
        del self._expected[:passed]
        if not missing:
            return
        order = self._order
        asked = (self._request.arguments, *(order.page(descending=descending) for descending in (False, True)))
        answers = await asyncio.gather(*map(self._request.call, asked))
        shown = set().union(*map(self._places, answers))
        if missing & shown or not (shown or answers[0].total == 0):
            raise self._short(f"{len(missing)} rows that it had shown before did not come")

    async def _look_for_the_missing(self) -> None:
        """Halves the list by counting until there is a place of which the portal shows more rows than came."""
        low, high = 0, len(self._marks) - 1
        if not await self._lacks(high):
            return
        while high - low > 1:
            middle = (low + high) // 2
            if await self._lacks(middle):
                high = middle
            else:
                low = middle
        (after, before), (until, brought) = self._marks[low], self._marks[high]
        answers = await asyncio.gather(*(self._ask(after, until, counted=counted) for counted in (True, False)))
        shown = max(len(self._places(answer)) for answer in answers)
        if shown > brought - before:
            raise self._short(f"only {self._brought} came")

    async def _lacks(self, index: int) -> bool:
        """Whether more rows are counted up to a mark than came, but for some that a filter may let in late."""
        place, brought = self._marks[index]
        answer = await self._ask(None, place, counted=True)
        if answer.total is None:
            raise self._short(f"only {self._brought} came")
        return answer.total - brought > self._tolerated

    async def _ask(self, after: int | None, until: int, *, counted: bool) -> Answer:
        order = self._order
        if order.descending:
            page = order.page(-until - 1, None if after is None else -after - 1, descending=True)
        else:
            page = order.page(after, until, descending=False)
        return await self._request.call({**page, order.cursor: 0} if counted else page)

    def _place(self, row: Any) -> int:
        """Where a row stands among the others: they come by rising places."""
        number = self._order.id_of(row)
        assert number is not None
        return number * self._sign

    def _places(self, answer: Answer) -> set[int]:
        ids = map(self._order.id_of, self._request.rows(answer))
        return {number * self._sign for number in ids if number is not None}

    def _short(self, what: str) -> Incomplete:
        message = f"Bitrix24 counted {self._total} rows, but when it was asked for them by their ids, {what}"
        return Incomplete(message, code="LIST_SHORT", method=self._order.method)
