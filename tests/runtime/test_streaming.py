"""Items as they come: the same as in an ordinary run, in order, and no more ahead of the reader than a few batches."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import ItemFailed, Node, Webhook
from bitrix_node.portal import PortalSettings
from bitrix_node.portal.lookahead import PAGES_AHEAD
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.runtime.streaming import ITEMS_AHEAD, LISTS_AHEAD
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.portal.waiting import until
from tests.runtime.conftest import DONE, NOT_IN_CHAT, REMOVE, members

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.scripted_portal import ScriptedPortal

ROWS = 30_000
PAGE = 50
CONTACTS: dict[str, Any] = {"entityType": "contact", "returnAll": True, "crmOptions": {"select": "id,name"}}


@pytest.fixture
async def company() -> AsyncIterator[Sandbox]:
    """A company without a limit on requests."""
    async with Sandbox(SandboxConfig(bucket="off")) as sandbox:
        yield sandbox


@pytest.fixture
async def full(company: Sandbox) -> Sandbox:
    """The same with far more contacts than may be read ahead."""
    contacts = company.database.collection("crm_items_3")
    with company.database.transaction():
        for number in range(ROWS):
            contacts.insert({"name": f"Contact {number}"})
    return company


@pytest.fixture
async def reader(company: Sandbox) -> AsyncIterator[Node]:
    settings = PortalSettings(retry=RetryPolicy(attempts=1))
    async with Node(Webhook(company.webhook_url), settings=settings) as node:
        yield node


@pytest.mark.parametrize(
    ("resource", "operation", "parameters"),
    [
        ("crm", "getAll", {**CONTACTS, "crmOptions": {}}),
        ("directApi", "call", {"endpoint": "user.get", "directApiOptions": {"simplify": False}}),
        ("crm", "getAll", {**CONTACTS, "returnAll": False, "limit": 55}),
        ("crm", "getAll", {"entityType": "={{ $json.kind }}", "returnAll": True}),
        ("user", "getAll", {"returnAll": True}),
        ("user", "get", {"userId": 1}),
        ("task", "getAll", {"returnAll": True}),
        ("crm", "getFields", {"entityType": "deal"}),
    ],
    ids=["rows", "answers", "a limit", "an expression", "users", "one record", "tasks", "fields"],
)
async def test_the_items_are_those_of_an_ordinary_run(
    reader: Node, resource: str, operation: str, parameters: dict[str, Any]
) -> None:
    items = [{"kind": kind} for kind in ("deal", "contact", "company", "deal")]
    ordinary = await reader.execute(resource, operation, parameters=parameters, items=items)
    streamed = [item async for item in reader.stream(resource, operation, parameters=parameters, items=items)]
    assert [item["pairedItem"] for item in streamed] == [item["pairedItem"] for item in ordinary]
    assert [_without_time(item["json"]) for item in streamed] == [_without_time(item["json"]) for item in ordinary]
    assert {item["pairedItem"]["item"] for item in streamed} == {0, 1, 2, 3}


def _without_time(json: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in json.items() if key != "time"}


async def test_a_long_list_comes_whole_and_once(reader: Node, full: Sandbox) -> None:
    ids = [item["json"]["id"] async for item in reader.stream("crm", "getAll", parameters=CONTACTS)]
    assert ids == [record["id"] for record in full.database.collection("crm_items_3").all()]


async def test_a_pause_of_the_reader_stops_the_asking(reader: Node, full: Sandbox) -> None:
    async with aclosing(reader.stream("crm", "getAll", parameters=CONTACTS)) as items:
        await anext(items)
        for _ in range(PAGE):
            await anext(items)
        await until(lambda: full.statistics.commands >= PAGES_AHEAD)
        for _ in range(20):
            await reader.portal.call("profile")
        asked = full.statistics.by_method["crm.item.list"]
        assert asked <= PAGES_AHEAD + 4
        rest = [item async for item in items]
    assert len(rest) == full.database.collection("crm_items_3").count() - PAGE - 1


async def test_a_reader_who_leaves_ends_the_reading(reader: Node, full: Sandbox) -> None:
    async with aclosing(reader.stream("crm", "getAll", parameters=CONTACTS)) as items:
        await anext(items)
    await reader.portal.call("profile")
    asked = full.statistics.by_method["crm.item.list"]
    for _ in range(20):
        await reader.portal.call("profile")
    assert full.statistics.by_method["crm.item.list"] == asked < PAGES_AHEAD + 4


async def test_many_lists_are_begun_but_not_read_ahead(reader: Node, full: Sandbox) -> None:
    items: list[dict[str, Any]] = [{} for _ in range(LISTS_AHEAD * 2)]
    parameters = {**CONTACTS, "returnAll": False, "limit": 1000}
    async with aclosing(reader.stream("crm", "getAll", parameters=parameters, items=items)) as stream:
        await anext(stream)
        await until(lambda: full.statistics.commands >= LISTS_AHEAD)
        for _ in range(20):
            await reader.portal.call("profile")
        assert full.statistics.by_method["crm.item.list"] == LISTS_AHEAD


@pytest.mark.parametrize("continue_on_fail", [False, True])
async def test_a_page_that_fails_in_the_middle_ends_the_rows_before_it(
    reader: Node, full: Sandbox, continue_on_fail: bool
) -> None:
    found: list[dict[str, Any]] = []
    stream = reader.stream("crm", "getAll", parameters=CONTACTS, items=[{}, {}], continue_on_fail=continue_on_fail)

    async def read() -> None:
        async with aclosing(stream) as items:
            async for item in items:
                found.append(item)
                if len(found) == ROWS // 2:
                    denied = {"status": 403, "code": "ACCESS_DENIED", "message": "Access denied."}
                    full.faults.add("error", "crm.item.list", **denied)

    if continue_on_fail:
        await read()
    else:
        with pytest.raises(ItemFailed, match="item 0"):
            await read()
    first = [item["json"] for item in found if item["pairedItem"] == {"item": 0}]
    rows = [row["id"] for row in first if "error" not in row]
    everything = [record["id"] for record in full.database.collection("crm_items_3").all()]
    assert ROWS // 2 <= len(rows) < ROWS
    assert rows == everything[: len(rows)]
    assert len(first) - len(rows) == continue_on_fail
    second = [item["json"]["id"] for item in found if item["pairedItem"] == {"item": 1}]
    assert second == (everything if continue_on_fail else [])
    if continue_on_fail:
        assert first[-1]["details"]["code"] == "ACCESS_DENIED"


async def test_the_first_failure_ends_the_run_and_tells_what_was_done(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, NOT_IN_CHAT, DONE])
    found: list[dict[str, Any]] = []

    async def read() -> None:
        async for item in node.stream("chatbot", "chatUserDelete", parameters=REMOVE, items=members(1, 2, 3)):
            found.append(item)  # noqa: PERF401 - what comes before the failure is kept

    with pytest.raises(ItemFailed) as caught:
        await read()
    assert [item["pairedItem"] for item in found] == [{"item": 0}]
    assert (caught.value.failure.item, set(caught.value.done)) == (1, {0, 2})


async def test_failed_items_stand_among_the_others(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, NOT_IN_CHAT, DONE])
    items = members(1, 2, 3, None)
    stream = node.stream("chatbot", "chatUserDelete", parameters=REMOVE, items=items, continue_on_fail=True)
    found = [item async for item in stream]
    assert [item["pairedItem"]["item"] for item in found] == [0, 1, 2, 3]
    assert ["error" in item["json"] for item in found] == [False, True, False, True]


async def test_bad_input_is_refused_before_anything_is_sent(node: Node, scripted: ScriptedPortal) -> None:
    with pytest.raises(ItemFailed) as caught:
        await anext(node.stream("chatbot", "chatUserDelete", parameters=REMOVE, items=members(1, None)))
    assert (caught.value.failure.item, caught.value.done, scripted.requests) == (1, (), 0)


async def test_more_items_than_are_begun_at_once(reader: Node, company: Sandbox) -> None:
    """Their calls share requests, and progress is told of each."""
    told: list[tuple[int, int]] = []
    count = ITEMS_AHEAD + 300
    items = [{"name": f"Deal {number}"} for number in range(count)]
    parameters = {"entityType": "deal", "fieldsJson": {"title": "={{ $json.name }}"}}
    stream = reader.stream(
        "crm",
        "create",
        parameters=parameters,
        items=items,
        progress=lambda report: told.append((report.done, report.total)),
    )
    found = [(item["pairedItem"]["item"], item["json"]["title"]) async for item in stream]
    assert found == [(number, f"Deal {number}") for number in range(count)]
    assert [entry for entry in dict.fromkeys(told) if entry[0]] == [(number + 1, count) for number in range(count)]
    assert company.statistics.requests < count / 10


async def test_secrets_do_not_reach_streamed_items(company: Sandbox) -> None:
    code = company.webhook_url.rstrip("/").rpartition("/")[2]
    company.database.collection("crm_items_3").insert({"name": f"see {company.webhook_url}"})
    async with Node(Webhook(company.webhook_url)) as node:
        text = str([item async for item in node.stream("crm", "getAll", parameters=CONTACTS)])
    assert "see " in text
    assert code not in text
