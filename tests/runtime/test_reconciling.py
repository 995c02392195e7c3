"""Records whose making brought no answer: looked up by their mark until it is settled, and never made twice."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, ProgressReport
from bitrix_node.credentials import AccessToken, Webhook
from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.definitions import Definitions
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.runtime import Execution, RunResult
from bitrix_node.runtime.execution import RunOptions
from bitrix_node.runtime.node import item_inputs
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.portal.clocks import QuickClock
from tests.portal.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TITLES = [f"Deal {index}" for index in range(60)]
LIMITS = RequestLimits(rate=1000, burst=1000)

FAULTS: dict[str, dict[str, Any]] = {
    "cut": {"kind": "reset"},
    "cut after the work": {"kind": "reset", "after": True},
    "half an answer": {"kind": "truncated"},
    "a page of a proxy": {"kind": "html", "status": 502},
    "a page of a proxy, after the work": {"kind": "html", "status": 504, "after": True},
    "a server fault, after the work": {"kind": "error", "status": 500, "after": True},
}


@pytest.fixture
async def company() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxConfig(bucket="off")) as sandbox:
        yield sandbox


@pytest.fixture
def clock() -> QuickClock:
    return QuickClock()


async def carried_out(
    sandbox: Sandbox,
    clock: QuickClock,
    action: tuple[str, str] = ("crm", "create"),
    parameters: dict[str, Any] | None = None,
    items: list[Any] | None = None,
    **options: Any,
) -> RunResult:
    settings = PortalSettings(retry=RetryPolicy(attempts=2, backoff=0.01), clock=clock)
    endpoint = replace(Webhook(sandbox.webhook_url).endpoint(), limits=LIMITS)
    definition = Definitions.packaged().operation(*action)
    run_options = RunOptions(**{"continue_on_fail": True, **options})
    async with Portal(endpoint, settings=settings) as portal:
        given = item_inputs(parameters or create(), items or [{"json": {"title": title}} for title in TITLES])
        return await Execution(portal, action[0], definition, run_options).run(given)


def create(kind: str = "deal", **fields: Any) -> dict[str, Any]:
    written = json.dumps({"title": "{{ $json.title }}", **fields})
    return {"entityType": kind, "fieldsJson": f"={written}", "options": {"reconcile": True}}


def titles(sandbox: Sandbox, key: str = "title", table: str = "crm_items_2") -> list[str]:
    """Of the records that the portal has, those that these tests made."""
    with sandbox.database.transaction():
        rows, _ = sandbox.database.collection(table).query({}, {}, start=0, limit=10_000)
    return sorted(row[key] for row in rows if row.get(key) in TITLES)


@pytest.mark.parametrize("batch", [0, 1, 2], ids=["first", "middle", "last"])
@pytest.mark.parametrize("name", FAULTS)
async def test_every_record_is_made_once_and_is_the_item(
    company: Sandbox, clock: QuickClock, name: str, batch: int
) -> None:
    for _ in range(batch):
        company.faults.add("delay", "batch", seconds=0.0)
    company.faults.add(method="batch", **FAULTS[name])
    result = await carried_out(company, clock)
    assert [item["json"]["title"] for item in result.items] == TITLES
    assert titles(company) == sorted(TITLES)
    assert len({item["json"]["id"] for item in result.items}) == len(TITLES)


async def test_what_is_there_is_found_at_once(company: Sandbox, clock: QuickClock) -> None:
    company.faults.add("reset", "batch", after=True)
    await carried_out(company, clock)
    assert sum(clock.waits) < 1
    assert company.statistics.by_method["crm.item.add"] == len(TITLES)


async def test_what_is_not_there_is_sent_again_only_when_it_cannot_come_any_more(
    company: Sandbox, clock: QuickClock
) -> None:
    company.faults.add("reset", "crm.item.add")
    began = clock.time()
    result = await carried_out(company, clock, items=[{"json": {"title": TITLES[0]}}])
    assert clock.time() - began > 60
    assert result.items[0]["json"]["title"] == TITLES[0]
    marks = {entry.arguments["fields"]["originId"] for entry in company.journal if entry.method == "crm.item.add"}
    assert len(marks) == 1
    assert titles(company) == [TITLES[0]]


async def test_what_comes_late_is_found(company: Sandbox, clock: QuickClock) -> None:
    """The record appears while it is looked for, as when the portal goes on after the connection has broken."""
    company.faults.add("reset", "crm.item.add", after=True)
    hidden = company.faults.add("reset", "crm.item.list", times=5)
    result = await carried_out(company, clock, items=[{"json": {"title": TITLES[0]}}])
    assert hidden.times == 0
    assert result.items[0]["json"]["title"] == TITLES[0]
    assert titles(company) == [TITLES[0]]


async def test_what_certainly_was_not_made_says_so(company: Sandbox, clock: QuickClock) -> None:
    company.faults.add("reset", "crm.item.add", times=None)
    result = await carried_out(company, clock, items=[{"json": {"title": TITLES[0]}}])
    error = result.items[0]["json"]
    assert error["details"]["code"] == "NOT_CARRIED_OUT"
    assert error["details"]["retryable"] is True
    assert "has not been made" in error["error"]
    assert company.statistics.by_method["crm.item.add"] == 0
    assert titles(company) == []


async def test_a_portal_that_cannot_be_asked_leaves_it_unknown(company: Sandbox, clock: QuickClock) -> None:
    company.faults.add("reset", "crm.item.add", after=True)
    company.faults.add("reset", "crm.item.list", times=None)
    result = await carried_out(company, clock, items=[{"json": {"title": TITLES[0]}}])
    details = result.items[0]["json"]["details"]
    (mark,) = {entry.arguments["fields"]["originId"] for entry in company.journal if entry.method == "crm.item.add"}
    assert details["code"] == "OUTCOME_UNKNOWN"
    assert details["check"]["method"] == "crm.item.list"
    assert details["check"]["arguments"]["filter"] == {"=originId": mark}
    assert company.statistics.by_method["crm.item.add"] == 1


async def test_who_may_not_look_leaves_it_unknown_at_once(company: Sandbox, clock: QuickClock) -> None:
    company.faults.add("reset", "crm.item.add", after=True)
    company.faults.add("error", "crm.item.list", times=None, status=403, code="ACCESS_DENIED", message="No")
    result = await carried_out(company, clock, items=[{"json": {"title": TITLES[0]}}])
    assert result.items[0]["json"]["details"]["code"] == "OUTCOME_UNKNOWN"
    assert sum(clock.waits) < 1


async def test_a_run_that_ends_before_it_is_settled_leaves_it_unknown(company: Sandbox) -> None:
    class Ending(QuickClock):
        """Ends the run as soon as somebody waits."""

        async def sleep_until(self, moment: float) -> None:
            if moment - self.time() > 0.5:
                work._stop("deadline")
            await super().sleep_until(moment)

    company.faults.add("reset", "crm.item.add")
    settings = PortalSettings(clock=Ending())
    definition = Definitions.packaged().operation("crm", "create")
    async with Portal(Webhook(company.webhook_url).endpoint(), settings=settings) as portal:
        work = Execution(portal, "crm", definition, RunOptions(continue_on_fail=True))
        result = await work.run(item_inputs(create(), [{"json": {"title": TITLES[0]}}]))
    assert result.remaining == []
    assert result.items[0]["json"]["details"]["code"] == "OUTCOME_UNKNOWN"


async def test_a_token_that_ends_while_it_is_looked_up_does_not_hand_the_item_back(
    company: Sandbox, clock: QuickClock
) -> None:
    """Handed back, it would be made a second time under the fresh token."""
    company.faults.add("reset", "crm.item.add", after=True)
    company.faults.add("error", "crm.item.list", times=None, status=401, code="expired_token", message="ended")
    settings = PortalSettings(clock=clock)
    options = RunOptions(continue_on_fail=True, hand_back_tokens=True)
    definition = Definitions.packaged().operation("crm", "create")
    async with Portal(AccessToken(company.url, company.access_token).endpoint(), settings=settings) as portal:
        work = Execution(portal, "crm", definition, options)
        result = await work.run(item_inputs(create(), [{"json": {"title": TITLES[0]}}]))
    assert result.remaining == []
    assert result.items[0]["json"]["details"]["code"] == "OUTCOME_UNKNOWN"
    assert titles(company) == [TITLES[0]]


async def test_a_mark_of_ones_own_is_kept_and_not_relied_on(company: Sandbox, clock: QuickClock) -> None:
    company.faults.add("reset", "crm.item.add", after=True)
    parameters = create(ORIGIN_ID="4711")
    result = await carried_out(company, clock, parameters=parameters, items=[{"json": {"title": TITLES[0]}}])
    (entry,) = (entry for entry in company.journal if entry.method == "crm.item.add")
    assert (entry.arguments["fields"]["originId"], "originatorId" in entry.arguments["fields"]) == ("4711", False)
    assert result.items[0]["json"]["details"]["code"] == "OUTCOME_UNKNOWN"
    assert company.statistics.by_method["crm.item.list"] == 0


async def test_without_the_option_nothing_is_marked(company: Sandbox, clock: QuickClock) -> None:
    await carried_out(company, clock, parameters={**create(), "options": {}})
    fields = [entry.arguments["fields"] for entry in company.journal if entry.method == "crm.item.add"]
    assert {frozenset(each) for each in fields} == {frozenset({"title"})}


SEVERAL: dict[str, tuple[tuple[str, str], dict[str, Any], str]] = {
    "lead": (("crm", "create"), create("lead"), "crm.item.add"),
    "company": (("crm", "create"), create("company"), "crm.item.add"),
    "invoice": (("crm", "create"), create("invoice"), "crm.item.add"),
    "upsert": (
        ("crm", "upsert"),
        {**create(), "matchBy": "field", "matchField": "title", "matchValue": "={{ $json.title }}"},
        "crm.item.add",
    ),
    "smart process": (
        ("spa", "createItem"),
        {
            "entityTypeId": 1032,
            "jsonFields": True,
            "fieldsJson": '={"title": "{{ $json.title }}"}',
            "options": {"reconcile": True},
        },
        "crm.item.add",
    ),
    "product": (
        ("catalog", "addProduct"),
        {"name": "={{ $json.title }}", "options": {"reconcile": True}},
        "catalog.product.add",
    ),
    "product with a price": (
        ("product", "addProduct"),
        {"name": "={{ $json.title }}", "price": 5, "currency": "EUR", "options": {"reconcile": True}},
        "catalog.product.add",
    ),
}


@pytest.mark.parametrize("after", [False, True], ids=["before the work", "after the work"])
@pytest.mark.parametrize("name", SEVERAL)
async def test_all_records_that_can_be_marked(company: Sandbox, clock: QuickClock, name: str, after: bool) -> None:
    action, parameters, method = SEVERAL[name]
    items = [{"json": {"title": TITLES[0]}}]
    usual = await carried_out(company, clock, action, parameters, [{"json": {"title": "Usual"}}])
    company.faults.add("reset", method, after=after)
    result = await carried_out(company, clock, action, parameters, items)
    made = result.items[0]["json"]
    assert "error" not in made, made
    assert (made.get("title") or made.get("name")) == TITLES[0]
    assert company.statistics.by_method[method] == 2
    assert set(usual.items[0]["json"]) <= set(made)


@pytest.mark.parametrize("kind", ["quote", "activity"])
async def test_records_that_cannot_be_marked_refuse_the_option(company: Sandbox, clock: QuickClock, kind: str) -> None:
    result = await carried_out(company, clock, parameters=create(kind), items=[{"json": {"title": "x"}}])
    assert result.items[0]["json"]["details"]["code"] == "NOT_POSSIBLE"
    assert company.statistics.requests == 0


async def test_a_run_that_is_cancelled_before_it_is_settled_tells_of_the_record(company: Sandbox) -> None:
    company.faults.add("reset", "crm.item.add")
    company.faults.add("hang", "crm.item.list", times=None)
    told: list[ProgressReport] = []
    async with Node(Webhook(company.webhook_url)) as node:
        work = node.execute("crm", "create", parameters=create(), items=[{"title": TITLES[0]}], progress=told.append)
        running = asyncio.create_task(work)
        await until(lambda: company.statistics.requests == 2)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert told[-1].unanswered == {"crm.item.add": 1}
