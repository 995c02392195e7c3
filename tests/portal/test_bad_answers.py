"""Answers and settings that cannot be meant: a clear message or the right result, and bounded memory."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bitrix_node.portal.errors import Incomplete, OutcomeUnknown, TooLarge
from bitrix_node.portal.paging import ListRequest, fetch_rows
from bitrix_node.portal.transport import LARGEST_ANSWER
from tests.portal.conftest import answer
from tests.portal.servers import commands_of, method_of

if TYPE_CHECKING:
    from bitrix_node.portal import Portal
    from tests.portal.conftest import Serve

PIECE = b"x" * (1 << 20)
ANSWER = 200


class Flood:
    """Answers of 200 MB, with their length told or not.

    Attributes:
        sent: how many megabytes were taken of the last one.
        requests: how many calls came.
    """

    def __init__(self, *, told: bool) -> None:
        self._told, self.sent, self.requests = told, 0, 0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        await request.read()
        length = {"Content-Length": str(ANSWER * len(PIECE))} if self._told else {}
        response = web.StreamResponse(headers={"Content-Type": "application/json", **length})
        await response.prepare(request)
        try:
            for self.sent in range(1, ANSWER + 1):
                await response.write(PIECE)
        except ConnectionError:
            pass
        return response


@pytest.mark.parametrize("told", [True, False], ids=["length told", "length not told"])
async def test_an_answer_of_200_megabytes_is_not_read(serve: Serve, told: bool) -> None:
    flood = Flood(told=told)
    portal = await serve(flood.handle)
    with pytest.raises(TooLarge, match="larger than 64 MB") as caught:
        await portal.call("crm.item.list", {"entityTypeId": 2})
    assert (caught.value.code, caught.value.retryable) == ("ANSWER_TOO_LARGE", False)
    assert "fewer records or fields" in caught.value.remedy
    assert flood.requests == 1
    assert flood.sent * len(PIECE) < 2 * LARGEST_ANSWER


async def test_a_write_with_too_large_an_answer_has_an_unknown_outcome(serve: Serve) -> None:
    flood = Flood(told=True)
    portal = await serve(flood.handle)
    with pytest.raises(OutcomeUnknown):
        await portal.call("crm.item.add", {"entityTypeId": 2})
    assert flood.requests == 1


async def test_too_large_a_batch_is_asked_for_call_by_call(serve: Serve) -> None:
    flood = Flood(told=True)

    async def handle(request: web.Request) -> web.StreamResponse:
        if method_of(request) == "batch":
            return await flood.handle(request)
        return answer((await commands_of(request))[""]["n"])

    portal = await serve(handle)
    found = await asyncio.gather(*(portal.call("lists.get", {"n": number}) for number in range(12)))
    assert [entry.result for entry in found] == list(range(12))


async def test_a_page_that_repeats_itself_for_ever_is_found_out(serve: Serve) -> None:
    async def handle(_: web.Request) -> web.Response:
        return answer([{"ID": number} for number in range(50)], next=50)

    portal = await serve(handle)
    with pytest.raises(Incomplete) as caught:
        await fetch_rows(_everything(portal))
    assert caught.value.code == "PAGING_LOOP"


async def test_an_id_beyond_two_to_the_53rd_stays_as_it_is(serve: Serve) -> None:
    large = 2**53 + 1

    async def handle(request: web.Request) -> web.Response:
        return answer({"id": (await request.json())["id"]})

    portal = await serve(handle)
    assert (await portal.call("some.get", {"id": large})).result == {"id": large}


def _everything(portal: Portal) -> ListRequest:
    def rows(page: Any) -> list[Any]:
        return list(page.result)

    async def call(arguments: dict[str, Any]) -> Any:
        return await portal.call("lists.get", arguments)

    return ListRequest(call, {}, rows, "start", None, method="lists.get")
