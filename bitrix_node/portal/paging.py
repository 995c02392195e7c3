"""All rows of a list method, by whichever way it hands them out. Complete or failed, never short in silence."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.counting import Counted
from bitrix_node.portal.cursors import Progress, at, next_cursor, whole_number
from bitrix_node.portal.errors import Incomplete
from bitrix_node.portal.offsets import has_place_for_rows, paging_loop
from bitrix_node.rest import PagingKind, paging_kinds

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from bitrix_node.portal.answers import Answer


@dataclass(frozen=True, slots=True)
class ListRequest:
    """A list method and how much of it is wanted.

    Attributes:
        call: sends the method with these arguments.
        arguments: what to send on every page.
        rows: takes the rows out of an answer.
        kind: name of the paging kind.
        limit: how many rows are wanted; `None` for all.
        maximum: rows that one call can give at most, where the method says so.
        beyond: what to do about rows beyond that.
        method: name of the REST method: says whether rows can be had by their ids.
    """

    call: Callable[[dict[str, Any]], Awaitable[Answer]]
    arguments: dict[str, Any]
    rows: Callable[[Answer], list[Any]]
    kind: str
    limit: int | None
    maximum: int | None = None
    beyond: str | None = None
    method: str = ""


def first_page(name: str, arguments: dict[str, Any], limit: int | None, maximum: int | None = None) -> dict[str, Any]:
    """The arguments of the first page that `fetch_rows` asks for.

    Args:
        name: of the paging kind.
        arguments: what to send on every page.
        limit: how many rows are wanted; `None` for all.
        maximum: rows that one call can give at most, where the method says so.
    """
    kind = _kind_of(name, arguments)
    return _page_arguments(arguments, kind, None, _page_size(kind, arguments, limit, maximum))


async def fetch_rows(request: ListRequest) -> tuple[list[Any], Answer]:
    """The rows that are wanted, and the first answer.

    Raises:
        PortalError: when a page cannot be had, or when the method cannot give all rows.
    """
    first: list[Answer] = []
    async with aclosing(read_pages(request, first.append)) as pages:
        rows = [row async for page in pages for row in page]
    return rows, first[0]


async def read_pages(
    request: ListRequest, answered: Callable[[Answer], None] = lambda _: None
) -> AsyncGenerator[list[Any], None]:
    """The rows that are wanted, page by page; further pages are asked for only as fast as they are taken.

    Args:
        request: what to read.
        answered: told the first answer.

    Raises:
        PortalError: when a page cannot be had, or when the method cannot give all rows.
    """
    left = request.limit
    async with aclosing(_pages(request, answered)) as pages:
        async for page in pages:
            yield page if left is None else page[:left]
            left = None if left is None else max(0, left - len(page))
            if left == 0:
                return


async def _pages(request: ListRequest, answered: Callable[[Answer], None]) -> AsyncGenerator[list[Any], None]:
    kind = _kind_of(request.kind, request.arguments)
    size = _page_size(kind, request.arguments, request.limit, request.maximum)
    first = await request.call(_page_arguments(request.arguments, kind, None, size))
    answered(first)
    rows = request.rows(first)
    if kind.cursor == "next" and rows and first.next is not None and first.next <= _begin(request, kind):
        raise paging_loop(request, first.next)
    if kind.cursor == "none":
        _refuse_silent_cut(request, kind, rows, size)
        yield rows
    elif kind.cursor == "next" and first.next is not None and first.next < (first.total or 0):
        listed = _counted(request, kind, first, first.next, first.total or 0)
        async with aclosing(listed.pages()) as pages:
            async for page in pages:
                yield page
    else:
        yield rows
        async with aclosing(_pages_in_turn(request, kind, first, rows, size)) as pages:
            async for page in pages:
                yield page


def _kind_of(name: str, arguments: dict[str, Any]) -> PagingKind:
    """The kind of paging that the caller's own arguments leave: some ask for another one, with some there is none."""
    kind = paging_kinds()[name]
    for argument, other in kind.instead.items():
        if at(arguments, argument) not in (None, ""):
            return paging_kinds()[other]
    for argument, wanted in kind.only.items():
        if at(arguments, argument) not in (None, wanted):
            return replace(kind, cursor="none")
    return kind


