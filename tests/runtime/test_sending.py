"""The options Batching and Send in Order, as the portal sees them: how many requests, and in which order."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import ItemFailed, Node, Webhook
from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.definitions import Definitions
from bitrix_node.handlers import explain
from bitrix_node.hosts.job import execute_job
from bitrix_node.hosts.runner import TaskContext
from bitrix_node.parameters import read_values
from bitrix_node.portal.pace import FULL_BATCH
from bitrix_node.sandbox import Sandbox, SandboxConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.sandbox.observation import JournalEntry

TITLES = [f"Deal {index}" for index in range(60)]
ITEMS = [{"title": title} for title in TITLES]
SINGLE = {"batching": "single"}
IN_ORDER = {"sendInOrder": True}


@pytest.fixture
async def portal() -> AsyncIterator[Sandbox]:
    """A company whose limit lets all requests of these tests pass at once."""
    async with Sandbox(SandboxConfig(bucket="off")) as sandbox:
        yield sandbox


@pytest.fixture
async def node(portal: Sandbox) -> AsyncIterator[Node]:
    async with Node(Webhook(portal.webhook_url, limits=RequestLimits(rate=1000, burst=1000))) as opened:
        yield opened


def create(**options: Any) -> dict[str, Any]:
    return {"entityType": "deal", "fieldsJson": '={"title": "{{ $json.title }}"}', "options": options}


def added(portal: Sandbox) -> list[JournalEntry]:
    return [entry for entry in portal.journal if entry.method == "crm.item.add"]


def titles(portal: Sandbox) -> list[str]:
    return [entry.arguments["fields"]["title"] for entry in added(portal)]


async def test_by_default_items_share_requests(portal: Sandbox, node: Node) -> None:
    await node.execute("crm", "create", parameters=create(), items=ITEMS)
    assert sorted(titles(portal)) == sorted(TITLES)
    assert {entry.batched for entry in added(portal)} == {True}
    assert portal.statistics.requests < 10


async def test_one_request_per_item(portal: Sandbox, node: Node) -> None:
    found = await node.execute("crm", "create", parameters=create(**SINGLE), items=ITEMS)
    assert [item["json"]["title"] for item in found] == TITLES
    assert {entry.batched for entry in added(portal)} == {False}
    assert portal.statistics.requests == len(TITLES)


async def test_items_may_differ_in_it(portal: Sandbox, node: Node) -> None:
    items = [{"title": title, "how": "single" if index % 2 else "automatic"} for index, title in enumerate(TITLES)]
    await node.execute("crm", "create", parameters=create(batching="={{ $json.how }}"), items=items)
    alone = {entry.arguments["fields"]["title"] for entry in added(portal) if not entry.batched}
    assert alone == set(TITLES[1::2])


async def test_in_order_each_item_waits_for_the_one_before(portal: Sandbox, node: Node) -> None:
    found = await node.execute("crm", "create", parameters=create(**IN_ORDER), items=ITEMS)
    assert titles(portal) == TITLES == [item["json"]["title"] for item in found]
    ids = [item["json"]["id"] for item in found]
    assert ids == sorted(ids)
    assert len({entry.request for entry in added(portal)}) == len(TITLES)


async def test_in_order_all_calls_of_an_item_come_before_those_of_the_next(portal: Sandbox, node: Node) -> None:
    names = [{"name": f"a{index}.txt"} for index in range(5)]
    upload = {"fileName": "={{ $json.name }}", "fileContent": "x", "uploadOptions": IN_ORDER}
    await node.execute("file", "upload", parameters=upload, items=names)
    calls = [(entry.method, entry.request) for entry in portal.journal]
    assert [request for _, request in calls] == sorted(request for _, request in calls)
    uploads = [entry for entry in portal.journal if entry.method.lower().endswith(".uploadfile")]
    assert [entry.arguments["data"]["NAME"] for entry in uploads] == [each["name"] for each in names]


async def test_in_order_a_failed_item_is_passed_over_when_the_run_goes_on(portal: Sandbox, node: Node) -> None:
    portal.faults.add("error", "crm.item.add", status=400, code="NO", message="No")
    found = await node.execute("crm", "create", parameters=create(**IN_ORDER), items=ITEMS[:5], continue_on_fail=True)
    assert titles(portal) == TITLES[1:5]
    assert found[0]["json"]["error"] == "No"
    assert [item["json"]["title"] for item in found[1:]] == TITLES[1:5]


async def test_in_order_nothing_follows_a_failed_item_otherwise(portal: Sandbox, node: Node) -> None:
    await node.execute("crm", "create", parameters=create(**IN_ORDER), items=ITEMS[:2])
    portal.faults.add("error", "crm.item.add", status=400, code="NO", message="No")
    with pytest.raises(ItemFailed) as caught:
        await node.execute("crm", "create", parameters=create(**IN_ORDER), items=ITEMS[2:])
    assert caught.value.failure.item == 0
    assert titles(portal) == TITLES[:2]


@pytest.mark.parametrize("continue_on_fail", [True, False])
async def test_a_stream_keeps_to_the_order_too(portal: Sandbox, node: Node, continue_on_fail: bool) -> None:
    parts = node.stream("crm", "create", parameters=create(**IN_ORDER), items=ITEMS, continue_on_fail=continue_on_fail)
    seen = 0
    async with aclosing(parts):
        async for item in parts:
            assert item["json"]["title"] == TITLES[seen]
            seen += 1
            assert len(added(portal)) == seen
    assert titles(portal) == TITLES


async def test_in_order_with_one_request_per_item(portal: Sandbox, node: Node) -> None:
    await node.execute("crm", "create", parameters=create(**IN_ORDER, **SINGLE), items=ITEMS)
    assert titles(portal) == TITLES
    assert portal.statistics.requests == len(TITLES)


async def test_jobs_of_n8n_keep_to_both(portal: Sandbox) -> None:
    credential = {"webhookSecret": portal.webhook_url, "plan": "custom", "requestsPerSecond": 1000, "burst": 1000}
    job = {
        "version": 1,
        "resource": "crm",
        "operation": "create",
        "items": list(range(len(TITLES))),
        "parameters": {"entityType": "deal", "options": {**IN_ORDER, **SINGLE}},
        "itemParameters": [{"fieldsJson": f'{{"title": "{title}"}}'} for title in TITLES],
        "credential": {"type": "bitrix24WebhookApi", "data": credential},
    }
    result = await execute_job(job, TaskContext("task", None))
    assert [item["json"]["title"] for item in result["items"]] == TITLES == titles(portal)
    assert {entry.batched for entry in added(portal)} == {False}


def test_what_would_be_sent_says_how() -> None:
    action = Definitions.packaged().operation("user", "get")
    plain, steered = (
        explain(action, read_values(action, {"userId": 1, "options": options}))[0]
        for options in ({}, {**IN_ORDER, **SINGLE})
    )
    assert steered == {**plain, "alone": True, "inOrder": True}
    assert not {"alone", "inOrder"} & set(plain)


MANY = [{"title": f"Deal {index}"} for index in range(2400)]
"""More than the free burst could take in requests that are half full."""


async def test_more_than_the_burst_takes_travels_in_full_requests(portal: Sandbox) -> None:
    async with Node(Webhook(portal.webhook_url)) as node:
        found = await node.execute("crm", "create", parameters=create(), items=MANY)
    assert [item["json"]["title"] for item in found] == [item["title"] for item in MANY]
    assert portal.statistics.requests < len(MANY) / FULL_BATCH * 1.2


async def test_so_it_does_when_its_items_are_read_one_by_one(portal: Sandbox) -> None:
    async with (
        Node(Webhook(portal.webhook_url)) as node,
        aclosing(node.stream("crm", "create", parameters=create(), items=MANY)) as found,
    ):
        assert [item["json"]["title"] async for item in found] == [item["title"] for item in MANY]
    assert portal.statistics.requests < len(MANY) / FULL_BATCH * 1.2


@pytest.mark.parametrize(
    ("value", "named"), [({1, 2}, "a value of the type set"), (float("nan"), "a number that is not finite")]
)
@pytest.mark.parametrize("others", [0, 2])
async def test_what_json_cannot_say_is_not_sent(others: int, value: Any, named: str) -> None:
    async with Sandbox(SandboxConfig()) as sandbox, Node(Webhook(sandbox.webhook_url)) as node:
        fields = {"title": "={{ $json.title }}", "comments": "={{ $json.more }}"}
        parameters = {"entityType": "deal", "fieldsJson": fields}
        items = [*[{"title": "Chairs", "more": "x"}] * others, {"title": "Desks", "more": value}]
        made = await node.execute("crm", "create", parameters=parameters, items=items, continue_on_fail=True)
        assert made[-1]["json"]["error"] == f"The arguments hold {named}, which JSON cannot say; nothing was sent"
        assert [item["json"]["title"] for item in made[:-1]] == ["Chairs"] * others
        added = [entry.arguments["fields"]["title"] for entry in sandbox.journal if entry.method == "crm.item.add"]
    assert added == ["Chairs"] * others
