"""All rows of a list method, by whichever way it hands them out. Complete or failed, never short in silence."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.errors import Incomplete
from bitrix_node.rest import PagingKind, paging_kinds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bitrix_node.portal.answers import Answer

PAGES_AT_ONCE = 200
"""How many pages are asked for together once the number of rows is known."""


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
        method: name of the REST method, for messages.
    """

    call: Callable[[dict[str, Any]], Awaitable[Answer]]
    arguments: dict[str, Any]
    rows: Callable[[Answer], list[Any]]
    kind: str
    limit: int | None
    maximum: int | None = None
    beyond: str | None = None
    method: str = ""


async def fetch_rows(request: ListRequest) -> tuple[list[Any], Answer]:
    """The rows that are wanted, and the first answer.

    Raises:
        PortalError: when a page cannot be had, or when the method cannot give all rows.
    """
    kind = paging_kinds()[request.kind]
    size = _page_size(request, kind)
    first = await request.call(_with_cursor(request.arguments, kind, None, size))
    rows = request.rows(first)
    if kind.cursor == "none":
        _refuse_silent_cut(request, kind, rows, size)
    elif kind.cursor == "next" and first.total is not None and first.next is not None:
        rows = rows + await _counted_pages(request, kind, first.next, first.total)
    else:
        rows = rows + await _pages_in_turn(request, kind, first, rows, size)
    return (rows if request.limit is None else rows[: request.limit]), first


def _page_size(request: ListRequest, kind: PagingKind) -> int | None:
    most = request.maximum or kind.size
    if most is None or request.limit is None or "size" not in kind.send:
        return most
    return min(most, request.limit)


def _with_cursor(arguments: dict[str, Any], kind: PagingKind, cursor: Any, size: int | None) -> dict[str, Any]:
    page = dict(arguments)
    for name, value in (("cursor", cursor), ("size", size)):
        if value is not None and name in kind.send:
            _set(page, kind.send[name].split("."), value)
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


async def _counted_pages(request: ListRequest, kind: PagingKind, following: int, total: int) -> list[Any]:
    """All further pages at once: the first answer told how many rows there are."""
    size = kind.size or following
    wanted = total if request.limit is None else min(total, request.limit)
    starts = range(following, wanted, size)
    rows: list[Any] = []
    for group in range(0, len(starts), PAGES_AT_ONCE):
        some = starts[group : group + PAGES_AT_ONCE]
        answers = await asyncio.gather(
            *(request.call(_with_cursor(request.arguments, kind, start, None)) for start in some)
        )
        for start, answer in zip(some, answers, strict=True):
            if answer.next is not None and answer.next <= start:
                raise _loop(request, start)
            rows += request.rows(answer)
    return rows


async def _pages_in_turn(
    request: ListRequest, kind: PagingKind, answer: Answer, rows: list[Any], size: int | None
) -> list[Any]:
    further: list[Any] = []
    page = rows
    seen: set[Any] = set()
    while request.limit is None or len(rows) + len(further) < request.limit:
        cursor = _next_cursor(kind, answer, page, len(rows) + len(further), size)
        if cursor is None:
            break
        answer = await request.call(_with_cursor(request.arguments, kind, cursor, size))
        before, page = page, request.rows(answer)
        if cursor in seen or (page and page == before):
            raise _loop(request, cursor)
        seen.add(cursor)
        further += page
    return further


def _next_cursor(kind: PagingKind, answer: Answer, page: list[Any], count: int, size: int | None) -> Any:
    if kind.cursor == "next":
        return answer.next
    if not page or (size is not None and len(page) < size):
        return None
    return count if kind.cursor == "counted" else min(_row_id(row) for row in page)


def _row_id(row: Any) -> int:
    return int(row["id"] if "id" in row else row["ID"])


def _loop(request: ListRequest, cursor: Any) -> Incomplete:
    message = f"Bitrix24 hands out the same rows again and again (page at {cursor})"
    return Incomplete(message, code="PAGING_LOOP", method=request.method)
