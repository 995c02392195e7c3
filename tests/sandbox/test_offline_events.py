"""Offline events: the queue that an application fetches, reserves and clears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient
from tests.sandbox.receiver import Receiver, receive

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import aiohttp

    from bitrix_node.sandbox import Sandbox

HANDLER = "http://localhost/never-called"


@dataclass(frozen=True)
class Queue(RestClient):
    """The application of the administrator, with its queue."""

    token: str = ""

    async def call(self, method: str, arguments: Any = None) -> tuple[int, Any]:
        return await super().call(method, {**(arguments or {}), "auth": self.token})

    async def subscribe(self, event: str, **options: Any) -> None:
        bind = {"event": event, "handler": HANDLER, "event_type": "offline", **options}
        assert await self.result("event.bind", bind) is True

    async def names(self, **arguments: Any) -> list[str]:
        return [row["EVENT_NAME"] for row in await self.result("event.offline.list", arguments)]


@pytest.fixture
def queue(sandbox: Sandbox, session: aiohttp.ClientSession) -> Queue:
    return Queue(session, f"{sandbox.url}/rest/", sandbox.access_token)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async for running in receive():
        yield running


async def add_lead(portal: RestClient, **options: Any) -> int:
    made: int = await portal.result("crm.lead.add", {"fields": {"TITLE": "Fair"}, **options})
    return made


async def test_events_wait_until_they_are_fetched(queue: Queue, portal: RestClient) -> None:
    await queue.subscribe("ONCRMLEADADD")
    lead = await add_lead(portal)
    (row,) = await queue.result("event.offline.list")
    assert row["EVENT_DATA"] == {"FIELDS": {"ID": lead}}
    assert (row["EVENT_NAME"], row["PROCESS_ID"], row["ERROR"]) == ("ONCRMLEADADD", "", "0")
    fetched = await queue.result("event.offline.get")
    assert fetched["process_id"] is None
    assert fetched["events"] == [{name: row[name] for name in fetched["events"][0]}]
    assert fetched["events"][0].keys() == {
        "ID", "TIMESTAMP_X", "EVENT_NAME", "EVENT_DATA", "EVENT_ADDITIONAL", "MESSAGE_ID",
    }  # fmt: skip
    assert await queue.names() == []


async def test_reserved_events_are_cleared_or_marked(queue: Queue, portal: RestClient) -> None:
    await queue.subscribe("ONCRMLEADADD")
    for _ in range(3):
        await add_lead(portal)
    reserved = await queue.result("event.offline.get", {"clear": 0})
    process, (first, second, third) = reserved["process_id"], reserved["events"]
    assert len(process) == 32
    assert (await queue.result("event.offline.get"))["events"] == []
    assert await queue.result("event.offline.clear", {"process_id": process, "id": [int(first["ID"])]}) is True
    failed = {"process_id": process, "message_id": [second["MESSAGE_ID"]]}
    assert await queue.result("event.offline.error", failed) is True
    rows = await queue.result("event.offline.list")
    assert [(row["ID"], row["ERROR"]) for row in rows] == [(second["ID"], "1"), (third["ID"], "0")]
    assert [row["ID"] for row in await queue.result("event.offline.list", {"filter": {"ERROR": 1}})] == [second["ID"]]
    cleared = {"process_id": process, "message_id": [third["MESSAGE_ID"]]}
    await queue.result("event.offline.clear", cleared)
    await queue.result("event.offline.clear", {"process_id": process})
    assert await queue.names() == []


async def test_the_queue_is_filtered_sorted_and_limited(queue: Queue, portal: RestClient) -> None:
    await queue.subscribe("ONCRMLEADADD")
    await queue.subscribe("ONCRMDEALADD")
    await add_lead(portal)
    await portal.result("crm.deal.add", {"fields": {"TITLE": "Desks"}})
    await add_lead(portal)
    assert await queue.names(order={"ID": "DESC"}) == ["ONCRMLEADADD", "ONCRMDEALADD", "ONCRMLEADADD"]
    assert await queue.names(filter={"=EVENT_NAME": "ONCRMDEALADD"}) == ["ONCRMDEALADD"]
    fetched = await queue.result("event.offline.get", {"limit": 1, "filter": {"EVENT_NAME": "ONCRMLEADADD", ">ID": 1}})
    assert [row["ID"] for row in fetched["events"]] == ["3"]
    assert await queue.names() == ["ONCRMLEADADD", "ONCRMDEALADD"]
    refusal = await queue.refusal("event.offline.list", {"filter": {"COLOUR": "red"}})
    assert refusal == (400, "ERROR_ARGUMENT", "There is no field COLOUR in the queue")


async def test_an_event_that_waits_already_is_not_queued_twice(queue: Queue, portal: RestClient) -> None:
    await queue.subscribe("ONCRMLEADUPDATE")
    for title in ("One", "Two"):
        await portal.result("crm.lead.update", {"id": 1, "fields": {"TITLE": title}})
    assert await queue.names() == ["ONCRMLEADUPDATE"]
    await queue.result("event.offline.get", {"clear": 0})
    await portal.result("crm.lead.update", {"id": 1, "fields": {"TITLE": "Three"}})
    assert await queue.names() == ["ONCRMLEADUPDATE"] * 2


async def test_a_source_hears_nothing_of_its_own_changes(queue: Queue, portal: RestClient) -> None:
    await queue.subscribe("ONCRMLEADADD", auth_connector="warehouse")
    await queue.subscribe("ONCRMLEADADD")
    await add_lead(portal, auth_connector="warehouse")
    assert await queue.names(auth_connector="warehouse") == []
    assert await queue.names() == ["ONCRMLEADADD"]
    await add_lead(portal, auth_connector="shop")
    assert await queue.names(auth_connector="warehouse") == ["ONCRMLEADADD"]


async def test_offline_handlers_are_listed_and_removed(queue: Queue) -> None:
    await queue.subscribe("ONCRMLEADADD")
    assert await queue.result("event.get") == [{"event": "ONCRMLEADADD", "handler": "", "auth_type": "0", "offline": 1}]
    unbind = {"event": "ONCRMLEADADD", "handler": HANDLER}
    assert await queue.result("event.unbind", unbind) == {"count": 0}
    assert await queue.result("event.unbind", {**unbind, "event_type": "offline"}) == {"count": 1}


async def test_a_growing_queue_is_an_event_of_its_own(
    sandbox: Sandbox, queue: Queue, portal: RestClient, receiver: Receiver
) -> None:
    await queue.subscribe("ONCRMLEADADD")
    bind = {"event": "ONOFFLINEEVENT", "handler": receiver.url, "options": {"minTimeout": 600}}
    await queue.result("event.bind", bind)
    await add_lead(portal)
    assert (await receiver.next())["event"] == "ONOFFLINEEVENT"
    await add_lead(portal)
    await sandbox.events_told()
    assert receiver.arrived() == []
    sandbox.clock.advance(601)
    await add_lead(portal)
    assert (await receiver.next())["event"] == "ONOFFLINEEVENT"


async def test_a_notice_that_came_too_soon_is_sent_later(queue: Queue, portal: RestClient, receiver: Receiver) -> None:
    await queue.subscribe("ONCRMLEADADD")
    await queue.result("event.bind", {"event": "ONOFFLINEEVENT", "handler": receiver.url})
    await add_lead(portal)
    await add_lead(portal)
    first, second = await receiver.next(), await receiver.next()
    assert int(second["ts"]) >= int(first["ts"])
    assert await queue.names() == ["ONCRMLEADADD"] * 2
