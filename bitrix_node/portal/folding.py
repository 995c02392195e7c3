"""Reads by id that wait together become one call of a list method: fifty records for the price of one.

The readers notice nothing: each gets its own record in the form that its own method would have given it, or asks for
itself where the list does not show it.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from bitrix_node.portal.answers import Answer
from bitrix_node.portal.batching import CLOSED
from bitrix_node.portal.errors import NoAnswer, NotSent, PortalError, TokenEnded
from bitrix_node.rest import folds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bitrix_node.portal.calls import Order
    from bitrix_node.rest import Fold

MOST_IDS = 50
"""Ids that one list call takes: as many as a page has rows."""

_LARGEST_ID = 2**53
"""Ids beyond this are left to the read itself: the portal may not tell them apart in a list."""

Reader: TypeAlias = "asyncio.Future[Answer | None]"
"""What somebody waits for who reads a record."""

Waiting: TypeAlias = dict[int, list[Reader]]
"""Id -> its readers."""


@dataclass(slots=True)
class _Group:
    """Reads that one list call can answer.

    Attributes:
        fold: how.
        order: one of the reads; the others differ by their id alone.
        waiting: who waits for what.
    """

    fold: Fold
    order: Order
    waiting: Waiting = field(default_factory=dict)


class Folder:
    """Gathers reads by id and answers them from lists.

    Args:
        send: sends an order until it is answered or may not be sent again.
    """

    def __init__(self, send: Callable[[Order], Awaitable[Answer]]) -> None:
        self._send = send
        self._groups: dict[Any, _Group] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def join(self, order: Order) -> Reader | None:
        """Takes a read along to a list that it shares with the others that are about to be sent at this moment.

        Returns:
            `None` for anything else than a read by id. Else what to wait for: the answer; `None` where the read has to
            be sent itself, because nothing like it waits or the list does not show its record; a `PortalError` where
            the portal could not be asked, so that the read would fare no better.
        """
        fold = folds().get(order.method.lower())
        number = None if fold is None or order.version != 2 or order.alone else _id_of(order, fold)  # noqa: PLR2004
        if fold is None or number is None:
            return None
        reader: Reader = asyncio.get_running_loop().create_future()
        self._group(order, fold).waiting.setdefault(number, []).append(reader)
        return reader

    async def close(self) -> None:
        """Ends the lists that are on their way."""
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    def _group(self, order: Order, fold: Fold) -> _Group:
        alike = tuple(map(order.arguments.get, fold.like))
        key = (order.scope, order.method, order.token, order.droppable, alike)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(fold, order)
            # A task begins after all that is ready now, so that whoever is about to read comes along.
            self._start(self._answer_group(key))
        return group

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _answer_group(self, key: Any) -> None:
        group = self._groups.pop(key)
        ids = list(group.waiting)
        parts = [ids[start : start + MOST_IDS] for start in range(0, len(ids), MOST_IDS)]
        await asyncio.gather(*(self._answer_part(group, part) for part in parts))

    async def _answer_part(self, group: _Group, ids: list[int]) -> None:
        waiting = {number: group.waiting[number] for number in ids}
        try:
            rows, listed = await self._rows(group, ids) if len(ids) > 1 else ({}, None)
        except asyncio.CancelledError:
            _fail(waiting, NotSent(CLOSED), group.order.method)
            raise
        except Exception as error:
            _fail(waiting, error, group.order.method)
        else:
            for number, readers in waiting.items():
                _hand_out(rows.get(number), listed, group.fold, readers)

    async def _rows(self, group: _Group, ids: list[int]) -> tuple[dict[int, Any], Answer | None]:
        """The records that the list shows, by id, and its answer; none where it is refused: reads speak for themselves.

        Raises:
            PortalError: when nothing can be had from the portal now.
        """
        fold = group.fold
        try:
            answer = await self._send(_list_order(group, ids))
        except (NotSent, NoAnswer, TokenEnded):
            raise
        except PortalError:
            return {}, None
        result = answer.result.get(fold.rows) if fold.rows and isinstance(answer.result, dict) else answer.result
        rows = result if isinstance(result, list) else []
        return {int(row[fold.key]): row for row in rows if _is_id(row.get(fold.key))}, answer


def _list_order(group: _Group, ids: list[int]) -> Order:
    fold, order = group.fold, group.order
    like = {name: order.arguments[name] for name in fold.like if name in order.arguments}
    argument, _, name = fold.filter.partition(".")
    return order._replace(method=fold.list, arguments={**like, **fold.send, argument: {name: ids}})


def _id_of(order: Order, fold: Fold) -> int | None:
    """The id that an order reads; `None` where it says more than a list could be asked for."""
    value: Any = order.arguments.get(fold.id)
    return int(value) if _is_id(value) and fold.arguments.issuperset(order.arguments) else None


def _is_id(value: Any) -> bool:
    if isinstance(value, str) and value.isdecimal() and value.isascii():
        value = int(value)
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST_ID


def _hand_out(row: Any, listed: Answer | None, fold: Fold, readers: Sequence[Reader]) -> None:
    """Gives each reader a record of its own: what one does to it is not seen by the others."""
    for number, reader in enumerate(readers):
        if reader.done():
            continue
        if row is None or listed is None:
            reader.set_result(None)
            continue
        own = deepcopy(row) if number else row
        result = {fold.record: own} if fold.record else own
        reader.set_result(Answer(result, time=listed.time, clean=listed.clean))


def _fail(waiting: Waiting, error: Exception, method: str) -> None:
    for reader in (reader for readers in waiting.values() for reader in readers):
        if not reader.done():
            reader.set_exception(error.about(method) if isinstance(error, PortalError) else error)
