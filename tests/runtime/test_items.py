"""Items in and out: reading, order, pairing, lists, Simplify, bytes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions.methods import MethodCatalogue
from bitrix_node.rest import objects
from bitrix_node.runtime import ItemFailed, UnreadableItems, read_items
from tests.runtime.conftest import DONE, REMOVE, members

if TYPE_CHECKING:
    from bitrix_node import Node
    from bitrix_node.sandbox import Sandbox
    from tests.scripted_portal import ScriptedPortal


@pytest.mark.parametrize(
    ("given", "items"),
    [
        ([{"json": {"id": 1}}], [{"json": {"id": 1}}]),
        ([{"id": 1}], [{"json": {"id": 1}}]),
        ({"id": 1}, [{"json": {"id": 1}}]),
        (({"id": 1},), [{"json": {"id": 1}}]),
        (
            [{"json": {}, "binary": {}, "pairedItem": {"item": 3}}],
            [{"json": {}, "binary": {}, "pairedItem": {"item": 3}}],
        ),
        ([{"json": "a field of this name", "id": 1}], [{"json": {"json": "a field of this name", "id": 1}}]),
        ([{"binary": "no item, because json is missing"}], [{"json": {"binary": "no item, because json is missing"}}]),
        ([], []),
    ],
)
def test_what_reads_as_items(given: Any, items: Any) -> None:
    assert read_items(given) == items


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("text", "The items must be a JSON array of objects; got text"),
        (None, "The items must be a JSON array of objects; got nothing"),
        ([{"id": 1}, 7], "Item 1 must be a JSON object; got a number"),
        ([{"json": [1]}], "'json' of item 0 must be a JSON object; got a list"),
        ([{"json": {}, "binary": "x"}], "'binary' of item 0 must be a JSON object; got text"),
    ],
)
def test_what_does_not_read_as_items(given: Any, message: str) -> None:
    with pytest.raises(UnreadableItems) as refusal:
        read_items(given)
    assert str(refusal.value) == message


async def test_output_stands_in_input_order_and_is_paired(node: Node, scripted: ScriptedPortal) -> None:
    users = list(range(1, 121))
    scripted.answers.extend([DONE] * len(users))
    outputs = await node.execute("chatbot", "chatUserDelete", parameters=REMOVE, items=members(*users))
    assert [item["json"]["userId"] for item in outputs] == users
    assert [item["pairedItem"] for item in outputs] == [{"item": index} for index in range(120)]
    assert scripted.requests < 10


async def test_a_list_gives_one_item_a_row_each_paired_to_its_input(node: Node, scripted: ScriptedPortal) -> None:
    rows: list[list[dict[str, Any]]] = [[{"id": 1}, {"id": 2}], [], [{"id": 3}]]
    scripted.answers.extend({"result": page} for page in rows)
    outputs = await node.execute(
        "chatbot",
        "chatUserList",
        parameters={"botId": 39, "chatId": "={{ $json.chat }}", "options": {"botToken": "t0ken"}},
        items=[{"chat": 1}, {"chat": 2}, {"chat": 3}],
    )
    assert [(item["json"]["id"], item["pairedItem"]["item"]) for item in outputs] == [(1, 0), (2, 0), (3, 2)]


async def test_without_items_the_action_runs_once(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.append({"result": {"ID": "1", "NAME": "Ann"}})
    assert await node.execute("user", "getCurrent") == [{"json": {"ID": 1, "NAME": "Ann"}, "pairedItem": {"item": 0}}]


async def test_an_empty_list_of_items_sends_nothing(node: Node, scripted: ScriptedPortal) -> None:
    assert await node.execute("user", "getCurrent", items=[]) == []
    assert scripted.requests == 0


async def test_with_simplify_off_the_whole_answer_is_the_item(node: Node, scripted: ScriptedPortal) -> None:
    time = {"start": 1.0, "duration": 0.1}
    scripted.answers.append({"result": {"item": {"id": 5}}, "total": 1, "time": time})
    outputs = await node.execute(
        "directApi",
        "call",
        parameters={
            "endpoint": "crm.item.get",
            "body": {"entityTypeId": 2, "id": 1},
            "directApiOptions": {"simplify": False},
        },
    )
    assert outputs[0]["json"] == {"result": {"item": {"id": 5}}, "total": 1, "time": time}


async def test_expressions_are_evaluated_for_each_item(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": 1}, {"result": 2}])
    await node.execute(
        "chat",
        "sendMessage",
        parameters={"chatId": "={{ $json.chats[0].id }}", "message": "=Item {{ $itemIndex }} of {{ $json.name }}"},
        items=[{"name": "Ann", "chats": [{"id": "chat7"}]}, {"name": "Ben", "chats": [{"id": "chat8"}]}],
    )
    sent = [(call.arguments["DIALOG_ID"], call.arguments["MESSAGE"]) for call in scripted.calls]
    assert sent == [("chat7", "Item 0 of Ann"), ("chat8", "Item 1 of Ben")]


async def test_a_lookup_is_shared_by_all_items_of_a_run(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": "lists"}, *[{"result": True}] * 6])
    items = [{"json": {"id": number}} for number in range(6)]
    parameters = {"IBLOCK_ID": 47, "ELEMENT_ID": "={{ $json.id }}"}
    await node.execute("lists", "deleteElement", parameters=parameters, items=items)
    methods = [call.method for call in scripted.calls]
    assert methods == ["lists.get.iblock.type.id", *["lists.element.delete"] * 6]


async def test_a_lookup_without_an_answer_is_made_again(node: Node, scripted: ScriptedPortal) -> None:
    refused = {"error": "ACCESS_DENIED", "error_description": "Access denied", "status": 400}
    scripted.answers.extend([refused, {"result": "lists"}, {"result": True}])
    parameters = {"IBLOCK_ID": 47, "ELEMENT_ID": 5}
    with pytest.raises(ItemFailed, match="Access denied"):
        await node.execute("lists", "deleteElement", parameters=parameters)
    assert (await node.execute("lists", "deleteElement", parameters=parameters))[0]["json"]["deleted"] is True


async def test_downloaded_bytes_arrive_unchanged(node: Node, scripted: ScriptedPortal) -> None:
    content = base64.b64encode(b"\0whatever/rest/1/abcdefghi/" * 3).decode()
    scripted.answers.append({"result": {"ID": "7", "NAME": "a.bin", "DOWNLOAD_URL": "{portal}/rest/download"}})
    scripted.answers.append({"content": content, "type": "application/octet-stream"})
    outputs = await node.execute("file", "download", parameters={"fileId": 7})
    assert outputs[0]["binary"]["data"]["data"] == content


async def test_progress_is_told_of_every_item(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, {"error": "X", "status": 400}, DONE])
    told: list[tuple[int, int]] = []
    await node.execute(
        "chatbot",
        "chatUserDelete",
        parameters=REMOVE,
        items=members(1, 2, 3),
        continue_on_fail=True,
        progress=lambda report: told.append((report.done, report.total)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


async def test_the_public_names_lead_to_a_portal_that_keeps_state(sandbox: Sandbox) -> None:
    from bitrix_node import Node, Webhook

    async with Node(Webhook(sandbox.webhook_url)) as opened:
        created = await opened.execute("task", "create", parameters={"fields": {"TITLE": "Call", "RESPONSIBLE_ID": 1}})
        read = await opened.execute("task", "get", parameters={"taskId": created[0]["json"]["id"]})
    assert read[0]["json"]["title"] == "Call"


async def test_an_object_without_members_is_an_object(node: Node, scripted: ScriptedPortal) -> None:
    event = {
        "ID": "7",
        "NAME": "Stand-up",
        "MEETING": [],
        "RRULE": {"FREQ": "WEEKLY", "BYDAY": []},
        "ATTENDEE_LIST": [],
    }
    scripted.answers.extend([{"result": event}, {"result": event}])
    (shown,) = await node.execute("calendar", "getEvent", parameters={"eventId": 7})
    assert shown["json"] == {**event, "ID": 7, "MEETING": {}, "RRULE": {"FREQ": "WEEKLY", "BYDAY": {}}}
    (raw,) = await node.execute("calendar", "getEvent", parameters={"eventId": 7, "options": {"simplify": False}})
    assert raw["json"]["result"] == event


@pytest.mark.parametrize("method", objects())
def test_the_table_of_objects_names_documented_methods(method: str) -> None:
    assert any(MethodCatalogue.packaged().method(method, version) for version in (2, 3))
