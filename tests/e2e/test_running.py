"""Runs that are long, large, stopped, or lose their runner: nothing is done twice, and what is not known is said."""

from __future__ import annotations

import base64
import io
import json
import random
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.running import (
    NODE,
    ONE_REQUEST_A_SECOND,
    Place,
    credential,
    paired,
    place,
    results,
    said,
    started,
    stored,
    until,
)
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.n8n.installation.client import Execution, N8nClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

TASK_SECONDS = "10"
MEBIBYTE = 1024 * 1024
NEW_DEAL = {
    "resource": "crm",
    "operation": "create",
    "entityType": "deal",
    "fieldsJson": '={"TITLE": "{{ $json.title }}"}',
}
WHO_AM_I = {"resource": "user", "operation": "getCurrent"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def tight(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """An n8n with short tasks, small messages, and files kept in memory."""
    variables = {
        "N8N_RUNNERS_TASK_TIMEOUT": TASK_SECONDS,
        "N8N_RUNNERS_TASK_REQUEST_TIMEOUT": "5",
        "N8N_RUNNERS_MAX_PAYLOAD": str(MEBIBYTE),
        "N8N_DEFAULT_BINARY_DATA_MODE": "default",
    }
    async with place(tmp_path_factory.mktemp("tight"), variables) as tight:
        yield tight


@pytest_asyncio.fixture(loop_scope="session")
async def portal() -> AsyncIterator[Sandbox]:
    """A portal that the test sees into."""
    async with Sandbox(SandboxConfig()) as sandbox:
        yield sandbox


def deals(count: int) -> list[dict[str, Any]]:
    return [{"title": f"Deal {number}"} for number in range(count)]


def made(portal: Sandbox) -> Counter[str]:
    """How often each of the deals has arrived at the portal."""
    entries = (entry for entry in portal.journal.commands if entry.method == "crm.item.add")
    return Counter(entry.arguments["fields"]["title"] for entry in entries)


def code_of(execution: Execution) -> set[str]:
    return {item["details"]["code"] for item in results(execution)}


async def test_ten_thousand_items_are_paired_and_done_once(n8n: N8nClient, portal: Sandbox) -> None:
    items = deals(10_000)
    workflow = await stored(n8n, await credential(n8n, portal), items, **NEW_DEAL)
    execution = await n8n.run(workflow, TRIGGER, seconds=600)
    assert execution.status == "success", execution.error
    assert paired(execution) == list(range(10_000))
    assert [item["title"] for item in results(execution)] == [item["title"] for item in items]
    assert len({item["id"] for item in results(execution)}) == 10_000
    assert portal.statistics.by_method["crm.item.add"] == 10_000


async def test_a_run_longer_than_a_task_goes_on_in_further_jobs(tight: Place, portal: Sandbox) -> None:
    signed_in = await credential(tight.client, portal, **ONE_REQUEST_A_SECOND)
    workflow = await stored(tight.client, signed_in, deals(1000), **NEW_DEAL)
    async with tight.runner("long", N8N_RUNNERS_TASK_TIMEOUT=TASK_SECONDS) as runner:
        execution = await tight.client.run(workflow, TRIGGER, seconds=300)
        log = runner.log.read_text(encoding="utf-8")
    assert execution.status == "success", execution.error
    assert paired(execution) == list(range(1000))
    assert made(portal) == Counter({f"Deal {number}": 1 for number in range(1000)})
    jobs = [float(seconds) for seconds in re.findall(r"done after (\S+) s", log)]
    assert sum(jobs) > int(TASK_SECONDS)
    assert max(jobs) <= int(TASK_SECONDS)


async def test_a_stopped_execution_sends_nothing_more(tight: Place, portal: Sandbox) -> None:
    signed_in = await credential(tight.client, portal, **ONE_REQUEST_A_SECOND)
    workflow = await stored(tight.client, signed_in, deals(3000), on_error="continueRegularOutput", **NEW_DEAL)
    barrier = await stored(tight.client, signed_in, [{}], **WHO_AM_I)
    async with tight.runner("stop", N8N_RUNNERS_TASK_TIMEOUT=TASK_SECONDS) as runner:
        execution_id = await started(tight.client, workflow)
        await until(lambda: made(portal))
        await tight.client.request("POST", f"/rest/executions/{execution_id}/stop")
        await until(lambda: said(runner, "cancelled: Task cancelled by user"))
        sent = made(portal).total()
        assert (await tight.client.finished(execution_id)).status == "canceled"
        # Calls still waiting for their turn would have it before this one.
        assert (await tight.client.run(barrier, TRIGGER)).status == "success"
    assert 0 < sent < 3000
    assert made(portal).total() == sent


async def test_a_busy_runner_is_waited_for(tight: Place, portal: Sandbox) -> None:
    hold = portal.faults.add("delay", "crm.item.add", seconds=7)
    signed_in = await credential(tight.client, portal)
    first = await stored(tight.client, signed_in, deals(1), **NEW_DEAL)
    second = await stored(tight.client, signed_in, [{"title": "Second"}], **NEW_DEAL)
    async with tight.runner("busy", N8N_RUNNERS_MAX_CONCURRENCY="1"):
        execution_id = await started(tight.client, first)
        await until(lambda: hold.times == 0)
        # n8n gives a task request up after five seconds: the node has to ask again.
        waited = await tight.client.run(second, TRIGGER)
        assert waited.status == "success", waited.error
        assert (await tight.client.finished(execution_id)).status == "success"
    assert made(portal) == Counter({"Deal 0": 1, "Second": 1})


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


def random_bytes(count: int) -> bytes:
    return random.Random(count).randbytes(count)


async def put(portal: Sandbox, name: str, content: bytes) -> int:
    """Puts a file into the portal's common drive."""
    folder = await call(portal, "disk.storage.getlist")
    body = {
        "id": folder[0]["ID"],
        "data": {"NAME": name},
        "fileContent": [name, base64.b64encode(content).decode()],
    }
    return int((await call(portal, "disk.storage.uploadfile", body))["ID"])


async def call(portal: Sandbox, method: str, body: dict[str, Any] | None = None) -> Any:
    data, headers = io.BytesIO(json.dumps(body or {}).encode()), {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(portal.webhook_url + method, data=data) as answer,
    ):
        return (await answer.json())["result"]


async def content_of(portal: Sandbox, file: int) -> bytes:
    address = (await call(portal, "disk.file.get", {"id": file}))["DOWNLOAD_URL"]
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        return await answer.read()


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


@pytest.mark.parametrize("mode", ["filesystem", "memory"])
async def test_a_file_comes_out_and_goes_in_byte_for_byte(
    mode: str, n8n: N8nClient, tight: Place, portal: Sandbox
) -> None:
    client = n8n if mode == "filesystem" else tight.client
    content = bytes(range(256)) + random_bytes(300_000)
    file = await put(portal, "any.bin", content)
    signed_in = await credential(client, portal)
    name = "={{ 'copy-' + $binary.data.fileName }}"
    workflow = chain(
        "Bytes",
        bitrix24("Download", signed_in, "webhook", resource="file", operation="download", fileId=str(file)),
        bitrix24(NODE, signed_in, "webhook", resource="file", operation="upload", fileName=name),
    )
    async with tight.runner("bytes"):
        execution = await client.run(await client.create_workflow(workflow), TRIGGER)
    assert execution.status == "success", execution.error
    (downloaded,) = execution.runs["Download"][0]
    kept = str(downloaded["binary"]["data"].get("id", "in the item"))
    assert kept.startswith("filesystem" if mode == "filesystem" else "in the item")
    (uploaded,) = results(execution)
    assert uploaded["NAME"] == "copy-any.bin"
    assert await content_of(portal, int(uploaded["ID"])) == content
