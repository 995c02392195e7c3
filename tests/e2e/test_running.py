"""Large and long runs, rows and files: everything done once, everything with the item that it belongs to."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from tests.e2e.portal_files import content_of, put, random_bytes
from tests.e2e.running import (
    NEW_DEAL,
    NODE,
    ONE_REQUEST_A_SECOND,
    TASK_SECONDS,
    credential,
    deals,
    made,
    paired,
    results,
    stored,
)
from tests.e2e.workflows import TRIGGER, bitrix24, chain, node

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient
    from bitrix_node.sandbox import Sandbox
    from tests.e2e.running import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
    workflow = await stored(tight.client, signed_in, deals(1500), **NEW_DEAL)
    async with tight.runner("long") as runner:
        execution = await tight.client.run(workflow, TRIGGER, seconds=300)
        log = runner.log.read_text(encoding="utf-8")
    assert execution.status == "success", execution.error
    assert paired(execution) == list(range(1500))
    assert made(portal) == Counter({f"Deal {number}": 1 for number in range(1500)})
    jobs = [float(seconds) for seconds in re.findall(r"done after (\S+) s", log)]
    assert sum(jobs) > TASK_SECONDS


@pytest.mark.parametrize(
    ("options", "together", "kept"),
    [({}, True, False), ({"batching": "single"}, False, False), ({"sendInOrder": True}, False, True)],
    ids=["shared requests", "one request per item", "in order"],
)
async def test_how_items_are_sent_is_an_option(
    n8n: N8nClient, portal: Sandbox, options: dict[str, Any], *, together: bool, kept: bool
) -> None:
    items = deals(30)
    workflow = await stored(n8n, await credential(n8n, portal), items, **NEW_DEAL, options=options)
    execution = await n8n.run(workflow, TRIGGER)
    assert execution.status == "success", execution.error
    assert paired(execution) == list(range(30))
    added = [entry for entry in portal.journal if entry.method == "crm.item.add"]
    titles = [entry.arguments["fields"]["title"] for entry in added]
    assert {entry.batched for entry in added} == {together}
    assert sorted(titles) == sorted(item["title"] for item in items)
    if kept:
        assert titles == [item["title"] for item in items]


async def test_rows_of_several_items_stay_paired(n8n: N8nClient, portal: Sandbox) -> None:
    signed_in = await credential(n8n, portal)
    people = {"resource": "user", "operation": "getAll", "limit": "={{ $json.limit }}"}
    fan_out = {**bitrix24(NODE, signed_in, "webhook", **people), "onError": "continueErrorOutput"}
    names = {"mode": "raw", "jsonOutput": f"={{{{ {{name: $('{TRIGGER}').item.json.name}} }}}}"}
    workflow = chain("Fan-out", fan_out, node("Names", "n8n-nodes-base.set", 3.4, **names))
    items = [{"name": "two", "limit": 2}, {"name": "none", "limit": "many"}, {"name": "three", "limit": 3}]
    workflow["pinData"] = {TRIGGER: [{"json": item} for item in items]}
    execution = await n8n.run(await n8n.create_workflow(workflow), TRIGGER)
    assert execution.status == "success", execution.error
    done, failed = execution.runs[NODE]
    assert [item["pairedItem"]["item"] for item in done] == [0, 0, 2, 2, 2]
    assert [item["pairedItem"]["item"] for item in failed] == [1]
    assert failed[0]["json"]["name"] == "none"
    followed = [item["json"]["name"] for item in execution.runs["Names"][0]]
    assert followed == ["two", "two", "three", "three", "three"]


async def test_retry_on_fail_sends_every_item_again(n8n: N8nClient, portal: Sandbox) -> None:
    portal.faults.add("error", "crm.item.add", status=400, code="ACCESS_DENIED", message="Not now")
    retried = {
        **bitrix24(NODE, await credential(n8n, portal), "webhook", **NEW_DEAL),
        "retryOnFail": True,
        "maxTries": 2,
    }
    pinned = {TRIGGER: [{"json": deal} for deal in deals(3)]}
    execution = await n8n.run(await n8n.create_workflow({**chain("Retry", retried), "pinData": pinned}), TRIGGER)
    assert execution.status == "success", execution.error
    assert paired(execution) == [0, 1, 2]
    assert made(portal) == Counter({"Deal 0": 2, "Deal 1": 2, "Deal 2": 2})


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
