"""Universal lists: refusals, rights, values of every type, filters, order and pages."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

HOLIDAYS = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 1}
MISSING = "ERROR_REQUIRED_PARAMETERS_MISSING"


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("lists.get", {}, MISSING),
        ("lists.add", {"IBLOCK_TYPE_ID": "lists", "FIELDS": {"NAME": "A"}}, MISSING),
        ("lists.add", {"IBLOCK_TYPE_ID": "other", "IBLOCK_CODE": "a", "FIELDS": {"NAME": "A"}}, "ERROR_ADD_IBLOCK"),
        ("lists.add", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_CODE": "a", "FIELDS": {"SORT": 5}}, "ERROR_ADD_IBLOCK"),
        ("lists.update", {"IBLOCK_TYPE_ID": "lists"}, MISSING),
        ("lists.update", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 99, "FIELDS": {}}, "ERROR_IBLOCK_NOT_FOUND"),
        ("lists.update", {**HOLIDAYS, "FIELDS": {"NAME": ""}}, "ERROR_UPDATE_IBLOCK"),
        ("lists.delete", {"IBLOCK_TYPE_ID": "lists_socnet", "IBLOCK_ID": 1}, "ERROR_IBLOCK_NOT_FOUND"),
        ("lists.field.add", {**HOLIDAYS, "FIELDS": {"NAME": "A", "TYPE": "X", "CODE": "A"}}, "ERROR_SAVE_FIELD"),
        ("lists.field.add", {**HOLIDAYS, "FIELDS": {"NAME": "A", "TYPE": "S"}}, "ERROR_SAVE_FIELD"),
        ("lists.field.add", {**HOLIDAYS, "FIELDS": {"NAME": "A", "TYPE": "S", "CODE": "WHO"}}, "ERROR_SAVE_FIELD"),
        ("lists.field.add", {**HOLIDAYS, "FIELDS": {"NAME": "A", "TYPE": "E", "CODE": "A"}}, "ERROR_SAVE_FIELD"),
        ("lists.field.add", {**HOLIDAYS, "FIELDS": {"NAME": "A", "TYPE": "NAME"}}, "ERROR_SAVE_FIELD"),
        ("lists.field.update", {**HOLIDAYS, "FIELD_ID": "PROPERTY_5"}, MISSING),
        ("lists.field.update", {**HOLIDAYS, "FIELD_ID": "PROPERTY_5", "FIELDS": {"SORT": 1}}, "ERROR_UPDATE_FIELD"),
        ("lists.element.add", {**HOLIDAYS, "FIELDS": {"NAME": "A"}}, MISSING),
        ("lists.element.add", {**HOLIDAYS, "ELEMENT_CODE": "a", "FIELDS": {"NAME": "A"}}, "ERROR_ADD_ELEMENT"),
        (
            "lists.element.add",
            {**HOLIDAYS, "ELEMENT_CODE": "holiday_1", "FIELDS": {"NAME": "A"}},
            "ERROR_ELEMENT_ALREADY_EXISTS",
        ),
        (
            "lists.element.add",
            {**HOLIDAYS, "ELEMENT_CODE": "a", "FIELDS": {"NAME": "A", "PROPERTY_5": "3", "PROPERTY_6": "soon"}},
            "ERROR_ELEMENT_FIELD_VALUE",
        ),
        ("lists.element.update", {**HOLIDAYS, "ELEMENT_ID": 1, "FIELDS": {"SORT": 1}}, "ERROR_UPDATE_ELEMENT"),
        ("lists.element.update", {**HOLIDAYS, "ELEMENT_ID": 4, "FIELDS": {"NAME": "A"}}, "ERROR_ELEMENT_NOT_FOUND"),
        ("lists.element.delete", HOLIDAYS, MISSING),
        ("lists.element.get.file.url", {**HOLIDAYS, "ELEMENT_ID": 1}, MISSING),
        ("lists.section.add", {**HOLIDAYS, "FIELDS": {"NAME": "A"}}, MISSING),
        ("lists.section.add", {**HOLIDAYS, "SECTION_CODE": "a", "FIELDS": {"SORT": 1}}, "ERROR_ADD_SECTION"),
        (
            "lists.section.add",
            {**HOLIDAYS, "SECTION_CODE": "a", "IBLOCK_SECTION_ID": 1, "FIELDS": {"NAME": "A"}},
            "ERROR_ADD_SECTION",
        ),
        ("lists.section.update", {**HOLIDAYS, "SECTION_ID": 1, "FIELDS": {"NAME": "A"}}, "ERROR_SECTION_NOT_FOUND"),
    ],
)
async def test_what_is_refused(portal: RestClient, method: str, arguments: dict[str, Any], code: str) -> None:
    assert (await portal.refusal(method, arguments))[:2] == (400, code)


async def test_a_list_that_is_not_there(portal: RestClient) -> None:
    assert await portal.result("lists.get", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 99}) == []
    assert await portal.result("lists.get.iblock.type.id", {"IBLOCK_ID": 99}) is False


async def test_rights_of_people_and_departments(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    support, sales = (RestClient(session, sandbox.webhook(user_id=user_id)) for user_id in (7, 3))
    assert [row["CODE"] for row in await sales.result("lists.get", {"IBLOCK_TYPE_ID": "lists"})] == ["keys", "holidays"]
    new = {**HOLIDAYS, "ELEMENT_CODE": "a", "FIELDS": {"NAME": "A", "PROPERTY_5": "3"}}
    made = await sales.result("lists.element.add", new)
    change = {**HOLIDAYS, "ELEMENT_ID": made, "FIELDS": {"NAME": "B", "PROPERTY_5": "3"}}
    assert (await sales.refusal("lists.element.update", change))[1] == "ACCESS_DENIED"
    assert await support.result("lists.element.update", change) is True
    assert (await support.refusal("lists.field.type.get", HOLIDAYS))[1] == "ACCESS_DENIED"
    keys = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_CODE": "keys", "ELEMENT_CODE": "a", "FIELDS": {"NAME": "A"}}
    assert (await sales.refusal("lists.element.add", keys))[1] == "ACCESS_DENIED"
    assert (await sales.refusal("lists.add", {**keys, "IBLOCK_CODE": "x"}))[1] == "ACCESS_DENIED"


async def test_lists_of_a_group_are_its_members(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    member, stranger = (RestClient(session, sandbox.webhook(user_id=user_id)) for user_id in (2, 9))
    asked = {"IBLOCK_TYPE_ID": "lists_socnet", "SOCNET_GROUP_ID": 1}
    assert [row["CODE"] for row in await member.result("lists.get", asked)] == ["suppliers"]
    assert await stranger.result("lists.get", asked) == []


async def test_rights_that_are_there_stay(portal: RestClient) -> None:
    sent = {**HOLIDAYS, "FIELDS": {"NAME": "Holidays"}, "RIGHTS": {"*": "D", "U9": "X", "D3": "R"}}
    assert await portal.result("lists.update", sent) is True
    wrong = {**sent, "RIGHTS": {"U9": "Q"}}
    assert (await portal.refusal("lists.update", wrong))[1] == "ERROR_UPDATE_IBLOCK"


async def _list(portal: RestClient, *fields: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A new list with these fields; how it is named, and the ids of the fields."""
    new = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_CODE": "test", "FIELDS": {"NAME": "Test"}}
    block = {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": await portal.result("lists.add", new)}
    ids = []
    for number, field in enumerate(fields):
        described = {"NAME": f"Field {number}", "CODE": f"F{number}", **field}
        ids.append(await portal.result("lists.field.add", {**block, "FIELDS": described}))
    return block, ids


async def _element(portal: RestClient, block: dict[str, Any], code: str, **fields: Any) -> int:
    sent = {**block, "ELEMENT_CODE": code, "FIELDS": {"NAME": code, **fields}}
    made: int = await portal.result("lists.element.add", sent)
    return made


@pytest.mark.parametrize(
    ("field", "sent", "shown"),
    [
        ({"TYPE": "S"}, "text", ["text"]),
        ({"TYPE": "S", "MULTIPLE": "Y"}, ["a", "", "b"], ["a", "b"]),
        ({"TYPE": "S"}, ["a", "b"], ["a"]),
        ({"TYPE": "N"}, "1.50", ["1.5"]),
        ({"TYPE": "S:Date"}, "31.12.2026", ["12/31/2026"]),
        ({"TYPE": "S:DateTime"}, "2026-12-31 23:59:59", ["12/31/2026 11:59:59 pm"]),
        ({"TYPE": "S:DateTime"}, "12/31/2026 11:59:59 pm", ["12/31/2026 11:59:59 pm"]),
        ({"TYPE": "S:HTML"}, {"TEXT": "<b>x</b>", "TYPE": "html"}, [{"TEXT": "<b>x</b>", "TYPE": "HTML"}]),
        ({"TYPE": "S:Money"}, "100|USD", ["100|USD"]),
        ({"TYPE": "S:ECrm", "MULTIPLE": "Y"}, ["C_1", "CO_2"], ["C_1", "CO_2"]),
        ({"TYPE": "S:employee"}, "user_3", ["3"]),
        ({"TYPE": "E", "LINK_IBLOCK_ID": 1}, 2, ["2"]),
        ({"TYPE": "N:Sequence"}, None, ["1"]),
        ({"TYPE": "S", "DEFAULT_VALUE": "usual"}, None, ["usual"]),
        ({"TYPE": "L", "LIST": {"n0": {"VALUE": "A"}}}, "no choice", []),
    ],
)
async def test_values_of_every_type(portal: RestClient, field: dict[str, Any], sent: Any, shown: list[Any]) -> None:
    block, (name,) = await _list(portal, field)
    made = await _element(portal, block, "one", **({} if sent is None else {name: sent}))
    (row,) = await portal.result("lists.element.get", {**block, "ELEMENT_ID": made})
    assert (list(row[name].values()) if row[name] else []) == shown


@pytest.mark.parametrize("kind", ["N", "S:Date", "S:Money", "S:employee", "F", "S:DiskFile"])
async def test_values_of_the_wrong_type(portal: RestClient, kind: str) -> None:
    block, (name,) = await _list(portal, {"TYPE": kind})
    sent = {**block, "ELEMENT_CODE": "one", "FIELDS": {"NAME": "One", name: "no such thing?"}}
    assert (await portal.refusal("lists.element.add", sent))[1] == "ERROR_ELEMENT_FIELD_VALUE"


async def test_an_update_empties_properties_it_is_not_sent(portal: RestClient) -> None:
    block, (text, dates, file) = await _list(
        portal, {"TYPE": "S"}, {"TYPE": "S:Date", "MULTIPLE": "Y"}, {"TYPE": "F", "MULTIPLE": "Y"}
    )
    content = base64.b64encode(b"bytes").decode()
    sent = {text: "a", dates: ["2026-12-01", "2026-12-02"], file: [["a.txt", content]]}
    made = await _element(portal, block, "one", **sent)
    (before,) = await portal.result("lists.element.get", {**block, "ELEMENT_ID": made})
    change = {**block, "ELEMENT_ID": made, "FIELDS": {"NAME": "One", dates: before[dates]}}
    assert await portal.result("lists.element.update", change) is True
    (after,) = await portal.result("lists.element.get", {**block, "ELEMENT_CODE": "one"})
    assert (after["NAME"], after[text], after[dates], after[file]) == ("One", [], before[dates], before[file])


async def test_files_are_added_removed_and_never_written_by_their_ids(
    portal: RestClient, sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    block, (name,) = await _list(portal, {"TYPE": "F", "MULTIPLE": "Y"})
    content = base64.b64encode(b"bytes").decode()
    made = await _element(portal, block, "one", **{name: [["a.txt", content], ["b.txt", content]]})
    asked = {**block, "ELEMENT_ID": made}
    (row,) = await portal.result("lists.element.get", asked)
    first = next(iter(row[name]))
    change = {**asked, "FIELDS": {"NAME": "One", name: {first: {"DEL": "Y"}, "n0": ["c.txt", content]}}}
    assert await portal.result("lists.element.update", change) is True
    urls = await portal.result("lists.element.get.file.url", {**asked, "FIELD_ID": name.removeprefix("PROPERTY_")})
    names = []
    for url in urls:
        async with session.get(sandbox.url + url) as answer:
            assert await answer.read() == b"bytes"
            names.append(answer.content_disposition.filename if answer.content_disposition else None)
    assert names == ["b.txt", "c.txt"]
    async with session.get(sandbox.url + urls[0].split("&token=")[0]) as answer:
        assert answer.status == 404
    wrong = {**asked, "FIELDS": {"NAME": "One", name: row[name]}}
    assert (await portal.refusal("lists.element.update", wrong))[1] == "ERROR_ELEMENT_FIELD_VALUE"


async def test_choices_keep_their_numbers(portal: RestClient) -> None:
    choices = {"n0": {"VALUE": "New", "SORT": 20}, "n1": {"VALUE": "Old", "SORT": 10, "DEF": "Y"}}
    block, (name,) = await _list(portal, {"TYPE": "L", "LIST": choices, "LIST_TEXT_VALUES": "Lost\nNew"})
    asked = {**block, "FIELD_ID": name}
    field = (await portal.result("lists.field.get", asked))["L"]
    shown = field["DISPLAY_VALUES_FORM"]
    assert list(shown.values()) == ["Old", "New", "Lost"]
    old, new, _lost = shown
    assert field["DEFAULT_VALUE"] == old
    change = {"NAME": "State", "TYPE": "L", "LIST": {new: {"VALUE": "Brand new"}}, "LIST_DEF": [new]}
    assert await portal.result("lists.field.update", {**asked, "FIELDS": change}) is True
    field = (await portal.result("lists.field.get", asked))["L"]
    assert (field["DISPLAY_VALUES_FORM"], field["DEFAULT_VALUE"]) == ({new: "Brand new"}, new)


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ({"PROPERTY": 2}, ["b"]),
        ({">PROPERTY": 2}, ["c"]),
        ({"!PROPERTY": "2"}, ["a", "c"]),
        ({"@PROPERTY": [1, 3]}, ["a", "c"]),
        ({"=PROPERTY": ""}, []),
        ({"NAME": "%B%"}, ["b"]),
        ({"%NAME": "B"}, ["b"]),
        ({"!%NAME": "B"}, ["a", "c"]),
        ({"CREATED_BY": 1, "IBLOCK_SECTION_ID": 0}, ["a", "b", "c"]),
        ({">=DATE_CREATE": "2020-01-01", "<=DATE_CREATE": "2100-01-01"}, ["a", "b", "c"]),
        ({"<DATE_CREATE": "2020-01-01"}, []),
    ],
)
async def test_filters(portal: RestClient, conditions: dict[str, Any], found: list[str]) -> None:
    block, (name,) = await _list(portal, {"TYPE": "N"})
    for number, code in enumerate("abc", 1):
        await _element(portal, block, code, **{name: number})
    named = {key.replace("PROPERTY", name): value for key, value in conditions.items()}
    rows = await portal.result("lists.element.get", {**block, "FILTER": named, "ELEMENT_ORDER": {name: "asc"}})
    assert [row["NAME"] for row in rows] == found


