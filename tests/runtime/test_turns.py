"""Items of one run that may be about the same record: each finds what the ones before it have made."""

from __future__ import annotations

from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, Webhook
from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.sandbox import Sandbox, SandboxConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

BY_PHONE = {"entityType": "contact", "matchBy": "PHONE", "matchValue": "={{ $json.phone }}"}
CALLERS = [
    {"phone": "+49 30 5550199", "name": "Fern"},
    {"phone": "+49 40 5550122", "name": "Ivy"},
    {"phone": "+49305550199", "name": "Fern Hill"},
    {"phone": "+49 (30) 555-01-99", "name": "Fern H. Hill"},
]


@pytest.fixture
async def portal() -> AsyncIterator[Sandbox]:
    """A company whose limit lets all requests of these tests pass at once."""
    async with Sandbox(SandboxConfig(bucket="off")) as sandbox:
        yield sandbox


@pytest.fixture
async def node(portal: Sandbox) -> AsyncIterator[Node]:
    async with Node(Webhook(portal.webhook_url, limits=RequestLimits(rate=1000, burst=1000))) as opened:
        yield opened


def by_phone(**more: Any) -> dict[str, Any]:
    return {**BY_PHONE, "fieldsJson": '={"NAME": "{{ $json.name }}"}', **more}


def methods(portal: Sandbox, name: str) -> int:
    return sum(entry.method == name for entry in portal.journal)


def assert_made_once(found: list[Any]) -> None:
    fern, ivy, *others = (item["json"] for item in found)
    assert [fern["isNew"], ivy["isNew"], *(other["isNew"] for other in others)] == [True, True, False, False]
    assert [other["id"] for other in others] == [fern["id"]] * 2 != [ivy["id"]] * 2
    assert [other["name"] for other in others] == ["Fern Hill", "Fern H. Hill"]
    assert [entry["value"] for entry in others[-1]["fm"]] == ["+49 30 5550199"]


async def test_a_record_is_made_once_however_often_a_run_asks_for_it(portal: Sandbox, node: Node) -> None:
    assert_made_once(await node.execute("crm", "upsert", parameters=by_phone(), items=CALLERS))
    assert methods(portal, "crm.item.add") == 2


async def test_a_stream_makes_it_once_too(portal: Sandbox, node: Node) -> None:
    async with aclosing(node.stream("crm", "upsert", parameters=by_phone(), items=CALLERS)) as parts:
        assert_made_once([item async for item in parts])
    assert methods(portal, "crm.item.add") == 2


async def test_the_field_may_be_written_in_either_way(portal: Sandbox, node: Node) -> None:
    parameters = {
        "entityType": "lead",
        "matchBy": "field",
        "matchField": "={{ $json.field }}",
        "matchValue": "web-7",
        "fieldsJson": {"TITLE": "From the site"},
    }
    items = [{"field": "ORIGIN_ID"}, {"field": "originId"}]
    first, second = await node.execute("crm", "upsert", parameters=parameters, items=items)
    assert (first["json"]["isNew"], second["json"]["isNew"]) == (True, False)
    assert first["json"]["id"] == second["json"]["id"]


async def test_other_items_share_requests(portal: Sandbox, node: Node) -> None:
    items = [{"phone": f"+49 30 5560{number:03}", "name": f"Caller {number}"} for number in range(100)]
    found = await node.execute("crm", "upsert", parameters=by_phone(), items=[*items, items[0]])
    assert [item["json"]["isNew"] for item in found] == [True] * 100 + [False]
    assert portal.statistics.requests < 20


async def test_the_turn_passes_on_when_an_item_fails(portal: Sandbox, node: Node) -> None:
    portal.faults.add("error", "crm.item.add", status=400, code="NO", message="No")
    items = [CALLERS[0], CALLERS[2], CALLERS[3]]
    found = await node.execute("crm", "upsert", parameters=by_phone(), items=items, continue_on_fail=True)
    assert found[0]["json"]["error"] == "No"
    assert [item["json"]["isNew"] for item in found[1:]] == [True, False]


async def test_smart_process_items_and_addresses_are_made_once(portal: Sandbox, node: Node) -> None:
    item = {"entityTypeId": 1032, "matchField": "xmlId", "matchValue": "A-17", "fieldValues": {"title": "A-17"}}
    address = {"ownerType": "company", "ownerId": 1, "addressType": 9, "address": {"CITY": "Leeds"}}
    for resource, operation, parameters in (("spa", "upsertItem", item), ("requisite", "upsertAddress", address)):
        found = await node.execute(resource, operation, parameters=parameters, items=[{}, {}, {}])
        assert [entry["json"]["isNew"] for entry in found] == [True, False, False]
