"""One run of an action over its input items."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from bitrix_node.credentials.redaction import redact
from bitrix_node.handlers import ActionFailed, begin, perform
from bitrix_node.portal.errors import NotSent, TokenEnded
from bitrix_node.runtime.failures import FailureWriter, ItemFailure
from bitrix_node.runtime.items import Item, output_items
from bitrix_node.runtime.preparation import ItemInput, Preparation
from bitrix_node.runtime.progress import Progress, Reporter
from bitrix_node.runtime.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bitrix_node.definitions import Operation
    from bitrix_node.handlers import Begun, Outcome, Prepared
    from bitrix_node.portal import Portal

BEGUN_TOGETHER = 250
"""Items whose calls share requests at once: enough to fill several."""

Reason: TypeAlias = Literal["token", "deadline"]


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run came to.

    Attributes:
        items: the output, in input order; of a run that a failure stopped, that of the items carried out.
        remaining: indexes of items for which nothing has been changed.
        reason: why items remain: the token has ended, or the time is up.
        failure: what stopped the run, when failures do.
        done: indexes of the items that were carried out.
    """

    items: list[Item]
    remaining: list[int] = field(default_factory=list)
    reason: Reason | None = None
    failure: ItemFailure | None = None
    done: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a run behaves.

    Attributes:
        continue_on_fail: whether a failed item becomes an error item instead of stopping the run.
        strict: whether unknown parameters are refused.
        deadline: time of the event loop's clock after which nothing more is begun.
        hand_back_tokens: whether items remain when the access token ends, because the host renews it.
        progress: told how far the run has come.
    """

    continue_on_fail: bool = False
    strict: bool = True
    deadline: float | None = None
    hand_back_tokens: bool = False
    progress: Progress | None = None


def in_order(prepared: Iterable[Prepared]) -> bool:
    """Whether each item waits for the one before it: one that asks for order needs the others to keep to it too."""
    return any(entry.choices.in_order for entry in prepared)


class Execution:
    """Runs one operation over items.

    Args:
        portal: whom to ask.
        resource: value of the resource.
        operation: what to do.
        options: how to behave.
    """

    def __init__(self, portal: Portal, resource: str, operation: Operation, options: RunOptions | None = None) -> None:
        self._portal, self._operation = portal, operation
        self._options = options or RunOptions()
        self._scope = portal.scope()
        self._resource = resource
        self._keeps_going = self._options.continue_on_fail or operation.keeps_going
        self._outputs: dict[int, list[Item]] = {}
        self._failures: dict[int, ItemFailure] = {}
        self._remaining: list[int] = []
        self._reason: Reason | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._on_the_way: dict[int, Begun] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._all_taken = asyncio.Event()
        self._reporter = Reporter(self._options.progress, portal, self._scope)
        self._turns = Turns(operation)

    async def run(self, inputs: Sequence[ItemInput]) -> RunResult:
        """Carries out the operation for every item, all at once as far as the portal allows."""
        self._reporter.total = len(inputs)
        if self._options.deadline is not None:
            self.end_by(self._options.deadline)
        try:
            prepared = self._prepare(inputs)
            if not self._failures or self._keeps_going:
                with self._portal.activity.watched(self._reporter.tell):
                    await self._carry_out(prepared)
        except asyncio.CancelledError:
            self._reporter.cancelled(self._items(inputs))
            raise
        finally:
            self._cancel_timer()
        return self._result(inputs)

    def end_by(self, moment: float) -> None:
        """Sets the time of the event loop's clock after which nothing more is begun."""
        self._cancel_timer()
        self._scope.deadline = moment
        self._timer = asyncio.get_running_loop().call_at(moment, self._stop, "deadline")

    def _prepare(self, inputs: Sequence[ItemInput]) -> list[tuple[int, Prepared]]:
        """Reads all parameters first: bad input is refused before anything is sent."""
        preparation = Preparation(self._operation, lambda: self._portal.endpoint, strict=self._options.strict)
        prepared = []
        for item in inputs:
            try:
                prepared.append((item.index, preparation.prepare(item)))
            except Exception as error:
                self._fail(item.index, error)
        self._turns = Turns(self._operation, prepared)
        return prepared

    async def _carry_out(self, prepared: Sequence[tuple[int, Prepared]]) -> None:
        if in_order(entry for _, entry in prepared):
            for index, entry in prepared:
                await self._run_item(index, entry)
            return
        try:
            await self._begin_all(prepared)
            if self._on_the_way:
                self._all_taken.clear()
                await self._all_taken.wait()
            await asyncio.gather(*self._tasks)
        finally:
            await self._abandon()

    async def _begin_all(self, prepared: Sequence[tuple[int, Prepared]]) -> None:
        """Begins every item; the portal works on the first of them while the others are begun."""
        calling = 0
        shared: list[tuple[int, Prepared]] = []
        for place, (index, entry) in enumerate(prepared, start=1):
            begun = self._begin_item(index, entry)
            if begun is not None and begun.call is None:
                shared.append((index, entry))
                continue
            calling += 1
            if calling % BEGUN_TOGETHER == 0:
                self._scope.expect(len(prepared) - place)
                await asyncio.sleep(0)
        self._scope.expect(0)
        if shared:
            self._tasks.append(asyncio.create_task(self._take_shared(shared)))

    def _begin_item(self, index: int, entry: Prepared, *, joins: bool = True) -> Begun | None:
        """Begins an item, if there is nothing to be done for it but a call."""
        try:
            begun = begin(self._operation, entry, self._scope, joins=joins)
        except Exception as error:
            self._settle_error(index, error, own_token=entry.choices.token is not None)
            self._progressed()
            return None
        if begun is None:
            self._tasks.append(asyncio.create_task(self._run_item(index, entry)))
            return None
        self._on_the_way[index] = begun
        if begun.call is not None:
            begun.answer.add_done_callback(partial(self._take, index, entry))
        return begun

    async def _take_shared(self, shared: Sequence[tuple[int, Prepared]]) -> None:
        """Takes the answers of items that share lists: they come together, so that one task is enough for all."""
        for index, entry in shared:
            answer = self._on_the_way[index].answer
            with suppress(Exception):
                await answer
            self._take(index, entry, answer)

    def _take(self, index: int, entry: Prepared, answer: asyncio.Future[Any]) -> None:
        """Takes the answer of an item that was begun; a read that a list does not settle is sent by itself."""
        begun = self._on_the_way.pop(index, None)
        if begun is None:
            return
        try:
            outcome = begun.outcome()
            if outcome is None:
                self._begin_item(index, entry, joins=False)
            else:
                self._hand_out(index, outcome)
        except Exception as error:
            self._settle_error(index, error, own_token=entry.choices.token is not None)
            self._progressed()
        finally:
            if not self._on_the_way:
                self._all_taken.set()

    async def _abandon(self) -> None:
        """Ends whatever of the run is still on its way."""
        self._scope.expect(0)
        begun, self._on_the_way = self._on_the_way, {}
        for index, entry in begun.items():
            self._take_in_passing(index, entry)
        await self._scope.abandon([entry.call for entry in begun.values() if entry.call is not None])
        for entry in begun.values():
            entry.answer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _take_in_passing(self, index: int, begun: Begun) -> None:
        """Takes an answer that came in the moment in which the run was ended."""
        if begun.answer.done() and not begun.answer.cancelled() and begun.answer.exception() is None:
            with suppress(Exception):
                outcome = begun.outcome()
                if outcome is not None:
                    self._hand_out(index, outcome)

    def _hand_out(self, index: int, outcome: Outcome) -> None:
        if not outcome.clean:
            outcome = outcome.showing(redact(outcome.items, self._portal.secrets))
        self._outputs[index] = output_items(outcome, index)
        self._progressed()

    def _progressed(self) -> None:
        self._reporter.advance(len(self._outputs) + len(self._failures), self._reporter.total)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop(self, reason: Reason) -> None:
        self._reason = self._reason or reason
        self._scope.stop(reason)

    async def _run_item(self, index: int, prepared: Prepared) -> None:
        try:
            async with self._turns.of(index):
                outcome = await perform(self._operation, prepared, self._scope)
        except Exception as error:
            self._settle_error(index, error, own_token=prepared.choices.token is not None)
            self._progressed()
        else:
            self._hand_out(index, outcome)

    def _settle_error(self, index: int, error: Exception, *, own_token: bool) -> None:
        untouched = isinstance(error, ActionFailed) and not error.done
        cause = error.cause if isinstance(error, ActionFailed) else error
        if isinstance(cause, NotSent) and untouched and self._scope.stopped is not None:
            self._remaining.append(index)
        elif isinstance(cause, TokenEnded) and untouched and self._options.hand_back_tokens and not own_token:
            self._remaining.append(index)
            self._stop("token")
        else:
            self._fail(index, error)
            if not self._keeps_going:
                self._scope.stop("an earlier item failed")

    def _fail(self, index: int, error: Exception) -> None:
        writer = FailureWriter(self._resource, self._operation.operation, self._portal.secrets)
        self._failures[index] = writer.failure(index, error)

    def _result(self, inputs: Sequence[ItemInput]) -> RunResult:
        done = sorted(self._outputs)
        if self._failures and not self._keeps_going:
            return RunResult(self._items(inputs), failure=self._failures[min(self._failures)], done=done)
        reason = self._reason if self._remaining else None
        return RunResult(self._items(inputs), sorted(self._remaining), reason, None, done)

    def _items(self, inputs: Sequence[ItemInput]) -> list[Item]:
        """What the items came to so far, in input order; failures among them where the run goes on after one."""
        items: list[Item] = []
        for item in inputs:
            if item.index in self._outputs:
                items += self._outputs[item.index]
            elif self._keeps_going and item.index in self._failures:
                items.append(self._failures[item.index].as_item())
        return items
