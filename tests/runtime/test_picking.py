"""Rows picked and sorted where the method knows no filter, and records that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Webhook
from bitrix_node.definitions.models import Operation
from bitrix_node.definitions.resolution import resolve_resource
from bitrix_node.handlers import ActionFailed, Prepared, perform
from bitrix_node.parameters import read_values
from bitrix_node.portal import Portal

if TYPE_CHECKING:
    from tests.scripted_portal import ScriptedPortal

ROWS: list[dict[str, Any]] = [
    {"ID": "9", "NAME": "Review", "SORT": None},
    {"ID": "10", "NAME": "a talk", "SORT": "b"},
    {"ID": "2", "NAME": "Walk", "SORT": 5},
]
LIST: dict[str, Any] = {
    "method": "calendar.event.get",
    "paging": "none",
    "answer": {"filter": "filter", "order": "order"},
}
GET: dict[str, Any] = {"method": "calendar.event.getbyid", "answer": {"record": True}}


def operation(request: dict[str, Any]) -> Operation:
    parameters = [{"name": name, "displayName": name, "type": "json", "default": "{}"} for name in ("filter", "order")]
    written = {"name": "Try", "action": "Try", "description": "Tries", "parameters": parameters, "request": request}
    document = {"resource": "r", "name": "R", "description": "R", "scopes": [], "operations": {"try": written}}
    return Operation.model_validate(resolve_resource(document, {}, [])["operations"][0])


async def items(scripted: ScriptedPortal, request: dict[str, Any], answer: Any, **given: Any) -> list[dict[str, Any]]:
    scripted.answers.append({"result": answer})
    tried = operation(request)
    async with Portal(Webhook(scripted.webhook_url).endpoint()) as portal:
        return (await perform(tried, Prepared.of(tried, read_values(tried, given)), portal.scope())).items


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({}, ["9", "10", "2"]),
        ({"ID": 9}, ["9"]),
        ({"=ID": ["9", 2]}, ["9", "2"]),
        ({"!ID": 9}, ["10", "2"]),
        ({"!=ID": [9, 2]}, ["10"]),
        ({"<ID": 9}, ["2"]),
        ({"<=ID": "9"}, ["9", "2"]),
        ({">ID": 2, "%NAME": "w"}, ["9"]),
        ({">=ID": 10}, ["10"]),
        ({"@ID": ["9", "2"]}, ["9", "2"]),
        ({"!@ID": [9, 2]}, ["10"]),
        ({"!%NAME": "w"}, ["10"]),
        ({"=%NAME": "%alk"}, ["10", "2"]),
        ({"=%NAME": "w%"}, ["2"]),
        ({"!=%NAME": "w%"}, ["9", "10"]),
        ({"!=SORT": ""}, ["10", "2"]),
        ({"NAME": "WALK"}, ["2"]),
        ({">SORT": 1}, ["2"]),
        ({"SORT": ""}, ["9"]),
        ({"OTHER": 1}, []),
    ],
)
async def test_the_filter_decides_which_rows_become_items(
    scripted: ScriptedPortal, wanted: dict[str, Any], ids: list[str]
) -> None:
    assert [str(item["ID"]) for item in await items(scripted, LIST, ROWS, filter=wanted)] == ids


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ({"ID": "asc"}, ["2", "9", "10"]),
        ({"ID": "DESC"}, ["10", "9", "2"]),
        ({"NAME": "asc"}, ["10", "9", "2"]),
        ({"SORT": "asc"}, ["9", "2", "10"]),
        ({"OTHER": "asc", "ID": "desc"}, ["10", "9", "2"]),
    ],
)
async def test_rows_come_in_the_order_asked_for(
    scripted: ScriptedPortal, order: dict[str, str], ids: list[str]
) -> None:
    assert [str(item["ID"]) for item in await items(scripted, LIST, ROWS, order=order)] == ids


async def test_a_record_is_the_item(scripted: ScriptedPortal) -> None:
    assert await items(scripted, GET, ROWS[0]) == [{**ROWS[0], "ID": 9}]


@pytest.mark.parametrize(
    ("written", "shown"),
    [("9", 9), ("0", 0), (7, 7), ("007", "007"), ("C4:NEW", "C4:NEW"), ("-1", "-1"), ("9" * 16, "9" * 16)],
)
@pytest.mark.parametrize("name", ["id", "ID"])
async def test_the_own_id_of_a_record_is_a_number(
    scripted: ScriptedPortal, name: str, written: Any, shown: Any
) -> None:
    (item,) = await items(scripted, GET, {name: written, "PARENT": "5"})
    assert item == {name: shown, "PARENT": "5"}


@pytest.mark.parametrize("nothing", [None, False, [], {}])
async def test_a_record_that_is_not_there_is_an_error(scripted: ScriptedPortal, nothing: Any) -> None:
    with pytest.raises(ActionFailed) as caught:
        await items(scripted, GET, nothing)
    assert caught.value.cause.code == "NOT_FOUND"


async def test_plain_rows_are_picked_by_their_key(scripted: ScriptedPortal) -> None:
    listed = {"method": "bizproc.robot.list", "paging": "none", "answer": {**LIST["answer"], "rowKey": "code"}}
    given = {"filter": {"%code": "sms"}, "order": {"code": "desc"}}
    assert await items(scripted, listed, ["sms_b", "mail", "sms_c"], **given) == [{"code": "sms_c"}, {"code": "sms_b"}]


async def test_a_plain_row_is_looked_for_by_its_key(scripted: ScriptedPortal) -> None:
    looked_for = {"method": "bizproc.robot.list", "answer": {"rowKey": "code", "match": {"code": "filter"}}}
    assert await items(scripted, looked_for, ["sms", "mail"], filter='"mail"') == [{"code": "mail"}]
    with pytest.raises(ActionFailed):
        await items(scripted, looked_for, ["sms", "mail"], filter='"phone"')
