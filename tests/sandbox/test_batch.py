"""Several commands in one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_node.sandbox.batch import resolve
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox


async def test_named_commands_answer_in_maps_and_empty_maps_are_lists(portal: RestClient) -> None:
    result = await portal.batch({"me": "user.current", "deals": "crm.deal.list?select[]=ID&start=0"})
    assert result["result"]["me"]["NAME"] == "Olivia"
    assert len(result["result"]["deals"]) == 46
    assert result["result_error"] == []
    assert result["result_total"] == {"deals": 46}
    assert result["result_next"] == []
    assert set(result["result_time"]) == {"me", "deals"}


async def test_a_list_of_commands_answers_in_lists(portal: RestClient) -> None:
    result = await portal.batch(["server.time", "profile"])
    assert isinstance(result["result"], list)
    assert result["result"][1]["NAME"] == "Olivia"


async def test_a_gap_turns_the_list_into_a_map(portal: RestClient) -> None:
    result = await portal.batch(["server.time", "no.such.method", "profile"])
    assert list(result["result"]) == ["0", "2"]
    assert result["result_error"]["1"]["error"] == "ERROR_METHOD_NOT_FOUND"


async def test_paging_of_each_command_is_told(portal: RestClient) -> None:
    result = await portal.batch({"first": "crm.contact.list", "second": "crm.contact.list?start=50"})
    assert (len(result["result"]["first"]), len(result["result"]["second"])) == (50, 10)
    assert result["result_next"] == {"first": 50}
    assert result["result_total"] == {"first": 60, "second": 60}


async def test_later_commands_refer_to_earlier_results(portal: RestClient) -> None:
    result = await portal.batch(
        {
            "new": "crm.item.add?entityTypeId=3&fields[name]=Vera&fields[lastName]=Lane",
            "deal": "crm.item.add?entityTypeId=2&fields[contactId]=$result[new][item][id]"
            "&fields[title]=For $result[new][item][name]",
            "check": "crm.deal.get?ID=$result[deal][item][id]",
        }
    )
    assert result["result_error"] == []
    assert result["result"]["check"]["TITLE"] == "For Vera"
    assert result["result"]["check"]["CONTACT_ID"] == str(result["result"]["new"]["item"]["id"])


async def test_an_error_leaves_the_other_commands_alone_unless_halted(portal: RestClient) -> None:
    commands = {"bad": "crm.deal.get?ID=99999", "good": "profile"}
    result = await portal.batch(commands)
    assert result["result_error"] == {"bad": {"error": "", "error_description": "Not found"}}
    assert set(result["result"]) == {"good"}
    halted = await portal.batch(commands, halt=1)
    assert halted["result"] == []


async def test_fifty_commands_are_the_most(sandbox: Sandbox, portal: RestClient) -> None:
    assert len((await portal.batch(["server.time"] * 50))["result"]) == 50
    before = sandbox.statistics.commands
    assert (await portal.refusal("batch", {"cmd": ["server.time"] * 51}))[:2] == (400, "ERROR_BATCH_LENGTH_EXCEEDED")
    assert sandbox.statistics.commands == before


async def test_a_batch_in_a_batch_is_refused(portal: RestClient) -> None:
    result = await portal.batch({"inner": "batch?cmd[a]=profile"})
    assert result["result_error"]["inner"]["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"


async def test_a_form_batch_works(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    form = {"halt": "0", "cmd[a]": "crm.deal.get?ID=1", "cmd[b]": "profile"}
    async with session.post(sandbox.webhook_url + "batch.json", data=form) as answer:
        result = (await answer.json())["result"]["result"]
    assert (result["a"]["ID"], result["b"]["ID"]) == ("1", "1")


async def test_each_command_is_a_transaction_of_its_own(portal: RestClient) -> None:
    result = await portal.batch(
        {
            "kept": "crm.item.add?entityTypeId=3&fields[name]=Kept",
            "lost": "crm.item.add?entityTypeId=2&fields[stageId]=NO_SUCH_STAGE",
            "after": "crm.item.add?entityTypeId=3&fields[name]=After",
        }
    )
    assert result["result_error"]["lost"]["error"] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert result["result"]["after"]["item"]["id"] == result["result"]["kept"]["item"]["id"] + 1


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$result[a][items][1][id]", 8),
        ("$result[a][items]", [{"id": 7}, {"id": 8}]),
        ("id=$result[a][items][0][id]!", "id=7!"),
        ("$result[missing][id]", None),
        ("x$result[a][items][9]y", "xy"),
        ("plain", "plain"),
    ],
)
def test_references(text: str, value: object) -> None:
    assert resolve({"deep": [text]}, {"a": {"items": [{"id": 7}, {"id": 8}]}}) == {"deep": [value]}


async def test_a_rest_3_batch_is_a_list_in_order(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, f"{sandbox.url}/rest/api/")
    address = f"batch?auth={sandbox.access_token}"
    assert await client.result(address, []) == []
    status, body = await client.call(address, [{"method": "no.such.method", "query": {}}])
    assert (status, body["error"]["code"]) == (404, "BITRIX_REST_V3_EXCEPTION_METHODNOTFOUNDEXCEPTION")
    status, body = await client.call(address, [{"query": {}}])
    assert (status, body["error"]["validation"][0]["field"]) == (400, "method")
