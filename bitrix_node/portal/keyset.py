"""Long lists by ranges of ids: each page is a range of its own, so none waits for another and no row shifts.

The range between the first and the last id is cut so that a page holds about as many rows as the portal gives at once;
how far that reaches is learned from the pages that came. A range that holds more than a page is read on from its last
row. Rows that are deleted meanwhile are missing, those that are added meanwhile may be; all others come exactly once.

The way with `start=-1`, an order by id and a filter above the last id is the one that Bitrix24's documentation gives
under "Retrieve Large Volumes of Data".
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.errors import Incomplete
from bitrix_node.portal.lookahead import LookAhead, Page
from bitrix_node.portal.offsets import has_place_for_rows
from bitrix_node.portal.witness import Witness
from bitrix_node.rest import keysets

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from bitrix_node.portal.paging import ListRequest
    from bitrix_node.rest import Keyset, PagingKind

FILLED = 0.8
"""How full a page is meant to be where not every id is taken: some ranges hold more rows than others."""

_FADING = 0.98
"""How much of what earlier pages taught is left after each further one."""


@dataclass(frozen=True, slots=True)
class IdOrder:
    """How to ask a method for its rows by id, as far as the caller's arguments allow.

    Attributes:
        method: name of the REST method.
        keyset: its row of the table.
        arguments: what the caller sends on every page.
        cursor: argument that says where a page begins.
        uncounted: its value for a first page without counting.
        descending: whether the newest rows come first.
    """

    method: str
    keyset: Keyset
    arguments: dict[str, Any]
    cursor: str
    uncounted: int
    descending: bool

    @property
    def filtered(self) -> bool:
        """Whether rows may come to be in the list, and leave it, without being added or deleted."""
        return bool(self.arguments.get(_spelled(self.arguments, self.keyset.filter)))

    def id_of(self, row: Any) -> int | None:
        """The id of a row; `None` where it has none."""
        return _number(row.get(self.keyset.id)) if isinstance(row, dict) else None

    def without_id(self, row: Any) -> Any:
        """A row without the id that its caller did not ask for."""
        return {name: value for name, value in row.items() if name != self.keyset.id}

    def page(self, above: int | None = None, up_to: int | None = None, *, descending: bool) -> dict[str, Any]:
        """The arguments for the first rows of a range of ids.

        Args:
            above: the id before the range; `None` for no such bound.
            up_to: the last id in it; `None` for no such bound.
            descending: whether the rows with the largest ids are wanted first.
        """
        name, own = self.keyset.name, self.arguments
        filter_argument, order_argument = (_spelled(own, path) for path in (self.keyset.filter, self.keyset.order))
        bounds = {f">{name}": above, f"<={name}": up_to}
        conditions = {key: bound for key, bound in bounds.items() if bound is not None}
        direction = "DESC" if descending else "ASC"
        page = {**own, **self._selection(), self.cursor: self.uncounted}
        if conditions:
            page[filter_argument] = {**(own.get(filter_argument) or {}), **conditions}
        if self.keyset.sort is None:
            page[order_argument] = {name: direction}
        else:
            page |= {_spelled(own, self.keyset.sort): name, order_argument: direction}
        return page

    def _selection(self) -> dict[str, Any]:
        """The caller's selection with the id, which rows cannot do without."""
        argument = _spelled(self.arguments, "select")
        names = self.arguments.get(argument)
        if not isinstance(names, list) or not names or _names_id(names, self.keyset.name):
            return {}
        return {argument: [*names, self.keyset.name]}


def id_order(method: str, kind: PagingKind, arguments: dict[str, Any]) -> IdOrder | None:
    """How a list may be read by ranges of ids; `None` where it may not.

    It may be when the method filters and sorts by id, and the caller wants its rows by id or in no order of his own.

    Args:
        method: name of the REST method.
        kind: how the list pages otherwise.
        arguments: what the caller sends on every page.
    """
    keyset = keysets().get(method.lower())
    if keyset is None or kind.uncounted is None or not _may_be_narrowed(keyset, arguments):
        return None
    cursor = _spelled(arguments, kind.send["cursor"])
    if arguments.get(cursor) not in (None, "", 0, "0"):
        return None
    direction = _direction(keyset, arguments)
    if direction is None:
        return None
    return IdOrder(method, keyset, arguments, cursor, kind.uncounted, direction == "DESC")


def _may_be_narrowed(keyset: Keyset, arguments: dict[str, Any]) -> bool:
    """Whether bounds of the id can stand beside the caller's own conditions."""
    conditions = arguments.get(_spelled(arguments, keyset.filter))
    if not conditions:
        return True
    taken = {f">{keyset.name}".lower(), f"<={keyset.name}".lower(), "logic"}
    return isinstance(conditions, dict) and taken.isdisjoint(str(key).strip().lower() for key in conditions)


def _direction(keyset: Keyset, arguments: dict[str, Any]) -> str | None:
    """The direction by id that the rows are to have; `None` when they are to have another order."""
    order = arguments.get(_spelled(arguments, keyset.order))
    if keyset.sort is not None:
        field = arguments.get(_spelled(arguments, keyset.sort))
        order = {field: order or "ASC"} if field else None
    if not order:
        return "DESC" if keyset.descending else "ASC"
    if not isinstance(order, dict) or [str(field).lower() for field in order] != [keyset.name.lower()]:
        return None
    (direction,) = (str(value).strip().upper() for value in order.values())
    return direction if direction in {"ASC", "DESC"} else None


