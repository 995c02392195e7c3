"""A broker and a runner that is connected to it, in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bitrix_node.hosts.runner import RunnerConfig, TaskContext, TaskFailed, Timings
from bitrix_node.hosts.runner.service import RunnerService
from bitrix_node.hosts.runner.stopping import StopRequest
from tests.runner.broker import AUTH_TOKEN, Broker

FAST = Timings(offer_interval=0.01, connect=5.0, heartbeat=30.0, first_retry=0.01, longest_retry=0.05, farewell=1.0)


@dataclass
class Worker:
    """An executor that does what the settings say."""

    release: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    contexts: list[TaskContext] = field(default_factory=list)
    interrupted: list[str | None] = field(default_factory=list)

    async def __call__(self, settings: Mapping[str, Any], context: TaskContext) -> Mapping[str, Any]:
        self.contexts.append(context)
        self.started.set()
        match settings:
            case {"wait": True}:
                await self._wait(context)
            case {"fail": message}:
                raise TaskFailed(message, "Try something else.")
            case {"crash": secret}:
                raise KeyError(secret)
            case {"answer": "not JSON"}:
                return {"value": object()}
            case {"answer": "not a number"}:
                return {"value": float("nan")}
            case {"answer": size}:
                return {"value": "я" * size}
        return {"echo": dict(settings)}

    async def _wait(self, context: TaskContext) -> None:
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.interrupted.append(context.cancelled)
            raise


@dataclass
class Running:
    """A runner at work."""

    service: RunnerService
    stop: StopRequest
    ended: asyncio.Task[None]


StartRunner = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    broker = Broker()
    await broker.start()
    yield broker
    await broker.stop()


@pytest.fixture
def worker() -> Worker:
    return Worker()


@pytest.fixture
def start_runner(broker: Broker, worker: Worker) -> StartRunner:
    """Starts runners that know the broker's address and secret; keyword arguments change their configuration."""

    @asynccontextmanager
    async def start(**changes: Any) -> AsyncIterator[Running]:
        config = RunnerConfig(broker_uri=broker.uri, auth_token=AUTH_TOKEN, max_concurrency=2, timings=FAST)
        stop = StopRequest()
        service = RunnerService(replace(config, **changes), worker, stop)
        ended = asyncio.create_task(service.run())
        try:
            yield Running(service, stop, ended)
        finally:
            stop.request()
            stop.request()
            await asyncio.gather(ended, return_exceptions=True)

    return start
