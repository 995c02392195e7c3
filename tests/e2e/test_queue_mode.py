"""Queue mode in the real n8n: executions run on two workers, and all runners together keep to one request limit."""

from __future__ import annotations

import asyncio
import uuid
from itertools import chain
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
import pytest_asyncio

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.queue_mode import Queue, running_queue
from tests.e2e.running import NEW_DEAL, NODE, WHO_AM_I, credential, made, results, stored
from tests.e2e.workflows import TRIGGER, bitrix24, line, node

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="session")

DRAIN, CAPACITY = 2, 6
LIMITS = {"plan": "custom", "requestsPerSecond": DRAIN, "burst": CAPACITY}
EXECUTIONS, ITEMS = 6, 150


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def queue(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Queue]:
    async with running_queue(tmp_path_factory.mktemp("queue")) as queue:
        yield queue


@pytest_asyncio.fixture(loop_scope="session")
async def strict_portal() -> AsyncIterator[Sandbox]:
    """A portal that refuses the request that is one too many."""
    async with Sandbox(SandboxConfig(bucket=f"{DRAIN}:{CAPACITY}")) as sandbox:
        yield sandbox


async def test_workers_share_the_executions_and_one_request_limit(queue: Queue, strict_portal: Sandbox) -> None:
    address = await deals_by_webhook(queue, strict_portal)
    batches = [[f"Execution {run}, deal {number}" for number in range(ITEMS)] for run in range(EXECUTIONS)]
    answers = await asyncio.gather(*(posted(address, titles) for titles in batches))
    for titles, answer in zip(batches, answers, strict=True):
        assert [deal["title"] for deal in answer] == titles
    assert made(strict_portal) == dict.fromkeys(chain.from_iterable(batches), 1)
    assert strict_portal.statistics.requests > CAPACITY
    assert strict_portal.statistics.rejected == 0
    assert all(worker.tasks for worker in queue.workers)
    assert sum(worker.executions for worker in queue.workers) == EXECUTIONS
    assert queue.main.tasks == 0


async def test_a_manual_run_takes_the_runner_of_the_main_process(queue: Queue, portal: Sandbox) -> None:
    workflow = await stored(queue.client, await credential(queue.client, portal), [{}], **WHO_AM_I)
    before = [worker.tasks for worker in queue.workers]
    execution = await queue.client.run(workflow, TRIGGER)
    assert execution.status == "success", execution.error
    assert [user["ID"] for user in results(execution)] == [1]
    assert queue.main.tasks == 1
    assert [worker.tasks for worker in queue.workers] == before


async def deals_by_webhook(queue: Queue, portal: Sandbox) -> str:
    """Switches on a workflow that makes a deal of every title that is posted; returns where to post."""
    path = str(uuid.uuid4())
    options = {"path": path, "httpMethod": "POST", "responseMode": "lastNode", "responseData": "allEntries"}
    workflow = await queue.client.create_workflow(
        line(
            "Deals by webhook",
            {**node("Webhook", "n8n-nodes-base.webhook", 2, **options), "webhookId": path},
            node(
                "Titles",
                "n8n-nodes-base.splitOut",
                fieldToSplitOut="body.titles",
                options={"destinationFieldName": "title"},
            ),
            bitrix24(NODE, await credential(queue.client, portal, **LIMITS), "webhook", **NEW_DEAL),
        )
    )
    await queue.client.activate(workflow)
    address = f"{queue.main.n8n.url}/webhook/{path}"
    await listening(address)
    return address


async def listening(address: str) -> None:
    """Waits until n8n knows the address: it answers the wrong method with the right one."""
    async with asyncio.timeout(90), aiohttp.ClientSession() as http:
        while True:
            async with http.get(address) as answer:
                if "POST request" in await answer.text():
                    return
            await asyncio.sleep(0.1)


async def posted(address: str, titles: list[str]) -> list[dict[str, Any]]:
    async with aiohttp.ClientSession() as http, http.post(address, json={"titles": titles}) as answer:
        assert answer.ok, await answer.text()
        deals: list[dict[str, Any]] = await answer.json()
        return deals
