"""A runner ends well: drained, asked to, idle; and a task ends by its own time limit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.runner.broker import Broker, Request, Runner
    from tests.runner.conftest import StartRunner, Worker


def kinds_after(runner: Runner, kind: str) -> list[str]:
    kinds = [message["type"] for message in runner.received]
    return kinds[kinds.index(kind) + 1 :]


async def probe(broker: Broker, runner: Runner) -> str:
    """Tries to hand a task to a runner that is ending; returns its reason to reject it."""
    await broker.send(runner, type="broker:taskofferaccept", taskId="probe", offerId="any")
    await broker.until(lambda: runner.count("runner:taskrejected"))
    return next(str(message["reason"]) for message in runner.received if message["type"] == "runner:taskrejected")


async def waiting_task(broker: Broker, worker: Worker) -> Request:
    request = await broker.request({"wait": True})
    await worker.started.wait()
    return request


async def test_drained_it_finishes_rejects_and_ends(broker: Broker, start_runner: StartRunner, worker: Worker) -> None:
    async with start_runner() as running:
        request = await waiting_task(broker, worker)
        runner = broker.runner
        await broker.drain()
        assert await probe(broker, runner) == "Runner is shutting down"
        assert "runner:taskoffer" not in kinds_after(runner, "runner:taskrejected")
        worker.release.set()
        assert (await broker.finished(request)).outcome == "done"
        await asyncio.wait_for(running.ended, 10)
    assert runner.close_code == 1000


async def test_asked_to_stop_it_finishes_rejects_and_ends(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner() as running:
        request = await waiting_task(broker, worker)
        runner = broker.runner
        running.stop.request()
        assert await probe(broker, runner) == "Runner is shutting down"
        worker.release.set()
        assert (await broker.finished(request)).outcome == "done"
        await asyncio.wait_for(running.ended, 10)


@pytest.mark.parametrize("urgent", [True, False])
async def test_tasks_that_do_not_finish_in_time_are_stopped_and_answered(
    broker: Broker, start_runner: StartRunner, worker: Worker, *, urgent: bool
) -> None:
    async with start_runner(graceful_shutdown_timeout=3600 if urgent else 0.01) as running:
        request = await waiting_task(broker, worker)
        running.stop.request()
        if urgent:
            running.stop.request()
        await asyncio.wait_for(running.ended, 10)
        await broker.finished(request)
    assert request.outcome == "error"
    assert "stopped before the task was finished" in request.answer["message"]
    assert worker.interrupted == ["the runner ends"]


async def test_ending_brings_the_deadline_forward(broker: Broker, start_runner: StartRunner, worker: Worker) -> None:
    async with start_runner(graceful_shutdown_timeout=20) as running:
        await waiting_task(broker, worker)
        (context,) = worker.contexts
        now = asyncio.get_running_loop().time()
        assert context.deadline is not None
        assert context.deadline > now + 100
        running.stop.request()
        await probe(broker, broker.runner)
        assert context.deadline <= asyncio.get_running_loop().time() + 16


async def test_it_can_wait_for_n8n_to_come_back_after_a_drain(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(reconnect_after_drain=True) as running:
        first = await broker.registered()
        await broker.drain()
        await broker.until(lambda: broker.runners and broker.runner is not first)
        assert (await broker.run({})).outcome == "done"
        assert not running.ended.done()


async def test_a_launched_runner_ends_after_a_drain_all_the_same(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(auth_token="", grant_token=broker.grant(), reconnect_after_drain=True) as running:
        await broker.registered()
        await broker.drain()
        await asyncio.wait_for(running.ended, 10)


async def test_idle_it_ends(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(auto_shutdown_timeout=0.05) as running:
        runner = await broker.registered()
        await asyncio.wait_for(running.ended, 10)
    assert runner.close_code == 1000


async def test_a_running_task_is_not_idleness(broker: Broker, start_runner: StartRunner, worker: Worker) -> None:
    async with start_runner(auto_shutdown_timeout=0.05) as running:
        request = await waiting_task(broker, worker)
        idle_period_over = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_later(0.1, idle_period_over.set_result, None)
        await idle_period_over
        assert not running.ended.done()
        worker.release.set()
        assert (await broker.finished(request)).outcome == "done"
        await asyncio.wait_for(running.ended, 10)


async def test_the_deadline_leaves_a_margin_before_n8n_gives_up(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    for timeout, margin in ((60, 12), (300, 30)):
        async with start_runner(task_timeout=timeout):
            before = asyncio.get_running_loop().time()
            await broker.run({})
            after = asyncio.get_running_loop().time()
        deadline = worker.contexts[-1].deadline
        assert deadline is not None
        assert before <= deadline - (timeout - margin) <= after


async def test_a_task_beyond_its_time_is_stopped_told_once_and_never_answered_later(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner(task_timeout=0.5):
        request = await broker.run({"wait": True})
        runner = broker.runner
        worker.release.set()
        following = await broker.run({})
    assert request.outcome == "error"
    assert "not finished within 0.5 seconds" in request.answer["message"]
    assert "N8N_RUNNERS_TASK_TIMEOUT" in request.answer["description"]
    assert worker.interrupted == ["not finished after 0.5 s"]
    answers = [m for m in runner.received if m["type"] in {"runner:taskdone", "runner:taskerror"}]
    assert [answer["taskId"] for answer in answers] == [request.task_id, following.task_id]


async def test_settings_that_never_come_do_not_hold_a_slot_for_ever(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(task_timeout=0.5, max_concurrency=1):
        await broker.until(lambda: broker.offers)
        runner, offer = broker.runner, broker.offers.pop()
        await broker.send(runner, type="broker:taskofferaccept", taskId="forgotten", offerId=offer.offer_id)
        assert (await broker.run({})).outcome == "done"
