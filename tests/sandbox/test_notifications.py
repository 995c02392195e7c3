"""`im.notify.*`: what people are told, and what they do with it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("im.notify.system.add", {"MESSAGE": "Hello"}, "USER_ID_EMPTY"),
        ("im.notify.personal.add", {"USER_ID": 1, "MESSAGE": "  "}, "MESSAGE_EMPTY"),
        ("im.notify", {"USER_ID": 1, "MESSAGE": "Hello", "ATTACH": "no json"}, "ATTACH_ERROR"),
        ("im.notify", {"USER_ID": 1, "MESSAGE": "Hello", "ATTACH": [{"MESSAGE": "x" * 60_000}]}, "ATTACH_OVERSIZE"),
        ("im.notify.delete", {}, "PARAMS_ERROR"),
        ("im.notify.delete", {"TAG": "import"}, "ACCESS_DENIED"),
        ("im.notify.get", {"LAST_ID": 4}, "LAST_ID_AND_LAST_TYPE"),
        ("im.notify.get", {"LAST_ID": "four", "LAST_TYPE": 3}, "LAST_ID_STRING"),
        ("im.notify.history.search", {"SEARCH_TEXT": "ab"}, "SEARCH_TEXT_ERROR"),
        ("im.notify.history.search", {"SEARCH_TEXT": "abc", "LAST_ID": "x"}, "LAST_ID_STRING"),
        ("im.notify.confirm", {"NOTIFY_VALUE": "Y"}, "ID_ERROR"),
        ("im.notify.confirm", {"NOTIFY_ID": 3}, "NOTIFY_VALUE_ERROR"),
        ("im.notify.answer", {"ANSWER_TEXT": "Yes"}, "ID_ERROR"),
        ("im.notify.answer", {"NOTIFY_ID": 2}, "ANSWER_TEXT_ERROR"),
        ("im.notify.read.list", {"IDS": 3}, "PARAMS_ERROR"),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], code: str) -> None:
    assert (await portal.refusal(method, arguments))[:2] == (400, code)


async def test_the_scope_is_needed(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    stranger = RestClient(session, sandbox.webhook(1, {"crm"}))
    assert (await stranger.refusal("im.notify.get"))[1] == "insufficient_scope"


async def test_a_notification_has_the_documented_shape(portal: RestClient) -> None:
    answer = await portal.result("im.notify.get", {"CONVERT_TEXT": "Y"})
    question = answer["notifications"][0]
    buttons = json.loads(question.pop("notify_buttons"))
    assert [(button["TEXT"], button["COMMAND_PARAMS"]) for button in buttons] == [("Accept", "3|Y"), ("Decline", "3|N")]
    assert question == {
        "id": 3,
        "chat_id": answer["chat_id"],
        "author_id": 6,
        "date": "2026-11-19T08:15:00+00:00",
        "notify_type": 1,
        "notify_module": "calendar",
        "notify_event": "invite",
        "notify_tag": "CALENDAR|INVITE|7|1",
        "notify_sub_tag": "",
        "notify_title": "",
        "setting_name": "calendar|invite",
        "text": "Invitation: quarterly review on <b>1 December</b>",
        "notify_read": "N",
        "params": None,
    }
    assert (answer["total_count"], answer["total_unread_count"]) == (4, 3)
    assert sorted(user["id"] for user in answer["users"]) == [2, 4, 6]


async def test_questions_come_first_on_every_way_through_the_pages(portal: RestClient) -> None:
    seen: list[int] = []
    cursor: dict[str, int] = {}
    while True:
        page = (await portal.result("im.notify.get", {"LIMIT": 1, **cursor}))["notifications"]
        if not page:
            break
        seen.append(page[0]["id"])
        cursor = {"LAST_ID": page[-1]["id"], "LAST_TYPE": 1 if page[-1]["notify_type"] == 1 else 3}
    assert seen == [3, 4, 2, 1]


async def test_searching(portal: RestClient) -> None:
    async def found(**arguments: Any) -> list[int]:
        answer = await portal.result("im.notify.history.search", arguments)
        return [entry["id"] for entry in answer["notifications"]]

    assert await found(SEARCH_TEXT="TASK") == [4, 1]
    assert await found(SEARCH_TYPE="tasks|reminder") == [4]
    assert await found(SEARCH_DATE="2026-11-18T23:00:00+00:00") == [2]
    assert await found(SEARCH_TYPES=["tasks", "im"], SEARCH_TEXT="due") == [4]
    assert await found(SEARCH_AUTHORS=[2, 6], LAST_ID=3) == [1]
    page = await portal.result("im.notify.history.search", {"SEARCH_TYPES": ["tasks"], "LIMIT": 1})
    assert page["total_results"] == 2
    following = await portal.result("im.notify.history.search", {"SEARCH_TYPES": ["tasks"], "LAST_ID": 4})
    assert "total_results" not in following


async def test_nobody_touches_the_notifications_of_others(portal: RestClient) -> None:
    assert await portal.result("im.notify.delete", {"ID": 5}) is False
    assert await portal.result("im.notify.read", {"ID": 5}) is True
    assert await portal.result("im.notify.confirm", {"NOTIFY_ID": 5, "NOTIFY_VALUE": "Y"}) == {"result_message": False}
    assert await portal.result("im.notify.answer", {"NOTIFY_ID": 5, "ANSWER_TEXT": "x"}) == {"result_message": False}


async def test_nobody_is_told_who_does_not_exist(portal: RestClient) -> None:
    assert await portal.result("im.notify", {"USER_ID": 4242, "MESSAGE": "Hello"}) is False


async def test_types_of_im_notify(portal: RestClient) -> None:
    personal = await portal.result("im.notify", {"USER_ID": 1, "MESSAGE": " Hello "})
    system = await portal.result("im.notify", {"USER_ID": 1, "MESSAGE": "Hello", "TYPE": "SYSTEM"})
    rows = {row["id"]: row for row in (await portal.result("im.notify.get"))["notifications"]}
    assert (rows[personal]["notify_type"], rows[personal]["author_id"], rows[personal]["text"]) == (2, 1, "Hello")
    assert (rows[system]["notify_type"], rows[system]["author_id"]) == (4, 0)


async def test_marking_several_and_all(portal: RestClient) -> None:
    async def unread() -> int:
        count: int = (await portal.result("im.notify.get"))["total_unread_count"]
        return count

    assert await portal.result("im.notify.read.list", {"IDS": [2, 0, 3]}) is True
    assert await unread() == 2
    assert await portal.result("im.notify.read.list", {"IDS": [1, 2], "ACTION": "N"}) is True
    assert await unread() == 4
    assert await portal.result("im.notify.read", {"ACTION": "Y"}) is True
    assert await unread() == 4
    assert await portal.result("im.notify.read.all") == {"result": True, "newCounter": 0}
    assert await unread() == 0


async def test_tags_of_one_application_are_not_those_of_another(portal: RestClient) -> None:
    for client in ("first", "second"):
        told = {"USER_ID": 1, "MESSAGE": client, "TAG": "job", "SUB_TAG": "jobs", "CLIENT_ID": client}
        await portal.result("im.notify.system.add", told)
    assert await portal.result("im.notify.delete", {"SUB_TAG": "jobs", "CLIENT_ID": "first"}) is True
    answer = await portal.result("im.notify.history.search", {"SEARCH_TYPE": "rest"})
    assert [(entry["text"], entry["notify_tag"]) for entry in answer["notifications"]] == [
        ("second", "MP|customsecond|job")
    ]
    assert await portal.result("im.notify.delete", {"TAG": "job", "CLIENT_ID": "first"}) is False
