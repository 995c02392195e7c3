"""Who asks whether a runner is there is answered at once, however busy it is, and costs it no slot."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.runner.conftest import FAST, StartRunner, Worker

if TYPE_CHECKING:
    from tests.runner.broker import Broker

PRESENCE = "bitrix24:presence"
LONG_OFFERS = replace(FAST, offer_validity=3600.0)


async def test_a_busy_runner_still_says_that_it_is_there(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner(max_concurrency=1, max_payload=5000, timings=LONG_OFFERS) as running:
        busy = await broker.request({"wait": True})
        await worker.started.wait()
        assert broker.offers == []
        answers = await asyncio.gather(*(broker.run(task_type=PRESENCE) for _ in range(5)))
        assert [answer.answer for answer in answers] == [{"result": {"maxPayload": 5000}}] * 5
        assert running.service.health.tasks == 1
        worker.release.set()
        assert (await broker.finished(busy)).outcome == "done"
    assert len(worker.contexts) == 1


async def test_the_question_may_come_as_a_job_with_nothing_to_do(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner(max_payload=5000):
        request = await broker.run({"probe": True})
    assert request.answer == {"result": {"maxPayload": 5000}}
    assert worker.contexts == []


async def test_a_question_that_is_taken_back_does_no_harm(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(timings=LONG_OFFERS):
        await broker.until(lambda: broker.presence_offers)
        runner, offer = broker.runner, broker.presence_offers.pop()
        await broker.send(runner, type="broker:taskofferaccept", taskId="asked", offerId=offer.offer_id)
        await broker.send(runner, type="broker:taskcancel", taskId="asked", reason="Task cancelled by user")
        await broker.send(runner, type="broker:tasksettings", taskId="asked", settings={})
        assert (await broker.run(task_type=PRESENCE)).outcome == "done"
    assert runner.count("runner:taskdone") == 1


async def test_a_runner_that_ends_does_not_pretend_to_be_there(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner(timings=LONG_OFFERS) as running:
        busy = await broker.request({"wait": True})
        await worker.started.wait()
        await broker.until(lambda: broker.presence_offers)
        runner, offer = broker.runner, broker.presence_offers[0]
        running.stop.request()
        await broker.send(runner, type="broker:taskofferaccept", taskId="asked", offerId=offer.offer_id)
        await broker.until(lambda: runner.count("runner:taskrejected"))
        worker.release.set()
        await broker.finished(busy)
    (rejection,) = (message for message in runner.received if message["type"] == "runner:taskrejected")
    assert rejection["reason"] == "Runner is shutting down"
