"""A runner gets in, stays in, and comes back; and it says clearly why it does not."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from aiohttp import WSCloseCode

from bitrix_node.hosts.runner import AuthorizationError, ConnectionLostError, RunnerError
from bitrix_node.hosts.runner.backoff import Backoff
from tests.runner.conftest import FAST, StartRunner, Worker

if TYPE_CHECKING:
    from tests.runner.broker import Broker


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


async def test_waits_for_a_broker_that_is_not_up_yet(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture
) -> None:
    await broker.stop()
    async with start_runner() as running:
        await until_complained(running.ended, caplog)
        await broker.start()
        assert (await broker.run({})).outcome == "done"
    (complaint,) = warnings(caplog)
    assert broker.uri in complaint
    assert "connection refused" in complaint
    assert "N8N_RUNNERS_TASK_BROKER_URI" in complaint


async def until_complained(ended: asyncio.Task[None], caplog: pytest.LogCaptureFixture) -> None:
    async with asyncio.timeout(10):
        while not warnings(caplog):
            assert not ended.done()
            await asyncio.sleep(0)


async def test_many_failed_attempts_make_one_log_line_a_reason(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture
) -> None:
    broker.refuse_health.extend([503] * 5)
    broker.refuse_auth.extend([429] * 3)
    async with start_runner():
        await broker.registered()
    assert broker.attempts == 9
    first, second = warnings(caplog)
    assert "is not ready yet" in first
    assert "five connections a second" in second


async def test_a_busy_upgrade_is_tried_again_with_a_new_grant_token(broker: Broker, start_runner: StartRunner) -> None:
    broker.refuse_upgrade.extend([429, 503, 403])
    async with start_runner():
        await broker.registered()
    assert broker.grants_given == 4


async def test_a_wrong_token_is_fatal_and_says_which_variable(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(auth_token="wr0ng") as running:
        with pytest.raises(AuthorizationError, match="N8N_RUNNERS_AUTH_TOKEN") as caught:
            await running.ended
    assert caught.value.exit_code == 1
    assert "wr0ng" not in str(caught.value)
    assert broker.attempts == 1


async def test_an_address_that_is_no_broker_is_named(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture
) -> None:
    broker.refuse_auth.append(404)
    async with start_runner():
        await broker.registered()
    assert "answered 404 to POST /runners/auth" in warnings(caplog)[0]
    assert "5679" in warnings(caplog)[0]


async def test_returns_after_a_crash_of_the_broker_under_a_new_id(
    broker: Broker, start_runner: StartRunner, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    async with start_runner():
        request = await broker.request({"wait": True})
        await worker.started.wait()
        first = broker.runner
        await broker.stop()
        await broker.finished(request)
        await broker.start()
        assert (await broker.run({})).outcome == "done"
        second = broker.runner
    assert request.outcome == "runner lost"
    assert worker.interrupted == ["the connection to n8n ended"]
    assert first.runner_id != second.runner_id
    assert broker.grants_given == 2
    assert any("Connecting again" in line for line in warnings(caplog))


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (WSCloseCode.OK, "N8N_RUNNERS_ID"),
        (WSCloseCode.GOING_AWAY, "n8n shut down"),
        (WSCloseCode.PROTOCOL_ERROR, "unresponsive"),
        (WSCloseCode.INTERNAL_ERROR, "broke off"),
    ],
)
async def test_returns_when_n8n_closes_the_connection_and_tells_why(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture, code: WSCloseCode, reason: str
) -> None:
    async with start_runner():
        first = await broker.registered()
        await broker.evict(first, code)
        await broker.until(lambda: broker.runners and broker.runner is not first)
    assert reason in warnings(caplog)[0]


async def test_two_runners_with_one_id_do_not_evict_each_other(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(runner_id="same"), start_runner(runner_id="same"):
        await broker.until(lambda: len(broker.runners) == 2)
        await broker.run({})
        assert broker.former == []
    assert all(runner.runner_id.startswith("same-") for runner in broker.former)


async def test_a_message_beyond_the_limit_ends_the_connection_and_says_so(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture
) -> None:
    async with start_runner(max_payload=10_000):
        request = await broker.run({"text": "x" * 20_000})
        assert (await broker.run({})).outcome == "done"
    assert request.outcome == "runner lost"
    assert any("N8N_RUNNERS_MAX_PAYLOAD" in line for line in warnings(caplog))


async def test_a_broker_that_stops_answering_pings_is_left(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture
) -> None:
    async with start_runner(timings=replace(FAST, heartbeat=0.05)):
        await broker.until(lambda: broker.former)
        await broker.until(lambda: broker.runners)
    assert any("Connecting again" in line for line in warnings(caplog))


async def test_a_grant_token_alone_connects_without_asking_for_another(
    broker: Broker, start_runner: StartRunner
) -> None:
    async with start_runner(auth_token="", grant_token=broker.grant(), runner_id="launched"):
        runner = await broker.registered()
        assert (await broker.run({})).outcome == "done"
    assert runner.runner_id == "launched"
    assert (broker.grants_given, broker.attempts) == (1, 0)


async def test_a_grant_token_is_not_used_twice(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(auth_token="", grant_token=broker.grant()) as running:
        await broker.evict(await broker.registered(), WSCloseCode.GOING_AWAY)
        with pytest.raises(ConnectionLostError, match="n8n shut down") as caught:
            await running.ended
    assert caught.value.exit_code == 1
    assert not broker.runners


async def test_a_stale_grant_token_is_fatal(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(auth_token="", grant_token="st4le") as running:
        with pytest.raises(AuthorizationError, match="N8N_RUNNERS_GRANT_TOKEN") as caught:
            await running.ended
    assert "st4le" not in str(caught.value)


async def test_with_a_grant_token_an_unreachable_broker_is_fatal(broker: Broker, start_runner: StartRunner) -> None:
    await broker.stop()
    async with start_runner(auth_token="", grant_token="any") as running:
        with pytest.raises(RunnerError, match="connection refused"):
            await running.ended


async def test_a_stop_request_ends_the_waiting_for_a_broker(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture
) -> None:
    await broker.stop()
    async with start_runner(timings=replace(FAST, first_retry=3600.0, longest_retry=3600.0)) as running:
        await until_complained(running.ended, caplog)
        running.stop.request()
        await asyncio.wait_for(running.ended, 10)


def test_pauses_double_up_to_a_limit_with_jitter() -> None:
    backoff = Backoff(first=1.0, longest=8.0)
    for span in (1.0, 2.0, 4.0, 8.0, 8.0):
        assert span / 2 <= backoff.pause() <= span
    backoff.reset()
    assert backoff.pause() <= 1.0
