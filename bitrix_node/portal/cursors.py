"""Where the next page begins, by whichever way a method tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.errors import Incomplete

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.portal.answers import Answer
    from bitrix_node.rest import PagingKind


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a list has been read.

    Attributes:
        arguments: what the caller sends on every page.
        answer: the last answer.
        page: the rows in it.
        rows: how many rows there are so far.
        pages: how many pages.
        size: rows that a full page has; `None` where that is not known.
    """

    arguments: dict[str, Any]
    answer: Answer
    page: list[Any]
    rows: int
    pages: int
    size: int | None


def next_cursor(kind: PagingKind, progress: Progress) -> Any:
    """What to send for the next page; `None` when there is none."""
    if kind.more is not None and not at(progress.answer.result, kind.more):
        return None
    return _CURSORS[kind.cursor](kind, progress)


def at(value: Any, path: str) -> Any:
    """The value at a path of names joined by periods; `None` where there is nothing."""
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


def whole_number(value: Any) -> int | None:
    """A number that may have been written as text."""
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None


def _is_last(progress: Progress, before: int | None = None) -> bool:
    """Whether no page follows. A count of none beside rows is no count.

    Args:
        progress: how far the list has been read.
        before: rows that lie before the first page; `None` where that cannot be told, so that a short page is the last.
    """
    total = progress.answer.total
    if total is not None and 0 < total <= progress.rows:
        return True
    if before is not None and total is not None and progress.page and total > before + progress.rows:
        return False
    return not progress.page or (progress.size is not None and len(progress.page) < progress.size)


def _given(kind: PagingKind, progress: Progress, otherwise: int) -> int:
    """Where the caller wants the list to begin."""
    given = whole_number(at(progress.arguments, kind.send["cursor"]))
    return otherwise if given is None else given


def _next(_kind: PagingKind, progress: Progress) -> Any:
    return progress.answer.next


def _counted(kind: PagingKind, progress: Progress) -> Any:
    begin = _given(kind, progress, 0)
    return None if _is_last(progress, begin) else begin + progress.rows


def _numbered(kind: PagingKind, progress: Progress) -> Any:
    begin = _given(kind, progress, 1)
    return None if _is_last(progress, (begin - 1) * (progress.size or 0)) else begin + progress.pages


def _answered(kind: PagingKind, progress: Progress) -> Any:
    return at(progress.answer.result, kind.at) if progress.page and kind.at else None


def _again(_kind: PagingKind, progress: Progress) -> Any:
    return None if _is_last(progress) else progress.pages


def _last_row(kind: PagingKind, progress: Progress) -> Any:
    """Where a list comes in parts, only a short page of the last part ends it."""
    if not progress.page or (_is_last(progress) and _in_last_part(kind, progress.page[-1])):
        return None
    return _row_id(progress.page[-1])


def _in_last_part(kind: PagingKind, row: Any) -> bool:
    return not (isinstance(row, dict) and any(row.get(part["of"]) in part["values"] for part in kind.along.values()))


def _smallest_id(_kind: PagingKind, progress: Progress) -> Any:
    return None if _is_last(progress) else min(_row_id(row) for row in progress.page)


def _largest_id(_kind: PagingKind, progress: Progress) -> Any:
    return None if _is_last(progress) else max(_row_id(row) for row in progress.page)


def _row_id(row: Any) -> int:
    """The id of a row, after or before which the next page begins.

    Raises:
        Incomplete: when it has none, so that nobody can ask for what follows.
    """
    try:
        return int(row["id"] if "id" in row else row["ID"])
    except (KeyError, TypeError, ValueError):
        message = "Bitrix24 gave a row without its id, so that the rows after it cannot be asked for"
        raise Incomplete(message, code="LIST_SHORT") from None


_CURSORS: dict[str, Callable[[PagingKind, Progress], Any]] = {
    "next": _next,
    "counted": _counted,
    "numbered": _numbered,
    "answered": _answered,
    "again": _again,
    "last-row": _last_row,
    "last-id": _smallest_id,
    "first-id": _largest_id,
}
