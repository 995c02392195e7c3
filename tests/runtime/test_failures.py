"""Items that fail: error items, the stop at the first failure, and what messages say and keep to themselves."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import AccessToken, ItemFailed, Node, Webhook
from bitrix_node.definitions import UnknownName
from bitrix_node.portal import PortalSettings
from tests.runtime.conftest import DONE, NOT_IN_CHAT, REMOVE, members
from tests.scripted_portal import CODE

if TYPE_CHECKING:
    from tests.scripted_portal import ScriptedPortal

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


async def remove(node: Node, *users: Any, **more: Any) -> list[dict[str, Any]]:
    return await node.execute("chatbot", "chatUserDelete", parameters=REMOVE, items=members(*users), **more)


async def failing(node: Node, *users: Any) -> ItemFailed:
    with pytest.raises(ItemFailed) as stop:
        await remove(node, *users)
    return stop.value


async def test_the_error_item_stands_alone_with_its_facts(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.append(NOT_IN_CHAT)
    (item,) = await remove(node, 7, continue_on_fail=True)
    assert TIMESTAMP.fullmatch(item["json"]["details"].pop("timestamp"))
    assert item == {
        "json": {
            "error": "User not found in chat",
            "details": {
                "resource": "chatbot",
                "operation": "chatUserDelete",
                "code": "USER_NOT_FOUND",
                "http": 400,
                "method": "imbot.v2.Chat.User.delete",
                "retryable": False,
                "advice": "Check the user ID. The person may have left the chat already.",
            },
        },
        "pairedItem": {"item": 0},
    }


async def test_failed_items_stand_in_their_place(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, NOT_IN_CHAT, DONE])
    outputs = await remove(node, 1, 2, 3, continue_on_fail=True)
    assert ["error" in item["json"] for item in outputs] == [False, True, False]
    assert [item["pairedItem"]["item"] for item in outputs] == [0, 1, 2]


async def test_an_item_that_lacks_a_value_fails_alone_when_the_run_goes_on(
    node: Node, scripted: ScriptedPortal
) -> None:
    scripted.answers.append(DONE)
    outputs = await remove(node, None, 2, continue_on_fail=True)
    details = outputs[0]["json"]["details"]
    assert outputs[0]["json"]["error"] == "'User' is required"
    assert (details["code"], details["parameter"], details["method"], details["retryable"]) == (
        "INVALID_PARAMETER",
        "userId",
        None,
        False,
    )
    assert [call.arguments["userId"] for call in scripted.calls] == [2]


async def test_the_first_failure_stops_the_run_and_tells_everything(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([NOT_IN_CHAT, *[DONE] * 99])
    one_request_at_first = PortalSettings(burst=1, rate=0.01)
    async with Node(Webhook(scripted.webhook_url), settings=one_request_at_first) as node:
        stop = await failing(node, *range(1, 101))
    assert str(stop) == (
        "User not found in chat [item 0, Delete Chat User of chatbot]. "
        "Check the user ID. The person may have left the chat already. "
        f"{len(scripted.calls) - 1} other items had been carried out."
    )
    assert len(scripted.calls) < 100
    assert stop.done == tuple(range(1, len(scripted.calls)))


async def test_one_other_item_is_one(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, NOT_IN_CHAT])
    assert str(await failing(node, 1, 2)).endswith(" 1 other item had been carried out.")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"userId": "={{ $json.user }}"}, "'User' is required [item 2, "),
        ({"botId": "={{ $json.bot }}"}, "'Bot' must be a whole number; got x [item 2, "),
        ({"chatId": "={{ $json.chat }}"}, "'Chat' must be "),
        ({"userId": "={{ $json.user.trim() }}"}, "the expression {{ $json.user.trim() }} is not supported here"),
        ({"options": {"botTokn": 1}}, "There is no parameter 'options.botTokn' [item 0, "),
    ],
)
async def test_bad_input_of_any_item_is_refused_before_anything_is_sent(
    parameters: dict[str, Any], message: str, node: Node, scripted: ScriptedPortal
) -> None:
    good = {"user": 1, "bot": 39, "chat": 1101}
    bad = {"bot": "x", "chat": "?"}
    fixed = {**REMOVE, "userId": 1, **parameters}
    with pytest.raises(ItemFailed) as stop:
        await node.execute("chatbot", "chatUserDelete", parameters=fixed, items=[good, good, bad])
    assert str(stop.value).startswith(message)
    assert scripted.requests == 0


async def test_a_later_step_that_cannot_be_sent_keeps_the_first_from_being_sent(
    node: Node, scripted: ScriptedPortal
) -> None:
    with pytest.raises(ItemFailed):
        await node.execute("file", "move", parameters={"fileId": "x", "targetFolderId": 2, "newName": "a"})
    parameters = {"entityType": "activity", "recordId": 3, "fieldsJson": {"subject": "x"}}
    with pytest.raises(ItemFailed, match="and subject is none"):
        await node.execute("crm", "update", parameters=parameters)
    assert scripted.requests == 0


async def test_what_was_done_before_a_step_failed_is_told(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend(
        [{"result": {"ID": 5}}, {"error": "DISK_OBJ_22000", "error_description": "Taken", "status": 400}]
    )
    (item,) = await node.execute(
        "file", "move", parameters={"fileId": 5, "targetFolderId": 2, "newName": "a"}, continue_on_fail=True
    )
    assert item["json"]["details"]["done"][0]["method"] == "disk.file.moveTo"
    assert item["json"]["details"]["advice"].endswith("Done before: disk.file.moveTo.")


async def test_steps_that_only_read_are_no_deeds(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"ID": "1"}}, {"result": []}])
    parameters = {"fileContent": "x", "fileName": "a.txt"}
    (item,) = await node.execute("file", "upload", parameters=parameters, continue_on_fail=True)
    assert [call.method for call in scripted.calls] == ["user.current", "disk.storage.getList"]
    assert item["json"]["details"]["code"] == "NOT_FOUND"
    assert "done" not in item["json"]["details"]


async def test_an_answer_that_a_later_step_cannot_use_is_named(node: Node, scripted: ScriptedPortal) -> None:
    scripted.answers.append({"result": {"OWNER_TYPE_ID": "a deal", "OWNER_ID": "1", "DEADLINE": "2026-11-23"}})
    parameters = {"entityType": "activity", "recordId": 3, "fieldsJson": {"title": "x"}}
    (item,) = await node.execute("crm", "update", parameters=parameters, continue_on_fail=True)
    assert item["json"]["error"] == "The answer of current.OWNER_TYPE_ID must be a whole number; got a deal"


async def test_secrets_reach_neither_items_nor_messages(node: Node, scripted: ScriptedPortal) -> None:
    address = f"{scripted.url}/rest/1/{CODE}/download/?auth=s3cret"
    foreign = "https://other.bitrix24.com/rest/1/f0reignc0de/profile"
    scripted.answers.append({"result": {"ID": 1, "url": address, "other": [foreign]}})
    (item,) = await node.execute("file", "get", parameters={"fileId": 1})
    assert CODE not in json.dumps(item)
    assert "f0reignc0de" not in json.dumps(item)
    scripted.answers.append({"error": "X", "error_description": f"No access to {address}", "status": 400})
    with pytest.raises(ItemFailed) as stop:
        await node.execute("file", "get", parameters={"fileId": 1})
    assert CODE not in str(stop.value)
    assert "s3cret" not in str(stop.value)
    assert CODE not in repr(stop.value.failure)


async def test_an_item_may_bring_its_own_token(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"ID": "1"}}, {"result": {"ID": "2", "said": "0therT0ken"}}])
    async with Node(AccessToken(scripted.url, "0wnT0ken")) as node:
        outputs = await node.execute(
            "user",
            "getCurrent",
            parameters={"options": {"accessToken": "={{ $json.token }}"}},
            items=[{}, {"token": "0therT0ken"}],
        )
    assert {call.token for call in scripted.calls} == {"0wnT0ken", "0therT0ken"}
    assert outputs[1]["json"]["said"] == "***"


@pytest.mark.parametrize(
    ("resource", "operation", "message"),
    [
        ("chatbots", "chatUserDelete", "There is no resource 'chatbots'. Did you mean chatbot"),
        ("chatbot", "chatUserDel", "Did you mean chatUserDelete"),
    ],
)
async def test_an_unknown_action_names_the_nearest(resource: str, operation: str, message: str, node: Node) -> None:
    with pytest.raises(UnknownName) as refusal:
        await node.execute(resource, operation)
    assert message in str(refusal.value)
