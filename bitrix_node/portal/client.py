"""The portal, as everything above sees it: `await portal.call(method, arguments)`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from bitrix_node.portal.activity import Activity
from bitrix_node.portal.batching import CLOSED, MOST_PARALLEL, Batcher
from bitrix_node.portal.calls import Call, Order
from bitrix_node.portal.errors import NoAnswer, NotSent, PortalError, QuotaSpent, Recalled, TokenEnded
from bitrix_node.portal.folding import Folder
from bitrix_node.portal.limits.quota import MethodKey, Quotas
from bitrix_node.portal.limits.sharing import limiter
from bitrix_node.portal.retry import Attempts, may_go_on
from bitrix_node.portal.scope import Scope
from bitrix_node.portal.settings import PortalSettings
from bitrix_node.portal.statistics import Statistics
from bitrix_node.portal.tokens import Renew, Tokens
from bitrix_node.portal.transport import Transport

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    import aiohttp

    from bitrix_node.credentials import Endpoint
    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.clock import Clock

FILES_BESIDE = 8
"""Connections for files that are fetched while requests travel."""


class Portal:
    """A client of one portal under one credential.

    Args:
        endpoint: where to send and what to add.
        renew: gets a fresh endpoint when the token has ended; without it `TokenEnded` reaches the caller.
        settings: limits, timeouts and retries.
    """

    def __init__(self, endpoint: Endpoint, renew: Renew | None = None, settings: PortalSettings | None = None) -> None:
        self._settings = settings or PortalSettings()
        self._tokens = Tokens(endpoint, renew)
        self._transport = Transport(self._settings.timeouts, MOST_PARALLEL + FILES_BESIDE)
        self.statistics = Statistics()
        clock, limits = self._settings.clock, self._settings.limits(endpoint)
        self._limiter = limiter(endpoint.portal, limits, self._settings.redis.strip(), clock)
        self.activity = Activity()
        self._limiter.told = self.activity.limited
        self._quotas = Quotas(clock)
        self._batcher = Batcher(self._transport, self._limiter, self.statistics, self._tokens, self._quotas.answered)
        self._sent_again: set[asyncio.Task[None]] = set()
        self._folder = Folder(self._send)

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use now."""
        return self._tokens.current

    @property
    def secrets(self) -> frozenset[str]:
        """Every text that may not be shown."""
        return self._tokens.secrets

    @property
    def clock(self) -> Clock:
        """The time to wait by."""
        return self._settings.clock

    def scope(self) -> Scope:
        """A run of its own, which can be stopped without stopping others."""
        return Scope(self)

    async def call(self, method: str, arguments: dict[str, Any] | None = None, *, version: int = 2) -> Answer:
        """Calls a method on its own account; see `Scope.call`."""
        return await self.scope().call(method, arguments, version=version)

    async def send(self, order: Order) -> Answer:
        """Sends an order until it is answered or may not be sent again; reads by id share lists.

        Raises:
            PortalError: the typed error; see `portal.errors`.
            CredentialError: when the token has ended and there is no fresh one to be had.
        """
        shared = self.join(order)
        return (shared and await shared) or await self._send(order)

    def join(self, order: Order) -> asyncio.Future[Answer | None] | None:
        """Begins a read by id that shares a list with others; see `Folder.join`."""
        return self._folder.join(order)

    def begin(self, order: Order) -> Call | None:
        """Sends an order without anybody waiting: what may be sent again is, until the call has its final answer.

        Returns:
            `None` where computing time of its method has to be waited for.

        Raises:
            NotSent: when its run was stopped.
        """
        if self._quotas.held_until(order.key) is not None:
            return None
        call = self._submitted(order)
        call.rescue = self._rescue
        return call

    def _rescue(self, call: Call, error: PortalError) -> None:
        """Goes on with a call that nobody waits for after an error, or ends it."""
        if not may_go_on(error):
            call.answer.set_exception(error)
            return
        task = call.going_on = asyncio.create_task(self._go_on(call, error))
        self._sent_again.add(task)
        task.add_done_callback(self._sent_again.discard)

    async def _go_on(self, call: Call, error: PortalError) -> None:
        try:
            answer = await self._send(call.order, call.failed(error))
        except asyncio.CancelledError:
            call.fail(NotSent(CLOSED, method=call.method))
            raise
        except Exception as final:
            call.fail(final)
        else:
            if not call.answer.done():
                call.answer.set_result(answer)

    async def _send(self, order: Order, call: Call | None = None) -> Answer:
        """Sends an order until it is answered; `call` is how it was sent already."""
        attempts = Attempts(self._settings.retry, writes=order.writes, clock=self._settings.clock)
        place, again, renewed = 0, False, False
        while True:
            if call is None:
                await self._wait_for_quota(order, attempts)
                call = self._submitted(order, place, again=again)
            place = call.place
            try:
                return await _answer_to(call)
            except Recalled:
                call = None
                continue
            except TokenEnded:
                if renewed or order.token is not None or not self._tokens.renewable:
                    raise
                renewed = True
                await self._tokens.replace(call.endpoint)
            except QuotaSpent as error:
                self._hold(order.key, error)
            except PortalError as error:
                await attempts.pause_after(error)
            call, again = None, True
            self.statistics.repeated += 1

    async def _wait_for_quota(self, order: Order, attempts: Attempts) -> None:
        """Waits while the method has no computing time left.

        Raises:
            QuotaSpent: when that would take too long.
            NotSent: when the run is stopped meanwhile.
        """
        key = order.key
        while (until := self._quotas.held_until(key)) is not None:
            order.scope.refuse_when_stopped(order)
            if not attempts.may_wait_for_quota(until, order.scope.deadline):
                raise self._quotas.error(key, order.method)
            with self.activity.waiting_for_quota(order.method, until - self.clock.time()):
                await order.scope.pause_until(until, self.clock)

    def _hold(self, key: MethodKey, error: QuotaSpent) -> None:
        """Holds back a method that was refused; the calls of it that wait to be sent decide anew.

        Raises:
            QuotaSpent: when nobody knows until when.
        """
        if self._quotas.refused(key):
            recalled = Recalled("its computing time is used up")
            self._batcher.take_back(lambda call: call.order.key == key, recalled)
        if self._quotas.held_until(key) is None:
            raise self._quotas.error(key, error.method, error.message) from None

    def expect(self, more: int) -> None:
        """Changes the number of calls that are known to come; see `Batcher.expect`."""
        self._batcher.expect(more)

    def take_back(self, scope: Scope, reason: str) -> None:
        """Fails the waiting, droppable calls of a run."""
        self._batcher.take_back(lambda call: call.order.droppable and call.order.scope is scope, NotSent(reason))

    async def download(self, address: str) -> AsyncIterator[aiohttp.ClientResponse | bytes]:
        """A file of the portal, asked for again as long as nothing of it has come; see `Transport.stream`."""
        attempts = Attempts(self._settings.retry, writes=False, clock=self._settings.clock)
        while True:
            begun = False
            try:
                async for piece in self._transport.stream(address):
                    begun = True
                    yield piece
            except PortalError as error:
                if begun:
                    raise
                await attempts.pause_after(error)
            else:
                return

    async def close(self) -> None:
        """Ends what is on its way and closes the connections."""
        await self._folder.close()
        await self._batcher.close()
        # What the batcher has just ended takes note of it; what pauses still has not been sent.
        await asyncio.sleep(0)
        for task in self._sent_again:
            task.cancel()
        await asyncio.gather(*self._sent_again, return_exceptions=True)
        await self._tokens.close()
        await self._transport.close()
        await self._limiter.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _submitted(self, order: Order, place: int = 0, *, again: bool = False) -> Call:
        """The call, waiting to be sent; at the place that it had, if it was sent before.

        Raises:
            NotSent: when the run was stopped.
        """
        order.scope.refuse_when_stopped(order)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        call = Call(order, answer, place)
        self._batcher.submit(call, again=again)
        return call


async def _answer_to(call: Call) -> Answer:
    try:
        return await call.answer
    except NoAnswer as error:
        error.sent = call.sent
        raise
    except asyncio.CancelledError:
        call.order.scope.note_unanswered(call)
        raise
