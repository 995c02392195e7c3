"""Reads by id that wait together become list calls, and nobody can tell from what they get."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bitrix_node.credentials import Webhook
from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.portal import Portal, PortalError, PortalSettings
from bitrix_node.portal.batching import CLOSED
from bitrix_node.portal.errors import Missing, NoAnswer, NotSent
from bitrix_node.portal.folding import MOST_IDS
from bitrix_node.portal.transport import LARGEST_ANSWER
from bitrix_node.rest import folds
from tests.portal.clocks import HeldClock
from tests.portal.conftest import answer
from tests.portal.servers import batch_answer, commands_of, method_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.portal import Answer
    from bitrix_node.sandbox import Sandbox
    from tests.portal.conftest import Serve

DEALS = [{"entityTypeId": 2, "id": number} for number in range(1, 6)]


async def outcomes(portal: Portal, method: str, arguments: list[dict[str, Any]]) -> list[Answer | BaseException]:
    return await asyncio.gather(*(portal.scope().call(method, each) for each in arguments), return_exceptions=True)


async def together(portal: Portal, method: str, arguments: list[dict[str, Any]]) -> list[Answer | BaseException]:
    scope = portal.scope()
    return await asyncio.gather(*(scope.call(method, each) for each in arguments), return_exceptions=True)


async def cancelled(reads: Sequence[asyncio.Future[Answer]]) -> None:
    for read in reads:
        read.cancel()
    await asyncio.wait(reads)


def results(found: list[Answer | BaseException]) -> list[Any]:
    return [entry.result for entry in found if not isinstance(entry, BaseException)]


def methods(sandbox: Sandbox) -> list[str]:
    return [entry.method for entry in sandbox.journal if entry.method != "batch"]


async def test_a_record_from_a_list_is_the_record_that_the_read_gives(portal: Portal, sandbox: Sandbox) -> None:
    for kind in (1, 2, 3, 4):
        arguments = [{"entityTypeId": kind, "id": number, "useOriginalUfNames": "Y"} for number in (1, 2, 3)]
        alone = results([await portal.call("crm.item.get", each) for each in arguments])
        sandbox.journal.clear()
        assert results(await together(portal, "crm.item.get", arguments)) == alone
        assert methods(sandbox) == ["crm.item.list"]


async def test_each_reader_gets_its_own_record_whatever_the_order(portal: Portal, sandbox: Sandbox) -> None:
    ids: list[int | str] = [5, 1, "4", 2, 1, 3, 5]
    found = results(await together(portal, "crm.item.get", [{"entityTypeId": 2, "id": number} for number in ids]))
    assert [entry["item"]["id"] for entry in found] == [int(number) for number in ids]
    assert methods(sandbox) == ["crm.item.list"]


async def test_readers_of_one_record_do_not_share_it(portal: Portal) -> None:
    first, second = results(await together(portal, "crm.item.get", [DEALS[0], DEALS[0], DEALS[1]]))[:2]
    assert first == second
    first["item"]["title"] = "changed"
    assert second["item"]["title"] != "changed"


async def test_a_list_takes_fifty(portal: Portal, sandbox: Sandbox) -> None:
    contacts = [{"entityTypeId": 3, "id": number} for number in range(1, 2 * MOST_IDS + 2)]
    await together(portal, "crm.item.get", contacts)
    lists = [entry.arguments for entry in sandbox.journal if entry.method == "crm.item.list"]
    assert sorted(len(each["filter"]["@id"]) for each in lists) == [MOST_IDS, MOST_IDS]


async def test_what_the_list_does_not_show_is_asked_for_by_itself(portal: Portal, sandbox: Sandbox) -> None:
    found = await together(portal, "crm.item.get", [*DEALS, {"entityTypeId": 2, "id": 999_999}])
    assert len(results(found)) == len(DEALS)
    refusal = found[-1]
    assert isinstance(refusal, Missing)
    assert (refusal.code, refusal.method) == ("NOT_FOUND", "crm.item.get")
    assert methods(sandbox) == ["crm.item.list", "crm.item.get"]


async def test_a_refused_list_leaves_every_read_to_speak_for_itself(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "crm.item.list", code="ACCESS_DENIED", message="Access denied.", status=403, times=9)
    found = await together(portal, "crm.item.get", DEALS)
    assert [entry["item"]["id"] for entry in results(found)] == [1, 2, 3, 4, 5]


async def test_a_portal_that_does_not_answer_is_not_asked_once_more_for_each(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", times=100)
    found = await together(portal, "crm.item.get", DEALS)
    assert all(isinstance(entry, NoAnswer) and entry.method == "crm.item.get" for entry in found)
    assert len({id(entry) for entry in found}) == len(DEALS)


@pytest.mark.parametrize(
    "odd",
    [
        {"entityTypeId": 2, "id": "1; 2"},
        {"entityTypeId": 2, "id": 2**60},
        {"entityTypeId": 2, "id": True},
        {"entityTypeId": 2, "id": 0},
        {"entityTypeId": 2, "id": "٣"},
        {"entityTypeId": 2, "id": "1" * 5000},
        {"entityTypeId": [2], "id": 1},
        {"entityTypeId": {"a": 2}, "id": 1},
        {"entityTypeId": 2, "id": 1, "select": ["id"]},
        {"entityTypeId": 2},
    ],
)
async def test_what_a_list_could_not_be_asked_for_goes_as_it_is(
    portal: Portal, sandbox: Sandbox, odd: dict[str, Any]
) -> None:
    await together(portal, "crm.item.get", [odd, odd])
    assert methods(sandbox) == ["crm.item.get", "crm.item.get"]


async def test_reads_that_differ_in_more_than_the_id_do_not_share(portal: Portal, sandbox: Sandbox) -> None:
    await together(portal, "crm.item.get", [{**each, "entityTypeId": kind} for each in DEALS[:2] for kind in (2, 3)])
    assert sorted(methods(sandbox)) == ["crm.item.list", "crm.item.list"]


async def test_what_only_equals_a_number_does_not_share(portal: Portal, sandbox: Sandbox) -> None:
    kinds: list[Any] = [1, True, 1.0]
    await together(
        portal, "crm.item.get", [{"entityTypeId": kind, "id": number} for number in (1, 2) for kind in kinds]
    )
    assert Counter(methods(sandbox)) == {"crm.item.list": 1, "crm.item.get": 4}


async def test_runs_do_not_share(portal: Portal, sandbox: Sandbox) -> None:
    await outcomes(portal, "crm.item.get", DEALS[:2])
    assert methods(sandbox) == ["crm.item.get", "crm.item.get"]


async def test_a_single_read_goes_as_it_is(portal: Portal, sandbox: Sandbox) -> None:
    await portal.call("crm.item.get", DEALS[0])
    assert methods(sandbox) == ["crm.item.get"]


async def test_a_stopped_run_gets_its_reads_back(portal: Portal, sandbox: Sandbox) -> None:
    scope = portal.scope()
    reads = [asyncio.ensure_future(scope.call("crm.item.get", each, droppable=True)) for each in DEALS]
    scope.stop("deadline")
    found = await asyncio.gather(*reads, return_exceptions=True)
    assert all(isinstance(entry, NotSent) and str(entry) == "deadline" for entry in found)
    assert methods(sandbox) == []


async def test_cancelled_reads_take_their_list_back(portal: Portal, sandbox: Sandbox) -> None:
    scope = portal.scope()
    reads = [asyncio.ensure_future(scope.call("crm.item.get", each)) for each in DEALS]
    await asyncio.sleep(0)
    await cancelled(reads)
    await portal.call("profile")
    assert methods(sandbox) == ["profile"]


async def test_so_they_do_while_it_waits_for_a_place(sandbox: Sandbox) -> None:
    clock = HeldClock()
    settings = PortalSettings(burst=1, rate=1, clock=clock)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        await portal.call("profile")
        scope = portal.scope()
        reads = [asyncio.ensure_future(scope.call("crm.item.get", each)) for each in DEALS]
        await clock.waited_for.wait()
        await cancelled(reads)
        clock.go_on.set()
        await portal.call("profile")
    assert methods(sandbox) == ["profile", "profile"]


async def test_a_list_is_sent_as_long_as_one_reader_waits(portal: Portal, sandbox: Sandbox) -> None:
    scope = portal.scope()
    reads = [asyncio.ensure_future(scope.call("crm.item.get", each)) for each in DEALS]
    await asyncio.sleep(0)
    await cancelled(reads[:-1])
    assert (await reads[-1]).result["item"]["id"] == 5
    assert methods(sandbox) == ["crm.item.list"]


@pytest.mark.parametrize("turns", range(6))
async def test_closing_ends_every_read_wherever_it_is(sandbox: Sandbox, turns: int) -> None:
    sandbox.faults.add("hang", times=None)
    portal = Portal(Webhook(sandbox.webhook_url).endpoint())
    scope = portal.scope()
    reads = [asyncio.ensure_future(scope.call("crm.item.get", each)) for each in DEALS]
    for _ in range(turns):
        await asyncio.sleep(0)
    await portal.close()
    async with asyncio.timeout(20):
        found = await asyncio.gather(*reads, return_exceptions=True)
    assert all(isinstance(entry, NotSent) and str(entry) == CLOSED for entry in found)
    assert {entry.method for entry in found if isinstance(entry, NotSent)} == {"crm.item.get"}


async def test_a_closed_portal_takes_no_read_along(portal: Portal) -> None:
    scope = portal.scope()
    await portal.close()
    with pytest.raises(NotSent, match=CLOSED):
        scope.join(scope.order("crm.item.get", DEALS[0]))


async def test_rows_that_are_no_records_are_nobodys(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.Response:
        if method_of(request) == "crm.item.list":
            return answer({"items": [None, "2", 7, [], {"id": None}, {"id": 3, "title": "listed"}]})
        assert method_of(request) == "crm.item.get"
        return answer({"item": {"id": (await request.json())["id"], "title": "read"}})

    found = results(await together(await serve(handler), "crm.item.get", DEALS[1:3]))
    assert [entry["item"]["title"] for entry in found] == ["read", "listed"]


async def test_where_the_list_is_too_large_every_read_speaks_for_itself(serve: Serve) -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        if method_of(request) == "crm.item.list":
            response = web.StreamResponse(headers={"Content-Length": str(LARGEST_ANSWER + 1)})
            await response.prepare(request)
            return response
        commands = await commands_of(request)
        return batch_answer({key: {"item": {"id": int(each["id"])}} for key, each in commands.items()})

    found = results(await together(await serve(handler), "crm.item.get", DEALS))
    assert [entry["item"]["id"] for entry in found] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("method", folds())
def test_the_table_names_documented_methods_and_arguments(method: str) -> None:
    fold, catalogue = folds()[method], MethodCatalogue.packaged()
    read, listed = catalogue.method(method, 2), catalogue.method(fold.list, 2)
    assert read is not None
    assert listed is not None
    assert {fold.id, *fold.like} <= read.parameters.keys()
    sent = {*fold.like, *fold.send, fold.filter.partition(".")[0]}
    assert sent <= listed.parameters.keys()


async def test_errors_tell_of_the_read(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", code="OVERLOAD_LIMIT", message="Too much", status=503, times=200)
    found = await together(portal, "crm.item.get", DEALS)
    assert {entry.method for entry in found if isinstance(entry, PortalError)} == {"crm.item.get"}
