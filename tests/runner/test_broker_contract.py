"""A connected runner keeps n8n's rules: handshake, offers, acceptance, answers, cancellation."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from bitrix_node.hosts.runner import messages, serialisation
from tests.runner.conftest import FAST, StartRunner, Worker

if TYPE_CHECKING:
    import pytest

    from tests.runner.broker import Broker

LONG_OFFERS = replace(FAST, offer_validity=3600.0)


async def test_introduces_itself_before_it_offers(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        runner = await broker.registered()
        await broker.until(lambda: runner.count("runner:taskoffer"))
    introduction = {"type": "runner:info", "name": "Bitrix24 Task Runner", "types": ["bitrix24", "bitrix24:presence"]}
    assert runner.received[0] == introduction
    assert {message["taskType"] for message in runner.received[1:]} == {"bitrix24", "bitrix24:presence"}


async def test_the_task_type_can_be_another(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(task_type="bitrix24-beta"):
        runner = await broker.registered()
        await broker.until(lambda: broker.offers)
    assert runner.types == ("bitrix24-beta", "bitrix24-beta:presence")
    assert runner.received[1]["taskType"] == "bitrix24-beta"


async def test_a_task_is_answered_with_the_executors_result(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner():
        request = await broker.run({"items": [{"name": "Анна"}]})
    assert request.outcome == "done"
    assert request.answer == {"result": {"echo": {"items": [{"name": "Анна"}]}}}
    assert worker.contexts[0].task_id == request.task_id


async def test_open_offers_and_tasks_never_exceed_the_concurrency(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner(max_concurrency=3, timings=LONG_OFFERS):
        runner = await broker.registered()
        await broker.until(lambda: len(broker.offers) == 3)
        first = await broker.request({"wait": True})
        await broker.until(lambda: first.runner)
        await worker.started.wait()
        assert len(broker.offers) == 2
        worker.release.set()
        await broker.finished(first)
        await broker.until(lambda: len(broker.offers) == 3)
        assert runner.count("runner:taskoffer") == 4


async def test_offers_stand_about_five_seconds(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        await broker.until(lambda: len(broker.offers) == 2)
    assert all(5000 <= offer.valid_for <= 5500 for offer in broker.offers)


async def test_ended_offers_are_replaced(broker: Broker, start_runner: StartRunner) -> None:
    brief = replace(FAST, offer_validity=0.02, offer_jitter=0.0, offer_latency=0.0)
    async with start_runner(timings=brief):
        runner = await broker.registered()
        await broker.until(lambda: runner.count("runner:taskoffer") >= 6)
        request = await broker.run({})
    assert request.outcome == "done"


async def test_an_ended_offer_cannot_be_accepted(broker: Broker, start_runner: StartRunner) -> None:
    brief = replace(FAST, offer_validity=0.02, offer_jitter=0.0, offer_latency=0.0)
    async with start_runner(timings=brief):
        runner = await broker.registered()
        await broker.until(lambda: runner.count("runner:taskoffer") >= 6)
        oldest = next(message for message in runner.received if message["type"] == "runner:taskoffer")
        await broker.send(runner, type="broker:taskofferaccept", taskId="late", offerId=oldest["offerId"])
        await broker.until(lambda: runner.count("runner:taskrejected"))
    rejection = next(message for message in runner.received if message["type"] == "runner:taskrejected")
    assert rejection["reason"] == "Offer expired - not accepted within validity window"


async def test_an_offer_serves_one_task(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(timings=LONG_OFFERS):
        await broker.until(lambda: broker.offers)
        runner, offer = broker.runner, broker.offers[0]
        for task_id in ("first", "second"):
            await broker.send(runner, type="broker:taskofferaccept", taskId=task_id, offerId=offer.offer_id)
        await broker.until(lambda: runner.count("runner:taskrejected"))
    answers = {(message["taskId"], message["type"]) for message in runner.received if "taskId" in message}
    assert answers >= {("first", "runner:taskaccepted"), ("second", "runner:taskrejected")}


async def test_a_full_runner_says_so(broker: Broker, start_runner: StartRunner, worker: Worker) -> None:
    async with start_runner(max_concurrency=1, timings=LONG_OFFERS):
        running = await broker.request({"wait": True})
        await worker.started.wait()
        runner = broker.runner
        await broker.send(runner, type="broker:taskofferaccept", taskId="surplus", offerId="any")
        await broker.until(lambda: runner.count("runner:taskrejected"))
        worker.release.set()
        await broker.finished(running)
    rejection = next(message for message in runner.received if message["type"] == "runner:taskrejected")
    assert rejection["reason"] == "No open task slots - runner already at capacity"


async def test_many_tasks_through_few_slots(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        requests = await asyncio.gather(*(broker.run({"number": number}) for number in range(50)))
    assert [request.answer["result"]["echo"]["number"] for request in requests] == list(range(50))


async def test_a_failed_task_carries_message_and_advice(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        request = await broker.run({"fail": "The portal is closed"})
    assert request.outcome == "error"
    assert request.answer == {"message": "The portal is closed", "description": "Try something else."}


async def test_an_unexpected_exception_is_told_without_its_text(
    broker: Broker, start_runner: StartRunner, caplog: pytest.LogCaptureFixture
) -> None:
    async with start_runner():
        request = await broker.run({"crash": "s3cr3t-token"})
    assert f"Task {request.task_id} failed unexpectedly: KeyError in conftest.py:" in caplog.text
    assert "s3cr3t" not in caplog.text
    assert request.outcome == "error"
    assert "KeyError" in request.answer["message"]
    assert request.task_id in request.answer["description"]
    assert "s3cr3t" not in str(request.answer)
    assert "Traceback" not in str(request.answer)


async def test_settings_that_are_no_object_are_refused(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        request = await broker.finished(await broker.request(text="null"))
    assert request.outcome == "error"
    assert "nothing to do" in request.answer["message"]


async def test_a_cancelled_task_is_stopped_and_says_nothing(
    broker: Broker, start_runner: StartRunner, worker: Worker
) -> None:
    async with start_runner(max_concurrency=1, timings=LONG_OFFERS):
        request = await broker.request({"wait": True})
        await worker.started.wait()
        runner = broker.runner
        await broker.cancel(request)
        await broker.until(lambda: broker.offers)
        following = await broker.run({})
    assert worker.interrupted == ["Task cancelled by user"]
    assert following.outcome == "done"
    assert [m["taskId"] for m in runner.received if m["type"] == "runner:taskdone"] == [following.task_id]
    assert runner.count("runner:taskerror") == 0


async def test_a_task_cancelled_before_its_settings_frees_its_slot(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(max_concurrency=1, timings=LONG_OFFERS):
        await broker.until(lambda: broker.offers)
        runner, offer = broker.runner, broker.offers.pop()
        await broker.send(runner, type="broker:taskofferaccept", taskId="early", offerId=offer.offer_id)
        await broker.until(lambda: runner.count("runner:taskaccepted"))
        await broker.send(runner, type="broker:taskcancel", taskId="early", reason="Task request expired")
        await broker.send(runner, type="broker:tasksettings", taskId="early", settings={})
        assert (await broker.run({})).outcome == "done"
    assert runner.count("runner:taskdone") == 1


async def test_cancelling_an_unknown_task_does_no_harm(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        runner = await broker.registered()
        await broker.send(runner, type="broker:taskcancel", taskId="nobody", reason="Acknowledgement window elapsed")
        assert (await broker.run({})).outcome == "done"


async def test_odd_messages_are_dropped(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        runner = await broker.registered()
        await runner.socket.send_str("not JSON")
        await runner.socket.send_str("[1, 2]")
        await runner.socket.send_str('{"type": "broker:taskofferaccept", "taskId": "t"}')
        await runner.socket.send_str('{"type": "broker:taskcancel"}')
        await runner.socket.send_str('{"type": "broker:rpcresponse", "callId": "c", "data": 1}')
        await runner.socket.send_bytes(b"bytes")
        request = await broker.run({})
    assert request.outcome == "done"
    assert broker.former == [runner]


async def test_pings_are_answered_while_a_task_runs(broker: Broker, start_runner: StartRunner, worker: Worker) -> None:
    async with start_runner():
        request = await broker.request({"wait": True})
        await worker.started.wait()
        runner = broker.runner
        await runner.socket.ping()
        await broker.until(lambda: runner.pongs == 1)
        worker.release.set()
        assert (await broker.finished(request)).outcome == "done"


async def test_an_answer_that_is_not_json_becomes_an_error(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner():
        for answer in ("not JSON", "not a number"):
            request = await broker.run({"answer": answer})
            assert request.outcome == "error"
            assert "JSON" in request.answer["message"]


async def test_an_answer_that_is_too_large_becomes_an_error(broker: Broker, start_runner: StartRunner) -> None:
    async with start_runner(max_payload=10_000):
        small = await broker.run({"answer": 4_000})
        large = await broker.run({"answer": 6_000})
    assert small.outcome == "done"
    assert large.outcome == "error"
    assert "N8N_RUNNERS_MAX_PAYLOAD allows 10,000" in large.answer["message"]


async def test_a_payload_that_takes_long_to_parse_does_not_make_it_miss_an_acceptance(
    broker: Broker, start_runner: StartRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = ",".join(f'{{"json":{{"id":{number},"title":"Сделка {number}"}}}}' for number in range(120_000))
    parse, other_task_done = serialisation.parse, threading.Event()

    def slow_parse(text: str) -> object:
        if len(text) >= serialisation.LARGE:
            assert other_task_done.wait(10)
        return parse(text)

    monkeypatch.setattr(serialisation, "parse", slow_parse)
    async with start_runner():
        large = await broker.request(text=f'{{"items":[{items}]}}')
        await broker.until(lambda: large.runner)
        small = await broker.run({})
        assert large.outcome == "pending"
        other_task_done.set()
        await broker.finished(large)
    assert (small.outcome, small.refusals) == ("done", [])
    assert large.outcome == "done"
    assert len(large.answer["result"]["echo"]["items"]) == 120_000


async def test_a_large_answer_does_not_make_it_miss_an_acceptance(
    broker: Broker, start_runner: StartRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    serialise, other_task_done = serialisation.serialise, threading.Event()

    def slow_serialise(message: messages.RunnerMessage) -> str:
        text = serialise(message)
        if len(text) >= serialisation.LARGE:
            assert other_task_done.wait(10)
        return text

    monkeypatch.setattr(serialisation, "serialise", slow_serialise)
    async with start_runner():
        large = await broker.request({"answer": 5_000_000})
        await broker.until(lambda: large.runner)
        small = await broker.run({})
        assert large.outcome == "pending"
        other_task_done.set()
        await broker.finished(large)
    assert (small.outcome, small.refusals) == ("done", [])
    assert large.answer == {"result": {"value": "я" * 5_000_000}}


async def test_a_cancelled_task_whose_settings_are_still_parsed_never_starts(
    broker: Broker, start_runner: StartRunner, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    parse, cancelled = serialisation.parse, threading.Event()

    def slow_parse(text: str) -> object:
        if len(text) >= serialisation.LARGE:
            assert cancelled.wait(10)
        return parse(text)

    monkeypatch.setattr(serialisation, "parse", slow_parse)
    async with start_runner():
        large = await broker.request(text=f'"{"x" * serialisation.LARGE}"')
        await broker.until(lambda: large.runner)
        await broker.cancel(large)
        await broker.run({})
        cancelled.set()
        await broker.run({})
    assert large.task_id not in {context.task_id for context in worker.contexts}
