"""The portal, as everything above sees it: `await portal.call(method, arguments)`."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bitrix_node.portal.activity import Activity
from bitrix_node.portal.batching import MOST_PARALLEL, Batcher
from bitrix_node.portal.calls import Call, Order
from bitrix_node.portal.errors import NoAnswer, NotSent, PortalError, QuotaSpent, Recalled, TokenEnded
from bitrix_node.portal.folding import Folder
from bitrix_node.portal.limits.quota import MethodKey, Quotas
from bitrix_node.portal.limits.sharing import limiter
from bitrix_node.portal.retry import Attempts, tick
from bitrix_node.portal.settings import PortalSettings
from bitrix_node.portal.statistics import Statistics
from bitrix_node.portal.tokens import Renew, Tokens
from bitrix_node.portal.transport import Transport
from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine
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
        self._overrides: dict[str, Endpoint] = {}
        self._transport = Transport(self._settings.timeouts, MOST_PARALLEL + FILES_BESIDE)
        self.statistics = Statistics()
        clock, limits = self._settings.clock, self._settings.limits(endpoint)
        self._limiter = limiter(endpoint.portal, limits, self._settings.redis.strip(), clock)
        self.activity = Activity()
        self._limiter.told = self.activity.limited
        self._batcher = Batcher(self._transport, self._limiter, self.statistics, lambda: self.secrets)
        self._quotas = Quotas(clock)
        self._folder = Folder(self._send)

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use now."""
        return self._tokens.current

    @property
    def secrets(self) -> frozenset[str]:
        """Every text that may not be shown."""
        if not self._overrides:
            return self.endpoint.secrets
        overrides = (endpoint.secrets for endpoint in self._overrides.values())
        return self.endpoint.secrets.union(*overrides)

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

    async def _send(self, order: Order) -> Answer:
        attempts = Attempts(self._settings.retry, writes=order.writes, clock=self._settings.clock)
        key = (order.token, order.method.lower())
        again = renewed = False
        while True:
            await self._wait_for_quota(order, key, attempts)
            endpoint = self._endpoint_for(order.token)
            try:
                answer = await self._submit(order, endpoint, again=again)
            except Recalled:
                continue
            except TokenEnded:
                if renewed or order.token is not None or not self._tokens.renewable:
                    raise
                renewed = True
                await self._tokens.replace(endpoint)
            except QuotaSpent as error:
                self._hold(key, error)
            except PortalError as error:
                await attempts.pause_after(error)
            else:
                self._quotas.answered(key, answer.time)
                return answer
            again = True
            self.statistics.repeated += 1

    async def _wait_for_quota(self, order: Order, key: MethodKey, attempts: Attempts) -> None:
        """Waits while the method has no computing time left.

        Raises:
            QuotaSpent: when that would take too long.
            NotSent: when the run is stopped meanwhile.
        """
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
            self._batcher.take_back(lambda call: (call.order.token, call.method.lower()) == key, recalled)
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
        await self._tokens.close()
        await self._transport.close()
        await self._limiter.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _endpoint_for(self, token: str | None) -> Endpoint:
        if token is None:
            return self._tokens.current
        if token not in self._overrides:
            self._overrides[token] = self._tokens.current.with_token(token)
        return self._overrides[token]

    async def _submit(self, order: Order, endpoint: Endpoint, *, again: bool) -> Answer:
        order.scope.refuse_when_stopped(order)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        call = Call(order, endpoint, answer)
        self._batcher.submit(call, again=again)
        try:
            return await answer
        except NoAnswer as error:
            error.sent = call.sent
            raise
        except asyncio.CancelledError:
            if order.writes and call.sent is not None:
                order.scope.unanswered.append(order.method)
            raise


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

    def call(
        self,
        method: str,
        arguments: dict[str, Any] | None = None,
        *,
        version: int = 2,
        writes: bool | None = None,
        droppable: bool = False,
        token: str | None = None,
        shared: bool = False,
        alone: bool = False,
    ) -> Coroutine[Any, Any, Answer]:
        """Calls a method; its answer is to be awaited.

        Args:
            method: name of the REST method.
            arguments: what to send.
            version: 2, or 3 for REST 3.0.
            writes: whether it changes anything; told by its name where not given.
            droppable: whether it may be taken back by `stop` while it waits to be sent.
            token: access token to use in place of the credential's.
            shared: whether the answer to the same call earlier in this run will do.
            alone: whether it may not share a request with other calls.

        Raises:
            PortalError: the typed error; see `portal.errors`.
        """
        writes = method_habits().writes(method) if writes is None else writes
        order = Order(self, method, arguments or {}, version, writes, droppable, token, alone)
        return self._answer_once(order) if shared else self._portal.send(order)

    def join(
        self, method: str, arguments: dict[str, Any], *, version: int, droppable: bool, token: str | None
    ) -> asyncio.Future[Answer | None] | None:
        """Begins a read by id that shares a list with others; see `Folder.join`."""
        return self._portal.join(
            Order(self, method, arguments, version, writes=False, droppable=droppable, token=token)
        )

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
