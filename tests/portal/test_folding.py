"""Reads by id that wait together become list calls, and nobody can tell from what they get."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.portal import PortalError
from bitrix_node.portal.errors import Missing, NoAnswer, NotSent
from bitrix_node.portal.folding import MOST_IDS
from bitrix_node.rest import folds

if TYPE_CHECKING:
    from bitrix_node.portal import Answer, Portal
    from bitrix_node.sandbox import Sandbox

DEALS = [{"entityTypeId": 2, "id": number} for number in range(1, 6)]


async def outcomes(portal: Portal, method: str, arguments: list[dict[str, Any]]) -> list[Answer | BaseException]:
    return await asyncio.gather(*(portal.scope().call(method, each) for each in arguments), return_exceptions=True)


async def together(portal: Portal, method: str, arguments: list[dict[str, Any]]) -> list[Answer | BaseException]:
    scope = portal.scope()
    return await asyncio.gather(*(scope.call(method, each) for each in arguments), return_exceptions=True)


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
