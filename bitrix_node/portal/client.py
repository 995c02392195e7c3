"""The portal, as everything above sees it: `await portal.call(method, arguments)`."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.portal.batching import Batcher
from bitrix_node.portal.calls import Call, Order
from bitrix_node.portal.clock import Clock
from bitrix_node.portal.errors import NotSent, PortalError, TokenEnded
from bitrix_node.portal.limits.sharing import REDIS_VARIABLE, limiter
from bitrix_node.portal.retry import Attempts, RetryPolicy
from bitrix_node.portal.statistics import Statistics
from bitrix_node.portal.tokens import Renew, Tokens
from bitrix_node.portal.transport import Timeouts, Transport
from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from types import TracebackType

    import aiohttp

    from bitrix_node.credentials import Endpoint
    from bitrix_node.portal.answers import Answer


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """How the client behaves.

    Attributes:
        burst: size of the portal's bucket of requests; the credential's where not given.
        rate: requests a second that drain from it; the credential's where not given.
        redis_url: the Redis through which processes share that bucket; `BITRIX24_REDIS_URL` where not given, and none
            where empty.
        timeouts: how long to wait for the network.
        retry: what is sent again, and when.
        clock: the time to wait by.
    """

    burst: int | None = None
    rate: float | None = None
    redis_url: str | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    clock: Clock = field(default_factory=Clock)

    def limits(self, endpoint: Endpoint) -> RequestLimits | None:
        """What is stated of the portal's limits: here, or in the credential."""
        if self.rate is None and self.burst is None:
            return endpoint.limits
        stated = endpoint.limits or RequestLimits()
        return RequestLimits(self.rate or stated.rate, self.burst or stated.burst)

    @property
    def redis(self) -> str:
        """The Redis to share limits through; empty for none."""
        return os.environ.get(REDIS_VARIABLE, "") if self.redis_url is None else self.redis_url


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
        self._transport = Transport(self._settings.timeouts)
        self.statistics = Statistics()
        clock, limits = self._settings.clock, self._settings.limits(endpoint)
        self._limiter = limiter(endpoint.portal, limits, self._settings.redis.strip(), clock)
        self._batcher = Batcher(self._transport, self._limiter, self.statistics)

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use now."""
        return self._tokens.current

    @property
    def secrets(self) -> frozenset[str]:
        """Every text that may not be shown."""
        overrides = (endpoint.secrets for endpoint in self._overrides.values())
        return self.endpoint.secrets.union(*overrides)

    def scope(self) -> Scope:
        """A run of its own, which can be stopped without stopping others."""
        return Scope(self)

    async def call(self, method: str, arguments: dict[str, Any] | None = None, *, version: int = 2) -> Answer:
        """Calls a method on its own account; see `Scope.call`."""
        return await self.scope().call(method, arguments, version=version)

    async def send(self, order: Order) -> Answer:
        """Sends an order until it is answered or may not be sent again.

        Raises:
            PortalError: the typed error; see `portal.errors`.
            CredentialError: when the token has ended and there is no fresh one to be had.
        """
        attempts = Attempts(self._settings.retry, writes=order.writes)
        again = renewed = False
        while True:
            endpoint = self._endpoint_for(order.token)
            try:
                return await self._submit(order, endpoint, again=again)
            except TokenEnded:
                if renewed or order.token is not None or not self._tokens.renewable:
                    raise
                renewed = True
                await self._tokens.replace(endpoint)
            except PortalError as error:
                await attempts.pause_after(error)
            again = True
            self.statistics.repeated += 1

    def take_back(self, scope: Scope, reason: str) -> None:
        """Fails the waiting, droppable calls of a run."""
        self._batcher.take_back(scope, reason)

    async def download(self, address: str) -> AsyncIterator[aiohttp.ClientResponse | bytes]:
        """A file of the portal, asked for again as long as nothing of it has come; see `Transport.stream`."""
        attempts = Attempts(self._settings.retry, writes=False)
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
        stopped = order.scope.stopped
        if stopped is not None and order.droppable:
            raise NotSent(stopped, method=order.method)
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._batcher.submit(Call(order, endpoint, answer), again=again)
        return await answer


class Scope:
    """One run's way to the portal: handlers simply await `call`."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self._shared: dict[str, asyncio.Task[Answer]] = {}
        self.stopped: str | None = None

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint in use now."""
        return self._portal.endpoint

    async def call(
        self,
        method: str,
        arguments: dict[str, Any] | None = None,
        *,
        version: int = 2,
        writes: bool | None = None,
        droppable: bool = False,
        token: str | None = None,
        shared: bool = False,
    ) -> Answer:
        """Calls a method and waits for its answer.

        Args:
            method: name of the REST method.
            arguments: what to send.
            version: 2, or 3 for REST 3.0.
            writes: whether it changes anything; told by its name where not given.
            droppable: whether it may be taken back by `stop` while it waits to be sent.
            token: access token to use in place of the credential's.
            shared: whether the answer to the same call earlier in this run will do.

        Raises:
            PortalError: the typed error; see `portal.errors`.
        """
        writes = method_habits().writes(method) if writes is None else writes
        order = Order(self, method, arguments or {}, version, writes, droppable, token)
        return await (self._answer_once(order) if shared else self._portal.send(order))

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