class NothingByIds(Incomplete):
    """Rows were counted, but by their ids there are none."""

    def __init__(self, total: int, method: str) -> None:
        message = f"Bitrix24 counted {total} rows, but gave none when it was asked for them by their ids"
        super().__init__(message, code="LIST_SHORT", method=method)


async def rows_by_id(
    order: IdOrder, request: ListRequest, first: list[Any], size: int, total: int
) -> AsyncGenerator[list[Any], None]:
    """All rows of a list by id, page by page.

    Args:
        order: how to ask.
        request: what to read.
        first: the rows of the first page, which was asked for in another way.
        size: rows that a full page has.
        total: how many rows there are, about.

    Raises:
        PortalError: when a page cannot be had.
        NothingByIds: when the portal has nothing at an end of the list; no page has been handed out then.
        Incomplete: when the portal does not keep to the ranges, or leaves rows out.
    """
    ends = await asyncio.gather(*(request.call(order.page(descending=descending)) for descending in (False, True)))
    ids = [order.id_of(row) for answer in ends for row in request.rows(answer)]
    known = {number for number in ids if number is not None}
    if None in ids:
        raise _not_kept(order, "without their ids")
    if not all(request.rows(answer) for answer in ends):
        raise NothingByIds(total, order.method)
    known |= {number for number in map(order.id_of, first) if number is not None}
    reader = _Reader(order, request, size, _Pace(size, min(known), max(known), total))
    witness = Witness(order, request, known, size, total)
    ahead = LookAhead(_IdRange(reader, min(known) - 1, max(known)), size, request.limit)
    async with aclosing(ahead.pages()) as pages:
        async for page in pages:
            await witness.saw(page)
            yield page
    await witness.saw_all()


class _Pace:
    """Learns how many ids a page covers."""

    def __init__(self, size: int, first: int, last: int, total: int) -> None:
        self._size = size
        self._rows, self._ids = float(max(total, 1)), float(last - first + 1)
        share = size / max(self._rows, size)
        self._rows, self._ids = self._rows * share, self._ids * share

    @property
    def width(self) -> int:
        """How many ids to ask for at once: every page holds as many rows as there are ids, or fewer."""
        return max(self._size, round(self._size * FILLED * self._ids / max(self._rows, 0.01)))

    def learn(self, rows: int, ids: int) -> None:
        """Takes note of a page with so many rows over so many ids."""
        self._rows, self._ids = self._rows * _FADING + rows, self._ids * _FADING + ids


@dataclass(frozen=True, slots=True)
class _Reader:
    """What all ranges of a list have in common."""

    order: IdOrder
    request: ListRequest
    size: int
    pace: _Pace


@dataclass(frozen=True, slots=True)
class _IdRange:
    """The rows with ids above one and up to another."""

    reader: _Reader
    above: int
    up_to: int

    def cut(self) -> tuple[_IdRange, _IdRange | None]:
        """The part that a page is likely to hold, at the end where the order begins."""
        width = self.reader.pace.width
        if self.up_to - self.above <= width:
            return self, None
        if self.reader.order.descending:
            middle = self.up_to - width
            return _IdRange(self.reader, middle, self.up_to), _IdRange(self.reader, self.above, middle)
        middle = self.above + width
        return _IdRange(self.reader, self.above, middle), _IdRange(self.reader, middle, self.up_to)

    async def read(self) -> Page:
        """Asks for the first page of it.

        Raises:
            Incomplete: when rows lie outside of it or are not in order.
        """
        order = self.reader.order
        request = self.reader.request
        answer = await request.call(order.page(self.above, self.up_to, descending=order.descending))
        rows = request.rows(answer)
        if not rows and not has_place_for_rows(answer.result):
            raise _not_kept(order, "in no place where rows are")
        self._check(rows)
        rest = self._rest(rows, goes_on=answer.next is not None and answer.next > 0)
        covered = self.up_to - self.above - (rest.up_to - rest.above if rest else 0)
        self.reader.pace.learn(len(rows), covered)
        return Page(rows, rest)

    def _check(self, rows: list[Any]) -> None:
        ids = [self.reader.order.id_of(row) for row in rows]
        known = [number for number in ids if number is not None]
        if len(known) < len(ids):
            raise _not_kept(self.reader.order, "without their ids")
        if known != sorted(set(known), reverse=self.reader.order.descending):
            raise _not_kept(self.reader.order, "in another order")
        if known and not self.above < min(known) <= max(known) <= self.up_to:
            raise _not_kept(self.reader.order, "from outside of the range that was asked for")

    def _rest(self, rows: list[Any], *, goes_on: bool) -> _IdRange | None:
        """What a page has left over that is full, or of which the portal says that more follows."""
        if not rows or (len(rows) < self.reader.size and not goes_on):
            return None
        last = self.reader.order.id_of(rows[-1])
        assert last is not None
        above, up_to = (self.above, last - 1) if self.reader.order.descending else (last, self.up_to)
        return _IdRange(self.reader, above, up_to) if above < up_to else None


def _not_kept(order: IdOrder, what: str) -> Incomplete:
    message = f"Bitrix24 was asked for rows by their ids and gave rows {what}"
    return Incomplete(message, code="IDS_OUT_OF_RANGE", method=order.method)


def _spelled(arguments: dict[str, Any], name: str) -> str:
    """The name of an argument as the caller writes it: Bitrix24 knows many of them in capitals, too."""
    return next((key for key in arguments if key.lower() == name.lower()), name)


def _names_id(names: list[Any], name: str) -> bool:
    return any(str(given).strip().lower() in {"*", name.lower()} for given in names)


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None
