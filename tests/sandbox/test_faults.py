"""Failures on demand."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

ADD = ("crm.item.add", {"entityTypeId": 3, "fields": {"name": "Vera"}})


async def contacts(portal: RestClient) -> int:
    _, body = await portal.call("crm.item.list", {"entityTypeId": 3})
    return int(body["total"])


async def test_an_error_strikes_as_often_as_told(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.add("error", "crm.*", times=2, status=500, code="INTERNAL_SERVER_ERROR", message="Boom")
    assert await empty_portal.refusal(*ADD) == (500, "INTERNAL_SERVER_ERROR", "Boom")
    await empty_portal.result("profile")
    assert (await empty_portal.refusal("CRM.ITEM.LIST"))[0] == 500
    assert await contacts(empty_portal) == 0


async def test_an_error_may_come_with_status_200_and_an_empty_code(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.add("error", status=200, code="", message="Access denied")
    assert await empty_portal.refusal(*ADD) == (200, "", "Access denied")


async def test_an_error_may_come_after_the_work_was_done(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.add("error", "crm.item.add", after=True)
    assert (await empty_portal.refusal(*ADD))[0] == 500
    assert await contacts(empty_portal) == 1


async def test_an_error_strikes_one_command_of_a_batch(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.operation_time_limit("crm.item.add")
    add = "crm.item.add?entityTypeId=3&fields[name]=V"
    result = await empty_portal.batch({"one": add, "two": add, "three": "profile"})
    assert result["result_error"]["one"]["error"] == "OPERATION_TIME_LIMIT"
    assert set(result["result"]) == {"two", "three"}
    assert await contacts(empty_portal) == 1


async def test_a_query_limit_refuses_a_whole_batch(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.query_limit("batch")
    assert (await empty_portal.refusal("batch", {"cmd": ["profile"]}))[:2] == (503, "QUERY_LIMIT_EXCEEDED")
    assert (await empty_portal.batch(["profile"]))["result_error"] == []


async def test_html_comes_in_place_of_json(empty: Sandbox, session: aiohttp.ClientSession) -> None:
    empty.faults.add("html", status=502, message="Bad Gateway")
    async with session.post(empty.webhook_url + "profile") as answer:
        assert (answer.status, answer.content_type) == (502, "text/html")
        assert "502 Bad Gateway" in await answer.text()


@pytest.mark.parametrize(("after", "made"), [(False, 0), (True, 1)])
async def test_the_connection_is_reset_before_or_after_the_work(
    empty: Sandbox, empty_portal: RestClient, after: bool, made: int
) -> None:
    empty.faults.add("reset", "crm.item.add", after=after)
    with pytest.raises(aiohttp.ClientConnectionError):
        await empty_portal.call(*ADD)
    assert await contacts(empty_portal) == made


async def test_a_truncated_answer_hides_work_that_was_done(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.add("truncated", "crm.item.add")
    with pytest.raises(aiohttp.ClientPayloadError):
        await empty_portal.call(*ADD)
    assert await contacts(empty_portal) == 1


async def test_a_hanging_call_never_answers_and_does_not_block_others(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.add("hang", "crm.item.add")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(empty_portal.call(*ADD), 0.2)
    assert await contacts(empty_portal) == 0


async def test_a_delayed_call_answers_late(empty: Sandbox, empty_portal: RestClient) -> None:
    empty.faults.add("delay", "profile", seconds=0.1)
    started = asyncio.get_running_loop().time()
    await empty_portal.result("profile")
    assert asyncio.get_running_loop().time() - started >= 0.1


async def test_faults_are_programmed_over_http(empty: Sandbox, session: aiohttp.ClientSession) -> None:
    control = f"{empty.url}/_sandbox/faults"
    fault = {"kind": "error", "method": "profile", "times": None, "status": 418, "code": "TEAPOT", "message": "Short"}
    async with session.post(control, json=fault) as answer:
        assert answer.status == 201
    client = RestClient(session, empty.webhook_url)
    assert [(await client.refusal("profile"))[0] for _ in range(3)] == [418] * 3
    async with session.get(control) as answer:
        assert (await answer.json())[0]["code"] == "TEAPOT"
    async with session.delete(control) as answer:
        assert answer.status == 200
    await client.result("profile")


@pytest.mark.parametrize("fault", [{"kind": "explosion"}, {"kind": "error", "colour": "red"}, {}])
async def test_a_fault_that_cannot_be_is_refused(
    empty: Sandbox, session: aiohttp.ClientSession, fault: dict[str, str]
) -> None:
    async with session.post(f"{empty.url}/_sandbox/faults", json=fault) as answer:
        assert (answer.status, list(await answer.json())) == (400, ["error"])
    assert empty.faults.pending == []


async def test_an_unknown_kind_of_fault_names_the_known_ones(empty: Sandbox) -> None:
    with pytest.raises(ValueError, match="truncated"):
        empty.faults.add("explosion")  # type: ignore[arg-type]
