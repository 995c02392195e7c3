"""Health checks are answered from start to end, whatever the broker does."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bitrix_node.hosts.runner import HealthCheckConfig, HealthCheckPortError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runner.broker import Broker
    from tests.runner.conftest import Running, StartRunner, Worker

ANY_PORT = HealthCheckConfig(enabled=True, port=0)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def check(running: Running) -> tuple[int, object]:
    assert running.service.health_address is not None
    async with aiohttp.ClientSession() as http, http.get(running.service.health_address) as response:
        return response.status, await response.json()


async def test_tells_of_connection_and_tasks(broker: Broker, start_runner: StartRunner, worker: Worker) -> None:
    async with start_runner(health_check=ANY_PORT) as running:
        await broker.until(lambda: broker.offers)
        assert await check(running) == (200, {"status": "ok", "connected": True, "tasks": 0})
        await broker.request({"wait": True})
        await worker.started.wait()
        assert await check(running) == (200, {"status": "ok", "connected": True, "tasks": 1})


async def test_answers_while_the_broker_is_away(broker: Broker, start_runner: StartRunner) -> None:
    broker.refuse_health.extend([503] * 1_000_000)
    async with start_runner(health_check=ANY_PORT) as running:
        await broker.until(lambda: broker.attempts)
        assert await check(running) == (200, {"status": "ok", "connected": False, "tasks": 0})


async def test_answers_while_the_runner_finishes(broker: Broker, start_runner: StartRunner, worker: Worker) -> None:
    async with start_runner(health_check=ANY_PORT) as running:
        request = await broker.request({"wait": True})
        await worker.started.wait()
        running.stop.request()
        assert (await check(running))[0] == 200
        worker.release.set()
        await broker.finished(request)


async def test_stays_silent_unless_wanted(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner() as running:
        await broker.registered()
        assert running.service.health_address is None


async def test_a_taken_port_is_named(start_runner: StartRunner, taken_port: int) -> None:
    async with start_runner(health_check=HealthCheckConfig(enabled=True, port=taken_port)) as running:
        with pytest.raises(HealthCheckPortError, match=str(taken_port)) as caught:
            await running.ended
    assert "N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT" in str(caught.value)
