"""Reads by id that wait together become one call of a list method: fifty records for the price of one.

The readers notice nothing: each gets its own record in the form that its own method would have given it, or asks for
itself where the list does not show it.
"""

from __future__ import annotations

import asyncio
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from bitrix_node.portal.answers import Answer
from bitrix_node.portal.batching import CLOSED
from bitrix_node.portal.calls import REST_2
from bitrix_node.portal.errors import NoAnswer, NotSent, PortalError, TokenEnded, TooLarge
from bitrix_node.rest import folds

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence

    from bitrix_node.portal.calls import Order
    from bitrix_node.rest import Fold

MOST_IDS = 50
"""Ids that one list call takes: as many as a page has rows."""

_LARGEST_ID = 2**53
"""Ids beyond this are left to the read itself: the portal may not tell them apart in a list."""

_MOST_DIGITS = len(str(_LARGEST_ID))

_PLAIN = frozenset({int, str, type(None)})
"""What reads may be told apart by: anything else, `True` that equals 1 included, is left to the read itself."""

Reader: TypeAlias = "asyncio.Future[Answer | None]"
"""What somebody waits for who reads a record."""


@dataclass(slots=True, eq=False)
class _Group:
    """Reads that lists can answer, or one list.

    Attributes:
        fold: how.
        order: one of the reads; the others differ by their id alone.
        waiting: id -> its readers.
    """

    fold: Fold
    order: Order
    waiting: dict[int, list[Reader]] = field(default_factory=dict)

    @property
    def readers(self) -> Iterator[Reader]:
        """Everybody who waits."""
        return chain.from_iterable(self.waiting.values())

    def parts(self) -> Iterator[_Group]:
        """The group in pieces that one list call each can answer."""
        waiting = iter(self.waiting.items())
        while part := dict(islice(waiting, MOST_IDS)):
            yield _Group(self.fold, self.order, part)

    def fail(self, error: BaseException) -> None:
        """Ends the readers that still wait, each with an error of its own that tells of the read."""
        for reader in self.readers:
            if not reader.done():
                reader.set_exception(error.about(self.order.method) if isinstance(error, PortalError) else error)


class Folder:
    """Gathers reads by id and answers them from lists.

    Args:
        send: sends an order until it is answered or may not be sent again.
    """

    def __init__(self, send: Callable[[Order], Coroutine[Any, Any, Answer]]) -> None:
        self._send = send
        self._groups: dict[Any, _Group] = {}
        self._sending: set[asyncio.Task[None]] = set()
        self._closed = False

    def join(self, order: Order) -> Reader | None:
        """Takes a read along to a list that it shares with the others that are about to be sent at this moment.

        A list that nobody waits for any more, because all its readers were cancelled, is not sent.

        Returns:
            `None` for anything else than a read by id. Else what to wait for: the answer; `None` where the read has to
            be sent itself, because nothing like it waits or the list does not show its record; a `PortalError` where
            the portal could not be asked, so that the read would fare no better.

        Raises:
            NotSent: when the client of the portal was closed.
        """
        fold = folds().get(order.method.lower())
        if fold is None or order.version != REST_2 or order.alone:
            return None
        number = _id_of(order, fold)
        alike = tuple(map(order.arguments.get, fold.like))
        if number is None or not _PLAIN.issuperset(map(type, alike)):
            return None
        reader: Reader = asyncio.get_running_loop().create_future()
        self._group(order, fold, alike).waiting.setdefault(number, []).append(reader)
        return reader

    async def close(self) -> None:
        """Ends everybody who waits, whether a list of theirs is on its way or not; further reads are refused."""
        self._closed = True
        groups, self._groups = self._groups, {}
        for group in groups.values():
            group.fail(NotSent(CLOSED))
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    def _group(self, order: Order, fold: Fold, alike: tuple[Any, ...]) -> _Group:
        key = (order.scope, order.method, order.token, order.droppable, alike)
        group = self._groups.get(key)
        if group is None:
            if self._closed:
                raise NotSent(CLOSED, method=order.method)
            group = self._groups[key] = _Group(fold, order)
            # What is called soon comes after all that is ready now, so that whoever is about to read comes along.
            asyncio.get_running_loop().call_soon(self._send_lists, key)
        return group

    def _send_lists(self, key: Any) -> None:
        group = self._groups.pop(key, None)
        for part in group.parts() if group else ():
            task = asyncio.create_task(self._answer(part))
            self._sending.add(task)
            task.add_done_callback(partial(self._ended, part))
            _end_unwanted(task, part.readers)

    def _ended(self, part: _Group, task: asyncio.Task[None]) -> None:
        """Settles what a list left open, also one that was ended before its task began."""
        self._sending.discard(task)
        error = NotSent(CLOSED) if task.cancelled() else task.exception()
        if error is not None:
            part.fail(error)

    async def _answer(self, part: _Group) -> None:
        rows, listed = await self._rows(part) if len(part.waiting) > 1 else ({}, None)
        for number, readers in part.waiting.items():
            _hand_out(rows.get(number), listed, part.fold, readers)

    async def _rows(self, part: _Group) -> tuple[dict[int, Any], Answer | None]:
        """The records that the list shows, by id, and its answer; none where it is refused: reads speak for themselves.

        Raises:
            PortalError: when nothing can be had from the portal now.
        """
        fold = part.fold
        try:
            answer = await self._send(_list_order(part))
        except TooLarge:
            return {}, None
        except (NotSent, NoAnswer, TokenEnded):
            raise
        except PortalError:
            return {}, None
        result = answer.result.get(fold.rows) if fold.rows and isinstance(answer.result, dict) else answer.result
        rows = [row for row in result if isinstance(row, dict)] if isinstance(result, list) else []
        return {int(row[fold.key]): row for row in rows if _is_id(row.get(fold.key))}, answer


def _end_unwanted(task: asyncio.Task[None], readers: Iterator[Reader], *_done: Reader) -> None:
    """Ends a list as soon as nobody waits for it: looks at its readers one after the other, each when it is done."""
    for reader in readers:
        if not reader.done():
            reader.add_done_callback(partial(_end_unwanted, task, readers))
            return
    task.cancel()


def _list_order(part: _Group) -> Order:
    fold, order = part.fold, part.order
    like = {name: order.arguments[name] for name in fold.like if name in order.arguments}
    argument, _, name = fold.filter.partition(".")
    return order._replace(method=fold.list, arguments={**like, **fold.send, argument: {name: list(part.waiting)}})


def _id_of(order: Order, fold: Fold) -> int | None:
    """The id that an order reads; `None` where it says more than a list could be asked for."""
    value: Any = order.arguments.get(fold.id)
    return int(value) if _is_id(value) and fold.arguments.issuperset(order.arguments) else None


def _is_id(value: Any) -> bool:
    if isinstance(value, str) and len(value) <= _MOST_DIGITS and value.isdecimal() and value.isascii():
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
