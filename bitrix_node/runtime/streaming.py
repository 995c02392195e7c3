"""A run whose items are handed out as they come, in input order, so that none of them stays in memory.

Every input item is begun ahead of its turn as far as its first part: a page of rows, or all that it comes to. Further
pages are read when it is its turn, and only as fast as they are taken.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import aclosing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials.redaction import redact
from bitrix_node.handlers import perform_in_parts
from bitrix_node.runtime.execution import Execution, in_order
from bitrix_node.runtime.items import Item, output_items

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from bitrix_node.handlers import Outcome, Prepared
    from bitrix_node.runtime.failures import ItemFailure
    from bitrix_node.runtime.preparation import ItemInput

ITEMS_AHEAD = 1000
"""How many items may be begun before it is their turn."""

LISTS_AHEAD = 200
"""The same for actions that list: each of their items holds a page of rows."""

ITEMS_TOGETHER = 50
"""How many items are begun together, so that their calls fill a batch."""


class RunFailed(Exception):
    """An item failed and failures stop the run.

    Attributes:
        failure: which item, what happened, what to do.
        done: indexes of the items that had been carried out.
        items: the output of those whose turn had not come.
    """

    def __init__(self, failure: ItemFailure, done: Sequence[int], items: Sequence[Item]) -> None:
        self.failure, self.done, self.items = failure, done, items
        super().__init__(failure.message)


@dataclass(frozen=True, slots=True)
class _Begun:
    """An input item that has been begun.

    Attributes:
        index: its place in the input.
        parts: what it comes to.
        first: the first part on its way; ends in `None` when there is none, or the item failed.
        own_token: whether it brings its access token along.
    """

    index: int
    parts: AsyncGenerator[Outcome, None]
    first: asyncio.Task[Outcome | None]
    own_token: bool


class StreamedExecution(Execution):
    """Runs one operation over items and hands out what they come to; see `Execution` for the arguments."""

    async def parts(self, inputs: Sequence[ItemInput]) -> AsyncGenerator[list[Item], None]:
        """Output items in input order, as many together as came together.

        Raises:
            RunFailed: when an item fails and failures stop the run; the items before it have been handed out.
        """
        self._reporter.total = len(inputs)
        values = dict(self._prepare(inputs))
        self._most_ahead = self._most_begun(values)
        if self._failures and not self._keeps_going:
            raise self._run_failed([], [])
        waiting, begun, done = deque(item.index for item in inputs), deque[_Begun | int](), list[int]()
        stopped = False
        try:
            with self._portal.activity.watched(self._reporter.tell):
                while waiting or begun:
                    self._begin(waiting, begun, values)
                    entry = begun.popleft()
                    async with aclosing(self._taken(entry)) as parts:
                        async for part in parts:
                            yield part
                    index = entry if isinstance(entry, int) else entry.index
                    if index not in self._failures and index not in self._remaining:
                        done.append(index)
                    elif self._keeps_going:
                        yield [self._failures.pop(index).as_item()]
                    else:
                        outcomes = await _outcomes(begun)
                        raise self._run_failed(done + list(outcomes), self._not_handed_out(outcomes))
                    self._reporter.advance(len(inputs) - len(waiting) - len(begun), len(inputs))
        except (asyncio.CancelledError, GeneratorExit) as error:
            stopped = True
            if self._in_parts or isinstance(error, asyncio.CancelledError):
                begun.appendleft(entry)  # otherwise all of it has been handed out
            raise
        finally:
            self._scope.expect(0)
            await self._give_up(begun)
            if stopped:
                await self._tell_of_the_end(len(inputs) - len(waiting) - len(begun), len(inputs), begun)

    def _begin(self, waiting: deque[int], begun: deque[_Begun | int], values: dict[int, Prepared]) -> None:
        """Begins further items when there is room for enough of them, and keeps the places of those that failed."""
        room = self._most_ahead - len(begun)
        if begun and room < ITEMS_TOGETHER:
            return
        for _ in range(min(room, len(waiting))):
            index = waiting.popleft()
            begun.append(self._begun(index, values.pop(index)) if index in values else index)
        self._scope.expect(len(waiting))

    def _most_begun(self, values: dict[int, Prepared]) -> int:
        """How many items are begun before the foremost one is done."""
        if in_order(values.values()):
            return 1
        lists = any(request.handler == "list" for request in self._operation.calls)
        return LISTS_AHEAD if lists else ITEMS_AHEAD

    @cached_property
    def _in_parts(self) -> bool:
        """Whether an item may come to more than one part: the pages of a list, where it ends in one."""
        last = (*self._operation.requests, *self._operation.steps[-1:])
        return any(request.handler == "list" for request in last)

    def _begun(self, index: int, prepared: Prepared) -> _Begun:
        parts = perform_in_parts(self._operation, prepared, self._scope)
        own_token = prepared.choices.token is not None
        return _Begun(index, parts, asyncio.create_task(self._next(index, parts, own_token=own_token)), own_token)

    async def _next(self, index: int, parts: AsyncGenerator[Outcome, None], *, own_token: bool) -> Outcome | None:
        try:
            async with self._turns.of(index):
                return await anext(parts, None)
        except Exception as error:
            self._settle_error(index, error, own_token=own_token)
            return None

    async def _taken(self, entry: _Begun | int) -> AsyncGenerator[list[Item], None]:
        """The parts of an item whose turn it is."""
        if isinstance(entry, int):
            return
        async with aclosing(entry.parts) as parts:
            part = await entry.first
            while part is not None:
                yield self._shown(part, entry.index)
                part = await self._next(entry.index, parts, own_token=entry.own_token)

    def _shown(self, part: Outcome, index: int) -> list[Item]:
        shown: Any = redact(part.items, self._portal.secrets)
        return output_items(part.showing(shown), index)

    def _run_failed(self, done: Sequence[int], items: Sequence[Item]) -> RunFailed:
        return RunFailed(self._failures[min(self._failures)], done, items)

    def _not_handed_out(self, outcomes: Mapping[int, Outcome]) -> list[Item]:
        """What items came to before it was their turn; a page of a list's rows is not all that it comes to."""
        if self._in_parts:
            return []
        return [item for index, outcome in outcomes.items() for item in self._shown(outcome, index)]

    async def _tell_of_the_end(self, done: int, total: int, begun: Sequence[_Begun | int]) -> None:
        """Tells that the run was stopped, and what the items had come to whose turn had not come."""
        outcomes = {} if self._in_parts else await _outcomes(begun)
        indexes = [entry if isinstance(entry, int) else entry.index for entry in begun]
        ended = [index for index in indexes if index in outcomes or index in self._failures]
        items: list[Item] = []
        for index in ended:
            if index in outcomes:
                items += self._shown(outcomes[index], index)
            elif self._keeps_going:
                items.append(self._failures[index].as_item())
        self._reporter.done, self._reporter.total = done + len(ended), total
        self._reporter.cancelled(items)

    async def _give_up(self, begun: deque[_Begun | int]) -> None:
        """Ends what nobody waits for any more; what has been sent is not taken back."""
        if begun:
            self._scope.stop("its reader has gone")
        for entry in begun:
            if isinstance(entry, _Begun):
                entry.first.cancel()
                await asyncio.wait([entry.first])
                await entry.parts.aclose()


async def _outcomes(begun: Sequence[_Begun | int]) -> dict[int, Outcome]:
    """What items came to although it is not their turn, by their indexes."""
    entries = [entry for entry in begun if isinstance(entry, _Begun)]
    if entries:
        await asyncio.wait([entry.first for entry in entries])
    firsts = ((entry.index, None if entry.first.cancelled() else entry.first.result()) for entry in entries)
    return {index: outcome for index, outcome in firsts if outcome is not None}