async def test_pages_and_selected_fields(portal: RestClient) -> None:
    block, (name,) = await _list(portal, {"TYPE": "N"})
    add = "lists.element.add?" + "&".join(f"{key}={value}" for key, value in block.items())
    commands = [f"{add}&ELEMENT_CODE=e{number}&FIELDS[NAME]=E&FIELDS[{name}]={number}" for number in range(55)]
    await portal.batch(commands[:50])
    await portal.batch(commands[50:])
    _status, body = await portal.call("lists.element.get", {**block, "SELECT": [name], "ELEMENT_ORDER": {name: "desc"}})
    assert (body["total"], body["next"], len(body["result"])) == (55, 50, 50)
    assert (set(body["result"][0]), list(body["result"][0][name].values())) == ({"ID", name}, ["54"])
    _status, body = await portal.call("lists.element.get", {**block, "start": 50})
    assert ("next" in body, len(body["result"])) == (False, 5)


async def test_attachments_open_with_their_token(
    portal: RestClient, sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    assert (await portal.refusal("disk.attachedObject.get", {"id": 99}))[:2] == (400, "ERROR_NOT_FOUND")
    async with session.get(f"{sandbox.url}/bitrix/tools/disk/uf.php?attachedId=1&action=download") as answer:
        assert answer.content_type == "text/html"
