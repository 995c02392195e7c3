"""Handler `list`: all rows of a list method, or as many as are wanted."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.answers import items_from_rows, rows_at, rows_path
from bitrix_node.handlers.picking import picked_rows
from bitrix_node.handlers.results import Outcome
from bitrix_node.portal import Answer
from bitrix_node.portal.paging import ListRequest, fetch_rows, read_pages

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bitrix_node.handlers.step import Step
    from bitrix_node.parameters import Values


async def list_rows(step: Step) -> Outcome:
    """Sends the request for each page that is needed; each row is an item.

    Raises:
        PortalError: when a page cannot be had.
    """
    spec = step.request.answer
    rows, first = await fetch_rows(_list_request(step))
    whole = first._replace(result=_with_rows(first.result, rows_path(first.result, spec.path), rows), next=None)
    return Outcome(items_from_rows(rows, spec, step.values), rows, whole)


async def stream_rows(step: Step) -> AsyncGenerator[Outcome, None]:
    """The items of the rows as they come: one outcome a page, and none of them stays in memory.

    Raises:
        PortalError: when a page cannot be had.
    """
    async with aclosing(read_pages(_list_request(step))) as pages:
        async for rows in pages:
            yield Outcome(items_from_rows(rows, step.request.answer, step.values), rows, Answer(rows))


def _list_request(step: Step) -> ListRequest:
    paging, spec = step.request.paging, step.request.answer

    def rows_of(answer: Answer) -> list[Any]:
        return picked_rows(rows_at(answer.result, spec), spec, step.values)

    return ListRequest(
        call=step.send,
        arguments=step.arguments,
        rows=rows_of,
        kind=paging.kind if paging else "none",
        limit=row_limit(step.values),
        maximum=paging.maximum if paging else None,
        beyond=paging.beyond if paging else None,
        method=step.method,
    )


def row_limit(values: Values) -> int | None:
    """How many rows are wanted; `None` for all."""
    if values.used("returnAll") is True:
        return None
    limit = values.used("limit")
    return int(limit) if limit else None


def _with_rows(result: Any, path: str, rows: list[Any]) -> Any:
    """The first page's result with all rows in their place."""
    if not path or not isinstance(result, dict):
        return rows
    head, _, tail = path.partition(".")
    return {**result, head: _with_rows(result.get(head), tail, rows)}
