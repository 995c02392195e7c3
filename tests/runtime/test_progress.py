"""What is told of a run: items, requests, what it waits for, and what had been sent when it is stopped."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, ProgressReport, Webhook
from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.hosts.job import execute_job
from bitrix_node.hosts.job_log import JobLog
from bitrix_node.hosts.runner import TaskContext
from tests.portal.waiting import until
from tests.runtime.conftest import DONE, REMOVE, members

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.sandbox import Sandbox
    from tests.scripted_portal import ScriptedPortal

REMOVAL = ("chatbot", "chatUserDelete")


@pytest.fixture
async def hasty(scripted: ScriptedPortal) -> AsyncIterator[Node]:
    """A node whose second request has to wait for its place."""
    async with Node(Webhook(scripted.webhook_url, limits=RequestLimits(rate=50, burst=1))) as node:
        yield node


async def test_requests_and_waits_are_told(hasty: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE] * 120)
    told: list[ProgressReport] = []
    await hasty.execute(*REMOVAL, parameters=REMOVE, items=members(*range(120)), progress=told.append)
    assert (told[-1].done, told[-1].total, told[-1].requests) == (120, 120, scripted.requests)
    assert {report.waiting for report in told} == {"", "a place within the portal's limit of requests"}
    assert [report.done for report in told] == sorted(report.done for report in told)
    assert not any(report.cancelled for report in told)


async def test_a_second_run_begins_at_nothing(hasty: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, DONE])
    for _ in range(2):
        told: list[ProgressReport] = []
        await hasty.execute(*REMOVAL, parameters=REMOVE, items=members(1), progress=told.append)
        assert (told[-1].done, told[-1].requests) == (1, 1)


async def test_waiting_for_computing_time_says_for_what_and_until_when(node: Node, scripted: ScriptedPortal) -> None:
    time = {"operating_reset_at": 1000.2, "finish": 1000.0, "duration": 0.1, "operating": 480.0}
    spent = {"error": "OPERATION_TIME_LIMIT", "error_description": "blocked", "status": 429}
    told: list[ProgressReport] = []
    scripted.answers.append({**DONE, "time": time})
    await node.execute(*REMOVAL, parameters=REMOVE, items=members(1))
    scripted.answers.extend([spent, DONE])
    await node.execute(*REMOVAL, parameters=REMOVE, items=members(2), progress=told.append)
    waits = [report.waiting for report in told if report.waiting]
    assert waits[0].startswith(f"computing time of {scripted.calls[0].method} until 20")
    assert told[-1].waiting == ""


@pytest.mark.parametrize("streamed", [False, True])
async def test_cancelling_stops_sending_and_tells_what_had_been_sent(
    hasty: Node, scripted: ScriptedPortal, streamed: bool
) -> None:
    scripted.answers.extend([DONE] * 120)
    scripted.gate.clear()
    told: list[ProgressReport] = []
    given: dict[str, Any] = {"parameters": REMOVE, "items": members(*range(120)), "progress": told.append}

    async def read() -> None:
        async with aclosing(hasty.stream(*REMOVAL, **given)) as items:
            async for _ in items:
                pass

    running = asyncio.create_task(read() if streamed else hasty.execute(*REMOVAL, **given))
    await scripted.first_request()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    last = told[-1]
    assert (last.cancelled, last.done, last.requests) == (True, 0, 1)
    (method,) = last.unanswered
    assert 0 < last.unanswered[method] <= 50
    assert f"sent without an answer: {method} ({last.unanswered[method]})" in str(last)
    scripted.gate.set()
    await until(lambda: len(scripted.calls) == last.unanswered[method])
    assert scripted.requests == 1


async def test_reads_that_were_cut_off_are_nothing_to_look_for(hasty: Node, scripted: ScriptedPortal) -> None:
    scripted.gate.clear()
    told: list[ProgressReport] = []
    running = asyncio.create_task(hasty.execute("user", "get", parameters={"userId": 1}, progress=told.append))
    await scripted.first_request()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (told[-1].cancelled, dict(told[-1].unanswered)) == (True, {})
    scripted.gate.set()


def test_the_log_of_a_job_has_a_line_for_each_tenth_and_each_wait(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = JobLog("t1", "Create of crm")
    for done in range(1, 201):
        log.note(ProgressReport(done, 200, done // 20, "something" if 50 < done < 60 else ""))
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == 11
    assert lines[0] == "Task t1 (Create of crm): 20 of 200 items done, 1 request"
    assert "51 of 200 items done, 2 requests, waiting for something" in lines[2]
    assert lines[-1] == "Task t1 (Create of crm): 200 of 200 items done, 10 requests"


def test_the_log_of_a_small_job_is_quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log = JobLog("t1", "Create of crm")
    for done in range(1, 20):
        log.note(ProgressReport(done, 19, done))
    assert caplog.records == []


async def test_jobs_of_n8n_leave_lines_in_the_log(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="bitrix_node")
    job = {
        "version": 1,
        "resource": "user",
        "operation": "get",
        "items": list(range(60)),
        "parameters": {"userId": 1},
        "credential": {"type": "bitrix24WebhookApi", "data": {"webhookSecret": sandbox.webhook_url}},
    }
    await execute_job(job, TaskContext("t7", None))
    lines = [record.getMessage() for record in caplog.records if "t7" in record.getMessage()]
    assert lines[-1].startswith("Task t7 (Get User of user): 60 of 60 items done, ")
    assert sandbox.webhook_url not in "".join(lines)


async def test_a_job_that_n8n_stops_says_what_had_been_sent(
    scripted: ScriptedPortal, caplog: pytest.LogCaptureFixture
) -> None:
    scripted.gate.clear()
    job = {
        "version": 1,
        "resource": "crm",
        "operation": "create",
        "items": [0],
        "parameters": {"entityType": "deal", "fieldsJson": '{"title": "New"}'},
        "credential": {"type": "bitrix24WebhookApi", "data": {"webhookSecret": scripted.webhook_url}},
    }
    running = asyncio.create_task(execute_job(job, TaskContext("t8", None)))
    await scripted.first_request()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    scripted.gate.set()
    (line,) = (record.getMessage() for record in caplog.records if "t8" in record.getMessage())
    assert line == (
        "Task t8 (Create of crm) was stopped: 0 of 1 items done, 1 request, "
        "sent without an answer: crm.item.add (1); look in Bitrix24 what became of them"
    )


@pytest.mark.parametrize("turns", range(1, 8))
async def test_nothing_is_sent_after_a_run_was_cancelled_and_all_before_is_told(sandbox: Sandbox, turns: int) -> None:
    told: list[ProgressReport] = []
    items = [{"title": f"Deal {number}"} for number in range(1000)]
    parameters = {"entityType": "deal", "fieldsJson": '={"title": "{{ $json.title }}"}'}
    async with Node(Webhook(sandbox.webhook_url)) as node:
        work = node.execute("crm", "create", parameters=parameters, items=items, progress=told.append)
        running = asyncio.create_task(work)
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        sent = node.statistics.requests
        assert told[-1].cancelled
        await node.portal.call("profile", {"filter": None})
        assert node.statistics.requests == sent + 1
        await until(lambda: sandbox.statistics.requests == sent + 1)
    made = sum(entry.method == "crm.item.add" for entry in sandbox.journal)
    assert made == told[-1].unanswered.get("crm.item.add", 0)


@pytest.mark.parametrize("action", ["getItem", "getItems"])
async def test_a_listener_that_fails_is_told_nothing_more(
    action: str, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: ProgressReport) -> None:
        raise BrokenPipeError("nobody reads")

    parameters = {"entityTypeId": 2, **({"itemId": "={{ $json.id }}"} if action == "getItem" else {"limit": 1})}
    async with Node(Webhook(sandbox.webhook_url)) as node:
        items = await node.execute("spa", action, parameters=parameters, items=[{"id": 1}, {"id": 2}], progress=broken)
    assert len(items) == 2
    (record,) = caplog.records
    assert "BrokenPipeError: nobody reads" in record.getMessage()
