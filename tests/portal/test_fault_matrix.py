"""Every fault at every point of the first, a middle and the last batch, for reads, updates and creations.

However it ends: every input item has exactly one fate, the portal agrees with it, and nothing was done twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pytest

from bitrix_node.credentials import Webhook
from bitrix_node.definitions import Definitions
from bitrix_node.portal import Portal, PortalSettings, batching
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.portal.transport import Timeouts
from bitrix_node.runtime import Execution
from bitrix_node.runtime.execution import RunOptions
from bitrix_node.runtime.node import item_inputs
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.portal import faulty_proxy as faults
from tests.portal.faulty_proxy import FaultyProxy
from tests.portal.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.credentials import Endpoint

ITEMS = 12
BATCH = 4
SHORT, LONG = 3.0, 60.0
"""Seconds that an answer is waited for: where it is to be late, and elsewhere, however busy the machine is."""

Kind = Literal["read", "update", "create"]

RESET_AT = {"operating_reset_at": 1_800_000_060, "finish": 1_800_000_000.0}


@dataclass(frozen=True)
class Case:
    """A fault and what is known after it.

    Attributes:
        fault: what happens; `None` for a refused connection.
        known: `nothing` of a write, `refused` and sent again, `failed` for certain, or `answered` in spite of it.
        worked: whether the portal did the work.
        lost: how many calls of the batch it is about.
    """

    fault: Any
    known: Literal["nothing", "refused", "failed", "answered"]
    worked: bool = False
    lost: int = BATCH


CASES = {
    "connection refused": Case(None, "refused"),
    "reset before it is sent": Case(faults.cut_before_it_is_read, "nothing"),
    "reset after it is sent": Case(faults.cut_before_the_work, "nothing"),
    "reset after the work": Case(faults.cut_after_the_work, "nothing", worked=True),
    "timeout before the work": Case(faults.silent(after=False), "nothing"),
    "timeout after the work": Case(faults.silent(after=True), "nothing", worked=True),
    "reset in the answer": Case(faults.cut_in_the_answer, "nothing", worked=True),
    "truncated JSON": Case(faults.half_of_the_json, "nothing", worked=True),
    "a proxy's page, 200": Case(faults.page(200, after=True), "nothing", worked=True),
    "a proxy's page, 502": Case(faults.page(502, after=False), "nothing"),
    "a proxy's page, 504": Case(faults.page(504, after=True), "nothing", worked=True),
    "500": Case(faults.answered(500, "INTERNAL_SERVER_ERROR"), "nothing"),
    "502": Case(faults.answered(502, "BAD_GATEWAY"), "nothing"),
    "503 limit": Case(faults.answered(503, "QUERY_LIMIT_EXCEEDED"), "refused"),
    "429 of a proxy": Case(faults.page(429, after=False), "refused"),
    "429 with reset time": Case(faults.answered(429, "OPERATION_TIME_LIMIT", time=RESET_AT), "failed"),
    "expired token": Case(faults.answered(401, "expired_token"), "refused"),
    "wrong scope": Case(faults.answered(403, "insufficient_scope"), "failed"),
    "duplicate keys": Case(faults.changed(faults.one_twice), "nothing", worked=True),
    "fewer results": Case(faults.changed(faults.one_less), "nothing", worked=True, lost=1),
    "more results": Case(faults.changed(faults.one_more), "answered", worked=True),
}

ACTIONS: dict[Kind, tuple[str, str, dict[str, Any]]] = {
    "read": (
        "directApi",
        "call",
        {"endpoint": "im.user.get", "body": '={"ID": {{ $json.user }}}'},
    ),
    "update": (
        "crm",
        "update",
        {"entityType": "deal", "recordId": "={{ $json.id }}", "fieldsJson": '={"title": "{{ $json.title }}"}'},
    ),
    "create": ("crm", "create", {"entityType": "deal", "fieldsJson": '={"title": "{{ $json.title }}"}'}),
}


@pytest.fixture
async def company() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxConfig(bucket="off")) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "FULL_BATCH", BATCH)


def deals(sandbox: Sandbox) -> dict[int, str]:
    with sandbox.database.transaction():
        rows, _ = sandbox.database.collection("crm_items_2").query({}, {}, start=0, limit=1000)
    return {row["id"]: row["title"] for row in rows}


async def fates(
    proxy: FaultyProxy, sandbox: Sandbox, kind: Kind, items: list[dict[str, Any]], patience: float
) -> list[dict[str, Any]]:
    """What each item came to."""
    resource, operation, parameters = ACTIONS[kind]
    address = sandbox.webhook_url.replace(sandbox.url, proxy.url)
    settings = PortalSettings(
        burst=1,
        rate=1000,
        timeouts=Timeouts(read=patience),
        retry=RetryPolicy(attempts=200, backoff=0.01, ceiling=0.02, quota_wait=0.0),
    )
    endpoint = Webhook(address).endpoint()

    async def renewed() -> Endpoint:
        return Webhook(address).endpoint()

    definition = Definitions.packaged().operation(resource, operation)
    async with Portal(endpoint, renewed, settings) as portal:
        work = Execution(portal, resource, definition, RunOptions(continue_on_fail=True))
        result = await work.run(item_inputs(parameters, [{"json": item} for item in items]))
    assert (result.remaining, result.failure) == ([], None)
    assert [item["pairedItem"]["item"] for item in result.items] == list(range(len(items)))
    return [item["json"] for item in result.items]


@pytest.mark.parametrize("place", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize("kind", ACTIONS)
@pytest.mark.parametrize("name", CASES)
async def test_every_item_has_one_fate_and_nothing_is_done_twice(
    company: Sandbox, kind: Kind, name: str, place: int
) -> None:
    case, patience = CASES[name], SHORT if name.startswith("timeout") else LONG
    before = deals(company)
    ids = sorted(before)[:ITEMS]
    items = [{"id": deal, "title": f"New {number}", "user": 1 + number} for number, deal in enumerate(ids)]
    assert len(items) == ITEMS
    async with FaultyProxy(company.url, case.fault, place).serve() as proxy:
        running = asyncio.create_task(fates(proxy, company, kind, items, patience))
        if case.fault is None:
            await until(lambda: proxy.struck)
            await proxy.come_back()
        found = await running
    assert proxy.struck
    check = {"read": _check_reads, "update": _check_updates, "create": _check_creations}[kind]
    errors = [json["details"] if "error" in json and "details" in json else None for json in found]
    lost = {place * BATCH + index for index in range(BATCH)} if case.lost == BATCH else {place * BATCH + 1}
    _check_errors(case, kind, errors, lost)
    check(company, case, items, errors, before)
    if kind == "read":
        assert all(error or json["id"] == item["user"] for json, item, error in zip(found, items, errors, strict=True))


def _check_errors(case: Case, kind: Kind, errors: list[Any], lost: set[int]) -> None:
    failed = {index for index, error in enumerate(errors) if error is not None}
    if case.known == "failed":
        assert failed >= lost
        assert {error["code"] for error in errors if error} <= {"OPERATION_TIME_LIMIT", "insufficient_scope"}
    elif case.known == "nothing" and kind != "read":
        assert failed == lost
        assert {errors[index]["code"] for index in lost} == {"OUTCOME_UNKNOWN"}
        assert all(errors[index]["sentAt"] and errors[index]["check"] for index in lost)
    else:
        assert failed == set()


def _check_reads(sandbox: Sandbox, case: Case, items: Any, errors: list[Any], before: dict[int, str]) -> None:
    assert deals(sandbox) == before


def _check_updates(sandbox: Sandbox, case: Case, items: Any, errors: list[Any], before: dict[int, str]) -> None:
    now = deals(sandbox)
    assert set(now) == set(before)
    for item, error in zip(items, errors, strict=True):
        changed = error is None or (error["code"] == "OUTCOME_UNKNOWN" and case.worked)
        assert now[item["id"]] == (item["title"] if changed else before[item["id"]])
    arrived = Counter(entry.arguments["id"] for entry in sandbox.journal if entry.method == "crm.item.update")
    assert set(arrived.values()) == {1}


def _check_creations(sandbox: Sandbox, case: Case, items: Any, errors: list[Any], before: dict[int, str]) -> None:
    made = Counter(title for deal, title in deals(sandbox).items() if deal not in before)
    expected = {
        item["title"]
        for item, error in zip(items, errors, strict=True)
        if error is None or (error["code"] == "OUTCOME_UNKNOWN" and case.worked)
    }
    assert made == Counter(expected)
