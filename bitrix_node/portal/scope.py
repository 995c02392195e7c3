"""One run's way to the portal: its calls, what they share, and how it is stopped."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from bitrix_node.portal.calls import Order
from bitrix_node.portal.errors import NotSent
from bitrix_node.portal.retry import tick
from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterable

    import aiohttp

    from bitrix_node.credentials import Endpoint
    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.calls import Call
    from bitrix_node.portal.client import Portal
    from bitrix_node.portal.clock import Clock


class Manner(TypedDict, total=False):
    """How a call is made; see `Scope.order`."""

    version: int
    writes: bool | None
    droppable: bool
    token: str | None
    alone: bool


class Scope:
    """One run's way to the portal: handlers simply await `call`.

    Attributes:
        stopped: why nothing more is begun; `None` as long as the run goes on.
        deadline: when that is going to happen, in seconds of the event loop's clock; `None` for no such time.
        unanswered: the methods of writes that had been sent, and brought no answer until they were cancelled.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._shared: dict[str, asyncio.Task[Answer]] = {}
        self._pauses: set[asyncio.Task[None]] = set()
        self._coming = 0
        self.stopped: str | None = None
        self.unanswered: list[str] = []
        self.deadline: float | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use now."""
        return self._portal.endpoint

    def order(
        self,
        method: str,
        arguments: dict[str, Any] | None = None,
        *,
        version: int = 2,
        writes: bool | None = None,
        droppable: bool = False,
        token: str | None = None,
        alone: bool = False,
    ) -> Order:
        """A call of this run, to be sent.

        Args:
            method: name of the REST method.
            arguments: what to send.
            version: 2, or 3 for REST 3.0.
            writes: whether it changes anything; told by its name where not given.
            droppable: whether it may be taken back by `stop` while it waits to be sent.
            token: access token to use in place of the credential's.
            alone: whether it may not share a request with other calls.
        """
        writes = method_habits().writes(method) if writes is None else writes
        return Order(self, method, arguments or {}, version, writes, droppable, token, alone)

    def call(
        self, method: str, arguments: dict[str, Any] | None = None, *, shared: bool = False, **how: Unpack[Manner]
    ) -> Coroutine[Any, Any, Answer]:
        """Calls a method; see `order` for the arguments and `send` for the rest."""
        return self.send(self.order(method, arguments, **how), shared=shared)

    def send(self, order: Order, *, shared: bool = False) -> Coroutine[Any, Any, Answer]:
        """Sends an order; its answer is to be awaited.

        Args:
            order: what to send.
            shared: whether the answer to the same call earlier in this run will do.

        Raises:
            PortalError: the typed error; see `portal.errors`.
        """
        return self._answer_once(order) if shared else self._portal.send(order)

    def begin(self, order: Order) -> Call | None:
        """Sends an order without anybody waiting; see `Portal.begin`."""
        return self._portal.begin(order)

    def join(self, order: Order) -> asyncio.Future[Answer | None] | None:
        """Begins a read by id that shares a list with others; see `Folder.join`."""
        return self._portal.join(order)

    async def abandon(self, calls: Iterable[Call]) -> None:
        """Gives up calls that were begun; those that have been sent and change something count as unanswered."""
        going_on = []
        for call in calls:
            if call.going_on is not None:
                call.going_on.cancel()
                going_on.append(call.going_on)
            elif not call.answer.done():
                self.note_unanswered(call)
            call.answer.cancel()
        await asyncio.gather(*going_on, return_exceptions=True)

    def note_unanswered(self, call: Call) -> None:
        """Notes a call that was cancelled, if it may have changed something."""
        if call.order.writes and call.sent is not None:
            self.unanswered.append(call.method)

    def expect(self, calls: int) -> None:
        """Tells how many calls of this run are still to come, so that those before them travel as full as needed."""
        self._portal.expect(calls - self._coming)
        self._coming = calls

    async def _answer_once(self, order: Order) -> Answer:
        """The answer to a call that is sent once a run, or again where it brought none."""
        key = json.dumps([order.method, order.arguments, order.version, order.token], sort_keys=True, default=str)
        if key not in self._shared:
            task = asyncio.create_task(self._portal.send(order))
            task.add_done_callback(partial(self._forget_failed, key))
            self._shared[key] = task
        return await asyncio.shield(self._shared[key])

    def _forget_failed(self, key: str, task: asyncio.Task[Answer]) -> None:
        if task.cancelled() or task.exception() is not None:
            del self._shared[key]

    def download(self, address: str) -> AsyncIterator[aiohttp.ClientResponse | bytes]:
        """A file of the portal; see `Transport.stream`."""
        return self._portal.download(address)

    def stop(self, reason: str) -> None:
        """Takes back every droppable call of this run that has not been sent, and refuses further ones."""
        if self.stopped is None:
            self.stopped = reason
            self._portal.take_back(self, reason)
            for pause in self._pauses:
                pause.cancel()

    def refuse_when_stopped(self, order: Order) -> None:
        """Takes back an order of a run that was stopped.

        Raises:
            NotSent: when it may be dropped.
        """
        if self.stopped is not None and order.droppable:
            raise NotSent(self.stopped, method=order.method)

    async def pause(self, seconds: float) -> None:
        """Waits, or until the run is stopped; who waits as long as others goes on together with them."""
        clock = self._portal.clock
        await self.pause_until(tick(clock.time() + seconds), clock)

    async def pause_until(self, moment: float, clock: Clock) -> None:
        """Waits until the moment, or until the run is stopped."""
        pause = asyncio.create_task(clock.sleep_until(moment))
        self._pauses.add(pause)
        try:
            await asyncio.wait([pause])
        finally:
            self._pauses.discard(pause)
            pause.cancel()
