"""Pages of a counted list by their offsets, none of which is believed when it contradicts the count or the others.

A page that holds fewer rows than were counted for its place is asked for once more. Rows may be lacking for a good
reason, because some methods count what they then do not show to this person; so a page that is short twice stands,
as long as the portal's own `next` leads on from it or the count ends with it. Where already the first page is short and
leads on, the method is one of those, and its pages are asked for again only when they are empty or deny what follows.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.errors import Incomplete
from bitrix_node.portal.lookahead import Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.paging import ListRequest
    from bitrix_node.portal.recent import Recent


class Unsettled(Incomplete):
    """Pages by their offsets do not make up the list; by ranges of ids it may still be had."""


@dataclass(slots=True)
class Course:
    """What the pages of a list have told so far.

    Attributes:
        request: what to read.
        page: the arguments of the page that begins at an offset.
        total: how many rows the first answer counted.
        wanted: how many of them are wanted, from the first offset on.
        seen: what has been handed out.
        by_id: whether the list can be had by ranges of ids as well.
        sparse: whether the portal counts rows that it does not show.
        beyond: what the last page that was planned says to follow it.
        ended: where the first page begins that came short and said that nothing follows.
        furthest: where the furthest page begins that holds rows.
    """

    request: ListRequest
    page: Callable[[int], dict[str, Any]]
    total: int
    wanted: int
    seen: Recent
    by_id: bool
    sparse: bool = False
    beyond: int | None = None
    ended: int | None = None
    furthest: int = field(default=-1)


@dataclass(frozen=True, slots=True)
class Offsets:
    """Pages that begin at these offsets.

    Attributes:
        course: what they have in common.
        starts: where they begin; the step is the number of rows up to the next one.
        between: whether it is what a page left over, before a page that was planned.
    """

    course: Course
    starts: range
    between: bool = False

    def cut(self) -> tuple[Offsets, Offsets | None]:
        """The first page, and the others."""
        rest = self.starts[1:]
        return replace(self, starts=self.starts[:1]), replace(self, starts=rest) if rest else None

    async def read(self) -> Page:
        """Asks for the first page.

        Raises:
            Incomplete: when the portal goes round in circles, rows are gone, or pages contradict one another.
        """
        return await self.settle(*await self._ask()) if self.starts else Page([])

    async def settle(self, answer: Answer, rows: list[Any]) -> Page:
        """What the answer for the first page stands for; it is asked for again when rows are lacking.

        Args:
            answer: the first answer for it.
            rows: the rows in it.

        Raises:
            Incomplete: when pages contradict one another.
        """
        start, end = self.starts[0], self.starts[0] + self.starts.step
        if self._lacks_rows(answer, rows) and not self._is_sparse(answer, rows):
            answer, rows = max((answer, rows), await self._ask(), key=lambda asked: len(asked[1]))
            if self._lacks_rows(answer, rows):
                self._judge(answer, rows)
        if rows:
            self.course.furthest = max(self.course.furthest, start)
        self._refuse_rows_after_the_end()
        if end >= self.course.wanted:
            self.course.beyond = answer.next
            return Page(rows)
        reaches_over = self.between or start + len(rows) == (answer.next or answer.total)
        return Page(rows[: self.starts.step] if reaches_over else rows, self._left_over(answer))

    async def _ask(self) -> tuple[Answer, list[Any]]:
        course, start = self.course, self.starts[0]
        answer = await course.request.call(course.page(start))
        rows = course.request.rows(answer)
        if answer.next is not None and answer.next <= start and rows:
            raise paging_loop(course.request, start)
        total = self._total(answer, rows)
        if total < course.total:
            message = f"The list changed while it was read: of {course.total} rows there are {total} left"
            raise Unsettled(message, code="LIST_CHANGED", method=course.request.method)
        course.seen.moved = course.seen.moved or total > course.total
        return answer, rows

    def _total(self, answer: Answer, rows: list[Any]) -> int:
        """How many rows there are now; a count of fewer rows than lie before these is none."""
        counts = answer.total is not None and answer.total >= 0 and not (rows and answer.total <= self.starts[0])
        return answer.total if counts and answer.total is not None else self.course.total

    def _lacks_rows(self, answer: Answer, rows: list[Any]) -> bool:
        start, end = self.starts[0], self.starts[0] + self.starts.step
        leads_on = answer.next is not None and start < answer.next < end
        return not leads_on and len(rows) < min(end, self.course.wanted) - start

    def _is_sparse(self, answer: Answer, rows: list[Any]) -> bool:
        """Whether the rows that a page lacks are such as the portal counts and does not show."""
        end = self.starts[0] + self.starts.step
        return self.course.sparse and bool(rows) and (answer.next is not None or end >= self.course.wanted)

    def _left_over(self, answer: Answer) -> Offsets | None:
        """What lies between the end of a page by its own word and the page that is planned next."""
        start, end = self.starts[0], self.starts[0] + self.starts.step
        if answer.next is None or not start < answer.next < end:
            return None
        self.course.seen.moved = True
        return replace(self, starts=range(answer.next, end, end - answer.next), between=True)

    def _judge(self, answer: Answer, rows: list[Any]) -> None:
        """Decides about a page that is short twice.

        Raises:
            Unsettled: when rows lie after it that it denies, or when ranges of ids can tell.
        """
        course, start, end = self.course, self.starts[0], self.starts[0] + self.starts.step
        placeless = not rows and not has_place_for_rows(answer.result)
        stands_still = answer.next is not None and answer.next <= start
        denied = answer.next is None and answer.total is not None and answer.total > end
        if placeless or (not rows and (denied or stands_still)) or (course.by_id and course.seen.all_known):
            raise self._short(len(rows))
        if answer.next is None and end < course.wanted:
            course.ended = start if course.ended is None else min(course.ended, start)

    def _refuse_rows_after_the_end(self) -> None:
        course = self.course
        if course.ended is not None and course.ended < course.furthest:
            message = (
                f"Bitrix24 counted {course.total} rows and gave too few of them for the page at {course.ended}: "
                f"it said that nothing follows, but rows came for the page at {course.furthest}"
            )
            raise Unsettled(message, code="LIST_SHORT", method=course.request.method)

    def _short(self, rows: int) -> Unsettled:
        course, start = self.course, self.starts[0]
        expected = min(start + self.starts.step, course.wanted) - start
        message = (
            f"Bitrix24 counted {course.total} rows, but the page at {start} holds {rows} of its {expected} rows, "
            "also when asked again"
        )
        return Unsettled(message, code="LIST_SHORT", method=course.request.method)


def has_place_for_rows(result: Any) -> bool:
    """Whether a result without rows at least has room for some: an empty list, or an object with one in it."""
    if isinstance(result, dict):
        return not result or any(isinstance(value, list | dict) for value in result.values())
    return isinstance(result, list)


def paging_loop(request: ListRequest, cursor: Any) -> Incomplete:
    """The error of a list that never ends."""
    message = f"Bitrix24 hands out the same rows again and again (page at {cursor})"
    return Incomplete(message, code="PAGING_LOOP", method=request.method)
