"""Runners that are busy, killed or not there yet; an n8n that restarts; stopped executions; messages too large."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.e2e.portal_files import put, random_bytes
from tests.e2e.running import (
    MEBIBYTE,
    NEW_DEAL,
    ONE_REQUEST_A_SECOND,
    WHO_AM_I,
    credential,
    deals,
    made,
    paired,
    results,
    said,
    started,
    stored,
    until,
)
from tests.e2e.workflows import TRIGGER

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import Execution
    from bitrix_node.sandbox import Sandbox
    from tests.e2e.running import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


def code_of(execution: Execution) -> set[str]:
    return {item["details"]["code"] for item in results(execution)}


async def test_a_stopped_execution_sends_nothing_more(tight: Place, portal: Sandbox) -> None:
    signed_in = await credential(tight.client, portal, **ONE_REQUEST_A_SECOND)
    workflow = await stored(tight.client, signed_in, deals(3000), on_error="continueRegularOutput", **NEW_DEAL)
    barrier = await stored(tight.client, signed_in, [{}], **WHO_AM_I)
    async with tight.runner("stop") as runner:
        execution_id = await started(tight.client, workflow)
        await until(lambda: made(portal))
        await tight.client.request("POST", f"/rest/executions/{execution_id}/stop")
        await until(lambda: said(runner, "cancelled: Task cancelled by user"))
        assert (await tight.client.finished(execution_id)).status == "canceled"
        # What travelled has arrived when this is through; what still waited for its turn would have it before this.
        assert (await tight.client.run(barrier, TRIGGER)).status == "success"
        sent = made(portal).total()
        assert (await tight.client.run(barrier, TRIGGER)).status == "success"
    assert 0 < sent < 3000
    assert made(portal).total() == sent


async def test_an_execution_stopped_while_it_waits_for_a_slot_never_begins(tight: Place, portal: Sandbox) -> None:
    portal.faults.add("hang", "crm.item.add")
    signed_in = await credential(tight.client, portal)
    first = await stored(tight.client, signed_in, deals(1), **NEW_DEAL)
    second = await stored(tight.client, signed_in, [{"title": "Second"}], **NEW_DEAL)
    barrier = await stored(tight.client, signed_in, [{}], **WHO_AM_I)
    async with tight.runner("slot", N8N_RUNNERS_MAX_CONCURRENCY="1"):
        holding = await started(tight.client, first)
        await until(lambda: portal.statistics.requests)
        unmatched = tight.unmatched_requests()
        waiting = await started(tight.client, second)
        await until(lambda: tight.unmatched_requests() > unmatched)
        for execution_id in (waiting, holding):
            await tight.client.request("POST", f"/rest/executions/{execution_id}/stop")
            assert (await tight.client.finished(execution_id)).status == "canceled"
        assert (await tight.client.run(barrier, TRIGGER)).status == "success"
    assert made(portal) == Counter()


async def test_a_busy_runner_is_waited_for(tight: Place, portal: Sandbox) -> None:
    hold = portal.faults.add("delay", "crm.item.add", seconds=13)
    signed_in = await credential(tight.client, portal)
    first = await stored(tight.client, signed_in, deals(1), **NEW_DEAL)
    second = await stored(tight.client, signed_in, [{"title": "Second"}], **NEW_DEAL)
    async with tight.runner("busy", N8N_RUNNERS_MAX_CONCURRENCY="1"):
        execution_id = await started(tight.client, first)
        await until(lambda: hold.times == 0)
        # n8n gives a task request up after ten seconds: the node has to ask again.
        waited = await tight.client.run(second, TRIGGER)
        assert waited.status == "success", waited.error
        assert (await tight.client.finished(execution_id)).status == "success"
    assert made(portal) == Counter({"Deal 0": 1, "Second": 1})


async def test_a_runner_that_the_launcher_has_yet_to_start(tight: Place, portal: Sandbox) -> None:
    workflow = await stored(tight.client, await credential(tight.client, portal), [{}], **WHO_AM_I)
    launcher = asyncio.create_task(tight.put_off_the_first_task())
    execution_id = await started(tight.client, workflow)
    await launcher
    ticket = {"N8N_RUNNERS_AUTH_TOKEN": "", "N8N_RUNNERS_GRANT_TOKEN": await tight.grant()}
    async with tight.runner("launched", **ticket):
        execution = await tight.client.finished(execution_id)
    assert execution.status == "success", execution.error


@pytest.mark.parametrize("action", ["write", "read"])
async def test_a_runner_that_is_killed_in_the_middle(tight: Place, portal: Sandbox, action: str) -> None:
    parameters = NEW_DEAL if action == "write" else WHO_AM_I
    portal.faults.add("hang", after=True, times=None)
    signed_in = await credential(tight.client, portal)
    workflow = await stored(tight.client, signed_in, deals(3), on_error="continueRegularOutput", **parameters)
    async with tight.runner(f"killed-{action}") as runner:
        execution_id = await started(tight.client, workflow)
        await until(lambda: portal.statistics.commands)
        assert runner._process is not None
        runner._process.kill()
        execution = await tight.client.finished(execution_id)
    assert execution.status == "success"
    assert paired(execution) == [0, 1, 2]
    message = results(execution)[0]["error"]
    if action == "write":
        assert message == "The connection to the Bitrix24 runner was lost: outcome unknown"
        assert code_of(execution) == {"OUTCOME_UNKNOWN"}
        assert "check in Bitrix24" in results(execution)[0]["details"]["advice"]
    else:
        assert message == "The connection to the Bitrix24 runner was lost"
        assert code_of(execution) == {"RUNNER_LOST"}
    portal.faults.pending.clear()
    async with tight.runner(f"after-{action}"):
        assert (await tight.client.run(workflow, TRIGGER)).status == "success"


async def test_a_runner_comes_back_when_n8n_does(tight: Place, portal: Sandbox) -> None:
    portal.faults.add("hang", "crm.item.add", after=True)
    signed_in = await credential(tight.client, portal)
    workflow = await stored(tight.client, signed_in, deals(1), **NEW_DEAL)
    async with tight.runner("restart") as runner:
        await started(tight.client, workflow)
        await until(lambda: portal.statistics.commands)
        await tight.process.stop()
        await tight.process.start()
        execution = await tight.client.run(workflow, TRIGGER)
        assert said(runner, "Connected to n8n", times=2)
    assert execution.status == "success", execution.error
    assert made(portal) == Counter({"Deal 0": 2})


async def test_jobs_are_as_small_as_the_runner_wants_them(tight: Place, portal: Sandbox) -> None:
    items = [{**deal, "text": "x" * 40_000} for deal in deals(10)]
    items[7]["text"] = "y" * 300_000
    wordy = {**NEW_DEAL, "fieldsJson": '={"TITLE": "{{ $json.title }}", "COMMENTS": "{{ $json.text }}"}'}
    signed_in = await credential(tight.client, portal)
    workflow = await stored(tight.client, signed_in, items, on_error="continueRegularOutput", **wordy)
    # For a few seconds the node remembers what an earlier runner took; a new n8n remembers nothing.
    await tight.process.stop()
    await tight.process.start()
    async with tight.runner("small", N8N_RUNNERS_MAX_PAYLOAD="200000") as runner:
        execution = await tight.client.run(workflow, TRIGGER)
        assert said(runner, "Connected to n8n")
        assert not said(runner, "The connection to n8n ended")
    assert paired(execution) == list(range(10))
    refused = results(execution)[7]
    assert refused["details"]["code"] == "PAYLOAD_TOO_LARGE"
    assert "200,000 are allowed" in refused["error"]
    assert [item.get("title") for item in results(execution)] == [
        None if number == 7 else f"Deal {number}" for number in range(10)
    ]
    assert made(portal) == Counter({f"Deal {number}": 1 for number in range(10) if number != 7})


@pytest.mark.parametrize(("limit", "said_by"), [("1048576", "the runner"), ("1073741824", "n8n")])
async def test_an_answer_larger_than_n8n_takes(tight: Place, portal: Sandbox, limit: str, said_by: str) -> None:
    file = await put(portal, "large.bin", random_bytes(2 * MEBIBYTE))
    signed_in = await credential(tight.client, portal)
    download = {"resource": "file", "operation": "download", "fileId": str(file)}
    workflow = await stored(tight.client, signed_in, [{}], **download)
    small = await stored(tight.client, signed_in, [{}], **WHO_AM_I)
    async with tight.runner(f"answer-{limit}", N8N_RUNNERS_MAX_PAYLOAD=limit) as runner:
        execution = await tight.client.run(workflow, TRIGGER)
        assert execution.status == "error"
        assert execution.error is not None
        if said_by == "the runner":
            assert "N8N_RUNNERS_MAX_PAYLOAD allows 1,048,576" in execution.error["message"]
        else:
            assert execution.error["message"] == "The connection to the Bitrix24 runner was lost"
            assert said(runner, "a message was larger than N8N_RUNNERS_MAX_PAYLOAD allows")
        assert (await tight.client.run(small, TRIGGER)).status == "success"