def _page_size(kind: PagingKind, arguments: dict[str, Any], limit: int | None, maximum: int | None) -> int | None:
    """Rows that a full page has: what the caller asks for, or as many as the method gives and are wanted."""
    if "size" not in kind.send:
        return maximum or kind.size
    own = whole_number(at(arguments, kind.send["size"]))
    most = own or maximum or kind.size
    return most if most is None or limit is None else min(most, limit)


def _page_arguments(
    arguments: dict[str, Any], kind: PagingKind, cursor: Any, size: int | None, after: Any = None
) -> dict[str, Any]:
    """The arguments of one page.

    Args:
        arguments: what to send on every page.
        kind: how the list pages.
        cursor: where the page begins; `None` for the first one.
        size: how many rows it is to have.
        after: the last row before it.
    """
    page = dict(arguments)
    for name, value in (("cursor", cursor), ("size", size)):
        if value is not None and name in kind.send:
            _set(page, kind.send[name].split("."), value)
    if isinstance(after, dict):
        for argument, stage in kind.along.items():
            _set(page, argument.split("."), stage["values"].get(after.get(stage["of"]), stage["otherwise"]))
    return page


def _set(target: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        inner = dict(target.get(step) or {})
        target[step] = inner
        target = inner
    target[path[-1]] = value


def _refuse_silent_cut(request: ListRequest, kind: PagingKind, rows: list[Any], size: int | None) -> None:
    full = "size" in kind.send and size is not None and len(rows) >= size
    if full and (request.limit is None or request.limit > len(rows)):
        message = f"There are more rows than the {size} that this method gives at once. {request.beyond or ''}".strip()
        raise Incomplete(message, code="TOO_MANY_ROWS", method=request.method)


def _counted(request: ListRequest, kind: PagingKind, first: Answer, following: int, total: int) -> Counted:
    begin = _begin(request, kind)
    size = _rows_a_page(kind, following, begin)
    wanted = total if request.limit is None else min(total, begin + request.limit)
    starts = range(begin + size, wanted, size)

    def page(start: int) -> dict[str, Any]:
        return _page_arguments(request.arguments, kind, start, None)

    return Counted(request, kind, first, page, starts, total)


def _begin(request: ListRequest, kind: PagingKind) -> int:
    """The offset at which the caller wants the list to begin."""
    return whole_number(at(request.arguments, kind.send["cursor"])) or 0


def _rows_a_page(kind: PagingKind, following: int, begin: int) -> int:
    """From where the second page begins: some methods have fewer rows a page than their kind usually has."""
    return following - begin if following > begin else kind.size or 1


async def _pages_in_turn(
    request: ListRequest, kind: PagingKind, answer: Answer, page: list[Any], size: int | None
) -> AsyncGenerator[list[Any], None]:
    rows, seen = len(page), set[str]()
    while request.limit is None or rows < request.limit:
        cursor = next_cursor(kind, Progress(request.arguments, answer, page, rows, len(seen) + 1, size))
        if cursor is None:
            return
        answer = await request.call(_page_arguments(request.arguments, kind, cursor, size, page[-1] if page else None))
        before, page = page, request.rows(answer)
        if kind.cursor == "numbered" and page == before and 0 < len(page) < (size or 0):
            return
        if repr(cursor) in seen or (page and (page == before or _goes_back(kind, cursor, answer))):
            raise paging_loop(request, cursor)
        if kind.cursor == "next" and not page and not has_place_for_rows(answer.result):
            message = (
                f"Bitrix24 said that more rows follow, but its answer for the page at {cursor} has no place for them"
            )
            raise Incomplete(message, code="LIST_SHORT", method=request.method)
        seen.add(repr(cursor))
        rows += len(page)
        yield page


def _goes_back(kind: PagingKind, cursor: Any, answer: Answer) -> bool:
    return kind.cursor == "next" and answer.next is not None and answer.next <= cursor
