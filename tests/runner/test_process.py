"""A runner as a process of its own: signals, exit codes, and what it writes where."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.runner.broker import AUTH_TOKEN, Broker

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def process(**variables: str) -> AsyncIterator[Process]:
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runner.echo_runner", cwd=ROOT, env=variables, stdout=PIPE, stderr=PIPE
    )
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.communicate()


async def end(running: Process) -> tuple[int | None, str]:
    """Waits for the end; returns exit code and stderr."""
    output, errors = await asyncio.wait_for(running.communicate(), 20)
    assert output == b""
    assert b"Traceback" not in errors
    assert AUTH_TOKEN.encode() not in errors
    return running.returncode, errors.decode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_lets_it_finish_and_exit_0(broker: Broker, number: signal.Signals) -> None:
    async with process(N8N_RUNNERS_TASK_BROKER_URI=broker.uri, N8N_RUNNERS_AUTH_TOKEN=AUTH_TOKEN) as running:
        request = await broker.request({"seconds": 0.2})
        await broker.until(lambda: request.runner, patience=20)
        running.send_signal(number)
        code, log = await end(running)
    assert request.outcome == "done"
    assert code == 0
    assert f"{number.name} received" in log


async def test_a_second_signal_ends_it_at_once(broker: Broker) -> None:
    async with process(N8N_RUNNERS_TASK_BROKER_URI=broker.uri, N8N_RUNNERS_AUTH_TOKEN=AUTH_TOKEN) as running:
        request = await broker.request({"seconds": 3600})
        await broker.until(lambda: request.runner, patience=20)
        runner = broker.runner
        running.send_signal(signal.SIGTERM)
        while not runner.count("runner:taskrejected"):
            await broker.send(runner, type="broker:taskofferaccept", taskId="probe", offerId="any")
            await broker.until(lambda: runner.count("runner:taskrejected"))
        running.send_signal(signal.SIGTERM)
        code, _log = await end(running)
    assert request.outcome == "error"
    assert code == 0


async def test_a_drain_ends_it_with_exit_0(broker: Broker) -> None:
    async with process(N8N_RUNNERS_TASK_BROKER_URI=broker.uri, N8N_RUNNERS_AUTH_TOKEN=AUTH_TOKEN) as running:
        await broker.until(lambda: broker.offers, patience=20)
        await broker.drain()
        code, log = await end(running)
    assert code == 0
    assert "n8n is shutting down" in log


async def test_a_wrong_token_exits_1(broker: Broker) -> None:
    async with process(N8N_RUNNERS_TASK_BROKER_URI=broker.uri, N8N_RUNNERS_AUTH_TOKEN="wr0ng") as running:
        code, log = await end(running)
    assert code == 1
    assert "refused N8N_RUNNERS_AUTH_TOKEN" in log
    assert "wr0ng" not in log


async def test_no_token_exits_2() -> None:
    async with process() as running:
        code, log = await end(running)
    assert code == 2
    assert "Set N8N_RUNNERS_AUTH_TOKEN" in log
