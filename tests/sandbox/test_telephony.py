"""Telephony: calls and their recordings, lines, connections, and who may see them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

WAVE = b"RIFF$\x00\x00\x00WAVEfmt "
KNOWN_NUMBER = "+442079460110"
CALL = {"USER_ID": 7, "PHONE_NUMBER": KNOWN_NUMBER, "TYPE": 2}


@pytest.fixture
def exchange(sandbox: Sandbox, session: aiohttp.ClientSession) -> RestClient:
    """The demo application, which calls with a token."""
    session.headers["Authorization"] = f"Bearer {sandbox.access_token}"
    return RestClient(session, f"{sandbox.url}/rest/")


async def finished(exchange: RestClient, **outcome: Any) -> dict[str, Any]:
    """A call that has come and gone."""
    call = await exchange.result("telephony.externalCall.register", CALL)
    arguments = {"CALL_ID": call["CALL_ID"], "USER_ID": 7, "DURATION": 60, **outcome}
    entry: dict[str, Any] = await exchange.result("telephony.externalCall.finish", arguments)
    return entry


async def statistic(exchange: RestClient, call_id: str) -> dict[str, Any]:
    rows = await exchange.result("voximplant.statistic.get", {"FILTER": {"CALL_ID": call_id}})
    (row,) = rows
    entry: dict[str, Any] = row
    return entry


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"USER_ID": None}, "USER_ID or USER_PHONE_INNER should be set."),
        ({"USER_ID": 13}, "User is not found or is not active."),
        ({"USER_ID": None, "USER_PHONE_INNER": "999"}, "User is not found or is not active."),
        ({"TYPE": 9}, "Unknown TYPE."),
        ({"TYPE": None}, "Unknown TYPE."),
        ({"PHONE_NUMBER": "tomorrow"}, "Unsupported phone number format."),
        ({"PHONE_NUMBER": None}, "Unsupported phone number format."),
        ({"CALL_START_DATE": "soon"}, "CALL_START_DATE should be in the ISO-8601 format."),
    ],
    ids=str,
)
async def test_calls_that_are_not_registered(exchange: RestClient, changes: dict[str, Any], message: str) -> None:
    refusal = await exchange.refusal("telephony.externalCall.register", {**CALL, **changes})
    assert refusal == (400, "ERROR_CORE", message)


@pytest.mark.parametrize(
    "method",
    [
        "telephony.externalCall.register",
        "telephony.externalCall.finish",
        "telephony.externalLine.add",
        "telephony.externalLine.get",
        "telephony.externalLine.update",
        "telephony.externalLine.delete",
    ],
)
async def test_methods_for_applications(portal: RestClient, method: str) -> None:
    assert (await portal.refusal(method))[1] == "WRONG_AUTH_TYPE"


async def test_a_call_finds_its_employee_and_its_client(exchange: RestClient) -> None:
    arguments = {"USER_PHONE_INNER": "303", "PHONE_NUMBER": "20 7946 0110", "TYPE": 1}
    call = await exchange.result("telephony.externalCall.register", arguments)
    assert (call["CRM_ENTITY_TYPE"], call["CRM_ENTITY_ID"], call["CRM_CREATED_ENTITIES"]) == ("COMPANY", 1, [])
    entry = await exchange.result("telephony.externalCall.finish", {**call, "USER_PHONE_INNER": "303", "DURATION": 5})
    assert (entry["PORTAL_USER_ID"], entry["INCOMING"], entry["CALL_FAILED_CODE"]) == (8, "1", "200")
    activity = await exchange.result("crm.activity.get", {"id": entry["CRM_ACTIVITY_ID"]})
    assert (activity["DIRECTION"], activity["RESPONSIBLE_ID"], activity["PROVIDER_ID"]) == ("2", "8", "VOXIMPLANT_CALL")


async def test_the_same_call_is_registered_once_in_half_an_hour(exchange: RestClient, sandbox: Sandbox) -> None:
    arguments = {**CALL, "EXTERNAL_CALL_ID": "pbx-77"}
    first, again = [await exchange.result("telephony.externalCall.register", arguments) for _ in range(2)]
    assert first["CALL_ID"] == again["CALL_ID"]
    sandbox.clock.advance(1801)
    later = await exchange.result("telephony.externalCall.register", arguments)
    assert later["CALL_ID"] != first["CALL_ID"]


async def test_unknown_numbers_become_leads_where_call_and_line_want_it(exchange: RestClient) -> None:
    unknown = {**CALL, "PHONE_NUMBER": "+447700900777"}
    ignored = await exchange.result("telephony.externalCall.register", unknown)
    assert (ignored["CRM_ENTITY_TYPE"], ignored["CRM_ENTITY_ID"]) == (None, None)
    outgoing = {**unknown, "TYPE": 1, "CRM_CREATE": 1, "LINE_NUMBER": "442079460201"}
    assert (await exchange.result("telephony.externalCall.register", outgoing))["CRM_CREATED_LEAD"] is None
    made = await exchange.result("telephony.externalCall.register", {**outgoing, "LINE_NUMBER": "442079460200"})
    assert made["CRM_CREATED_ENTITIES"] == [{"ENTITY_TYPE": "LEAD", "ENTITY_ID": made["CRM_CREATED_LEAD"]}]
    found = await exchange.result("telephony.externalCall.searchCrmEntities", {"PHONE_NUMBER": "447700900777"})
    assert [(row["CRM_ENTITY_TYPE"], row["CRM_ENTITY_ID"]) for row in found] == [("LEAD", made["CRM_CREATED_LEAD"])]
    assert (found[0]["ASSIGNED_BY"]["ID"], found[0]["ASSIGNED_BY"]["USER_PHONE_INNER"]) == ("7", "302")


async def test_a_missed_call_waits_for_somebody(exchange: RestClient) -> None:
    entry = await finished(exchange, DURATION=0)
    assert (entry["CALL_STATUS"], entry["CALL_FAILED_CODE"]) == (0, "304")
    assert (await exchange.result("crm.activity.get", {"id": entry["CRM_ACTIVITY_ID"]}))["COMPLETED"] == "N"


async def test_what_cannot_be_finished(exchange: RestClient) -> None:
    call = await exchange.result("telephony.externalCall.register", CALL)
    finish = "telephony.externalCall.finish"
    assert (await exchange.refusal(finish, {"CALL_ID": ["x"], "USER_ID": 7}))[1] == "INVALID_ARGUMENT"
    assert (await exchange.refusal(finish, {"CALL_ID": call["CALL_ID"]}))[1] == "ERROR_CORE"
    assert (await exchange.refusal(finish, {"CALL_ID": "externalCall.0", "USER_ID": 7}))[1] == "ERROR_CORE"


async def test_the_history_is_filtered_sorted_and_for_administrators(exchange: RestClient, sandbox: Sandbox) -> None:
    entry = await finished(exchange, COST=1.25, COST_CURRENCY="EUR")
    _, body = await exchange.call("voximplant.statistic.get", {"SORT": "CALL_DURATION", "ORDER": "DESC"})
    assert [row["CALL_DURATION"] for row in body["result"]] == ["611", "182", "60", "0"]
    assert body["total"] == 4
    row = await statistic(exchange, entry["CALL_ID"])
    assert (row["COST"], row["CALL_TYPE"], row["REST_APP_NAME"]) == ("1.2500", "2", "local.sandbox")
    late = {"FILTER": {">=CALL_START_DATE": "2026-11-16T11:13:00+01:00", "<CALL_START_DATE": "2026-11-17T00:00:00Z"}}
    assert len(await exchange.result("voximplant.statistic.get", late)) == 2
    async with aiohttp.ClientSession() as plain:
        agent = RestClient(plain, sandbox.webhook(user_id=7))
        for method in ("voximplant.statistic.get", "voximplant.line.get", "voximplant.sip.connector.status"):
            assert (await agent.refusal(method))[:2] == (403, "ACCESS_DENIED")
        assert (await agent.refusal("voximplant.sip.add", {"SERVER": "s", "LOGIN": "l"}))[:2] == (400, "ACCESS_DENIED")


async def test_a_recording_comes_as_bytes_and_can_be_replaced(exchange: RestClient) -> None:
    entry = await finished(exchange)
    for content in (WAVE, WAVE + b"again"):
        arguments = {
            "CALL_ID": entry["CALL_ID"],
            "FILENAME": "a.wav",
            "FILE_CONTENT": base64.b64encode(content).decode(),
        }
        file_id = (await exchange.result("telephony.externalCall.attachRecord", arguments))["FILE_ID"]
        row = await statistic(exchange, entry["CALL_ID"])
        assert row["RECORD_FILE_ID"] == file_id
        async with exchange.session.get(row["CALL_RECORD_URL"]) as answer:
            assert await answer.read() == content
    file = await exchange.result("disk.file.get", {"id": file_id})
    assert file["NAME"] == "a.wav"


async def test_a_recording_is_brought_to_an_address(exchange: RestClient) -> None:
    entry = await finished(exchange)
    arguments = {"CALL_ID": entry["CALL_ID"], "FILENAME": "b.mp3"}
    offer = await exchange.result("telephony.externalCall.attachRecord", arguments)
    for status in (200, 404):
        form = aiohttp.FormData()
        form.add_field(offer["fieldName"], WAVE, filename="b.mp3")
        async with exchange.session.post(offer["uploadUrl"], data=form) as answer:
            assert answer.status == status
    async with exchange.session.get((await statistic(exchange, entry["CALL_ID"]))["CALL_RECORD_URL"]) as answer:
        assert await answer.read() == WAVE


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Required parameters are not set. Request should contain either URL or FILENAME parameter"),
        ({"FILENAME": ""}, "File name is empty"),
        ({"FILENAME": "a.ogg", "FILE_CONTENT": "QUJD"}, "Wrong file extension. Only wav and mp3 are allowed"),
        ({"FILENAME": "a.wav", "FILE_CONTENT": ""}, "File content is empty."),
        (
            {"FILENAME": "a.wav", "FILE_CONTENT": "no!"},
            "File content is not properly encoded. Base64 encoding is expected.",
        ),
        ({"RECORD_URL": "https://pbx.example.com/a.ogg"}, "Wrong file extension. Only wav and mp3 are allowed"),
    ],
    ids=str,
)
async def test_recordings_that_are_none(exchange: RestClient, arguments: dict[str, Any], message: str) -> None:
    entry = await finished(exchange)
    refusal = await exchange.refusal("telephony.externalCall.attachRecord", {"CALL_ID": entry["CALL_ID"], **arguments})
    assert refusal == (400, "ERROR_CORE", message)


async def test_a_call_is_written_down(exchange: RestClient) -> None:
    entry = await finished(exchange)
    line = {"SIDE": "User", "START_TIME": 1, "STOP_TIME": 3, "MESSAGE": "Good afternoon"}
    method = "telephony.call.attachTranscription"
    made = await exchange.result(method, {"CALL_ID": entry["CALL_ID"], "MESSAGES": [line]})
    assert (await statistic(exchange, entry["CALL_ID"]))["TRANSCRIPT_ID"] == str(made["TRANSCRIPT_ID"])
    for changes, message in (
        ({"SIDE": "Nobody"}, "MESSAGES[0][SIDE] should be either Client or User"),
        ({"START_TIME": -1}, "MESSAGES[0][START_TIME] should be greater or equal to zero"),
        ({"STOP_TIME": 0}, "MESSAGES[0][STOP_TIME] should be greater than zero"),
        ({"MESSAGE": ""}, "MESSAGES[0][MESSAGE] is empty"),
    ):
        arguments = {"CALL_ID": entry["CALL_ID"], "MESSAGES": [{**line, **changes}]}
        assert (await exchange.refusal(method, arguments))[2] == message
    assert (await exchange.refusal(method, {"MESSAGES": [line]}))[2] == "CALL_ID should be set"
    assert (await exchange.refusal(method, {"CALL_ID": "x", "MESSAGES": "y"}))[2] == "MESSAGES should be an array"
    assert (await exchange.refusal(method, {"CALL_ID": "x", "MESSAGES": []}))[
        2
    ] == "Call x is not found. Is it finished?"


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("add", {}, "NUMBER should not be empty"),
        ("add", {"NUMBER": "442079460200"}, "Line already exists"),
        ("update", {"NUMBER": "1", "NAME": "x"}, "Could not find line with number 1"),
        ("update", {"NUMBER": "442079460200"}, "There are no fields to update"),
        ("update", {"NAME": "x"}, "NUMBER should not be empty"),
        ("delete", {}, "NUMBER should not be empty"),
        ("delete", {"NUMBER": "1"}, "Could not find line with number 1"),
    ],
    ids=str,
)
async def test_lines_that_are_refused(
    exchange: RestClient, method: str, arguments: dict[str, Any], message: str
) -> None:
    assert await exchange.refusal(f"telephony.externalLine.{method}", arguments) == (400, "ERROR_CORE", message)


async def test_lines_have_no_id_in_their_list(exchange: RestClient) -> None:
    rows = await exchange.result("telephony.externalLine.get")
    assert rows[1] == {"NUMBER": "442079460201", "NAME": "Support line", "CRM_AUTO_CREATE": "N"}
    assert await exchange.result("telephony.externalLine.delete", {"NUMBER": 442079460201}) == []


async def test_connections_of_both_kinds(portal: RestClient) -> None:
    cloud = await portal.result("voximplant.sip.add", {"SERVER": "a.example.com", "LOGIN": "a"})
    office = await portal.result("voximplant.sip.add", {"SERVER": "b.example.com", "LOGIN": "b", "TYPE": "office"})
    assert isinstance(cloud["REG_ID"], int)
    assert "INCOMING_LOGIN" not in cloud
    assert ("REG_ID" in office, office["INCOMING_LOGIN"]) == (False, f"sip{office['CONFIG_ID']}")
    lines = await portal.result("voximplant.line.get")
    assert lines[f"reg{cloud['REG_ID']}"] == f"Cloud PBX ({cloud['CONFIG_ID']})"
    assert lines[f"sip{office['CONFIG_ID']}"] == f"Office PBX ({office['CONFIG_ID']})"
    arguments = {"FILTER": {"TYPE": "office"}, "SORT": "CONFIG_ID", "ORDER": "DESC"}
    _, body = await portal.call("voximplant.sip.get", arguments)
    assert ([row["CONFIG_ID"] for row in body["result"]], body["total"]) == ([office["CONFIG_ID"], "2"], 2)


async def test_connections_belong_to_who_made_them(exchange: RestClient, sandbox: Sandbox) -> None:
    assert await exchange.result("voximplant.sip.get") == []
    assert (await exchange.refusal("voximplant.sip.delete", {"CONFIG_ID": 1}))[1] == "ERROR_NOT_FOUND"
    async with aiohttp.ClientSession() as plain:
        own = RestClient(plain, sandbox.webhook_url)
        assert await own.result("voximplant.sip.delete", {"CONFIG_ID": 1}) == 1


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("add", {}, "CHECK_FIELDS_ERROR"),
        ("add", {"SERVER": "s"}, "CHECK_FIELDS_ERROR"),
        ("add", {"SERVER": "s", "LOGIN": "l", "PASSWORD": "x" * 101}, "CHECK_FIELDS_ERROR"),
        ("add", {"SERVER": "s", "LOGIN": "l", "TITLE": "Brightwater trunk"}, "TITLE_EXISTS"),
        ("update", {"CONFIG_ID": 99, "TITLE": "x"}, "ERROR_NOT_FOUND"),
        ("update", {"CONFIG_ID": 1, "SERVER": ""}, "CHECK_FIELDS_ERROR"),
        ("update", {"CONFIG_ID": 1, "TITLE": "Office exchange"}, "TITLE_EXISTS"),
        ("delete", {}, "ERROR_NOT_FOUND"),
    ],
    ids=lambda value: str(value)[:60],
)
async def test_connections_that_are_refused(
    portal: RestClient, method: str, arguments: dict[str, Any], code: str
) -> None:
    assert (await portal.refusal(f"voximplant.sip.{method}", arguments))[:2] == (400, code)


async def test_ten_cloud_exchanges_are_enough(portal: RestClient) -> None:
    for number in range(9):
        await portal.result("voximplant.sip.add", {"SERVER": "s", "LOGIN": str(number)})
    assert (await portal.refusal("voximplant.sip.add", {"SERVER": "s", "LOGIN": "l"}))[1] == "MAX_CLOUD_PBX"
    await portal.result("voximplant.sip.add", {"SERVER": "s", "LOGIN": "l", "TYPE": "office"})
