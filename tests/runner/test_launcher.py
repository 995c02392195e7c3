"""Started by n8n's launcher, the runner takes the task that the launcher put off, and ends when there is no more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from bitrix_node.hosts.runner import ConnectionLostError

if TYPE_CHECKING:
    from tests.runner.broker import Broker
    from tests.runner.conftest import StartRunner


async def put_off_the_first_task(broker: Broker) -> None:
    """Does what the launcher does before it starts a runner: offers without end, defers, leaves."""
    headers = {"Authorization": f"Bearer {broker.grant()}"}
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{broker.uri}/runners/_ws?id=launcher", headers=headers) as socket,
    ):
        async for frame in socket:
            match frame.json():
                case {"type": "broker:inforequest"}:
                    await socket.send_json({"type": "runner:info", "name": "launcher", "types": ["bitrix24"]})
                case {"type": "broker:runnerregistered"}:
                    offer = {"type": "runner:taskoffer", "offerId": "o", "taskType": "bitrix24", "validFor": -1}
                    await socket.send_json(offer)
                case {"type": "broker:taskofferaccept", "taskId": task_id}:
                    await socket.send_json({"type": "runner:taskdeferred", "taskId": task_id})
                    return


async def test_takes_the_deferred_task_and_ends_when_idle(broker: Broker, start_runner: StartRunner) -> None:
    launcher = asyncio.create_task(put_off_the_first_task(broker))
    request = await broker.request({"number": 1})
    await launcher
    await broker.until(lambda: request.refusals == ["deferred"])
    async with start_runner(auth_token="", grant_token=broker.grant(), auto_shutdown_timeout=0.1) as running:
        await broker.finished(request)
        await asyncio.wait_for(running.ended, 10)
    assert request.answer == {"result": {"echo": {"number": 1}}}


async def test_an_id_that_another_runner_takes_over_ends_it_and_is_named(
    broker: Broker, start_runner: StartRunner
) -> None:
    async with start_runner(auth_token="", grant_token=broker.grant(), runner_id="same") as evicted:
        await broker.registered()
        async with start_runner(auth_token="", grant_token=broker.grant(), runner_id="same"):
            with pytest.raises(ConnectionLostError, match="N8N_RUNNERS_ID"):
                await asyncio.wait_for(evicted.ended, 10)
            assert (await broker.run({})).outcome == "done"
