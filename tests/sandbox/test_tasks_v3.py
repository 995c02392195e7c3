"""`tasks.task.*` in REST 3.0, and the chat of a task with its absence on older portals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.sandbox import Sandbox, settings
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

PREFIX = "BITRIX_REST_V3_EXCEPTION_"


@pytest.fixture
def third(portal: RestClient) -> RestClient:
    """The administrator's webhook at the addresses of REST 3.0."""
    return RestClient(portal.session, f"{portal.base}api/")


async def fault(client: RestClient, method: str, arguments: Any) -> tuple[int, str, list[str | None]]:
    status, body = await client.call(method, arguments)
    error = body["error"]
    return status, error["code"].removeprefix(PREFIX), [entry["field"] for entry in error.get("validation", [])]


async def test_a_task_from_its_making_to_its_removal(third: RestClient, portal: RestClient) -> None:
    fields = {"title": "Order", "creatorId": 1, "responsibleId": 10, "priority": "high", "needsControl": True}
    item = (await third.result("tasks.task.add", {"fields": fields}))["item"]
    assert {name: item[name] for name in ("title", "responsibleId", "priority", "status", "needsControl", "mark")} == {
        "title": "Order",
        "responsibleId": 10,
        "priority": "high",
        "status": "pending",
        "needsControl": True,
        "mark": "none",
    }
    old = (await portal.result("tasks.task.get", {"taskId": item["id"]}))["task"]
    assert (old["priority"], old["taskControl"]) == ("2", "Y")
    change = {"id": item["id"], "fields": {"status": "in_progress", "deadline": "2026-12-24T12:00:00+01:00"}}
    assert await third.result("tasks.task.update", change) == {"result": True}
    seen = (await third.result("tasks.task.get", {"id": item["id"]}))["item"]
    assert (seen["status"], seen["deadline"], seen["started"] is not None) == (
        "in_progress", "2026-12-24T11:00:00+00:00", True,
    )  # fmt: skip
    assert await third.result("tasks.task.delete", {"id": item["id"]}) == {"result": True}
    assert await fault(third, "tasks.task.get", {"id": item["id"]}) == (400, "ENTITYNOTFOUNDEXCEPTION", [])


@pytest.mark.parametrize(
    ("method", "arguments", "expected"),
    [
        ("add", {}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["fields"])),
        (
            "add",
            {"fields": {"title": "x"}},
            (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["creatorId", "responsibleId"]),
        ),
        (
            "add",
            {"fields": {"title": "x", "creatorId": 1, "responsibleId": 424242}},
            (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["responsibleId"]),
        ),
        (
            "add",
            {"fields": {"title": "x", "creatorId": 1, "responsibleId": 1, "deadline": "soon"}},
            (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["deadline"]),
        ),
        (
            "add",
            {"fields": {"title": "x", "creatorId": 1, "responsibleId": 1, "priority": 2}},
            (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["priority"]),
        ),
        ("get", {}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["id"])),
        ("get", {"id": "1"}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["id"])),
        ("get", {"id": 1, "select": ["responsible.mood"]}, (400, "UNKNOWNDTOPROPERTYEXCEPTION", [])),
        (
            "update",
            {"id": 1, "fields": {"creatorId": 2}},
            (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["creatorId"]),
        ),
        ("update", {"id": 424242, "fields": {"title": "x"}}, (403, "ACCESSDENIEDEXCEPTION", [])),
        ("delete", {"id": 424242}, (403, "ACCESSDENIEDEXCEPTION", [])),
        ("list", {"filter": [["title", "x"]]}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["title"])),
        ("list", {"filter": [["mood", "x"]]}, (400, "UNKNOWNDTOPROPERTYEXCEPTION", [])),
        ("list", {"filter": ["id"]}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["filter"])),
        ("list", {"filter": [["id", "~", 1]]}, (400, "UNKNOWNFILTEROPERATOREXCEPTION", [])),
        ("list", {"order": {"description": "ASC"}}, (400, "INVALIDORDEREXCEPTION", [])),
        ("list", {"order": {"id": "UP"}}, (400, "INVALIDORDEREXCEPTION", [])),
        ("list", {"pagination": {"limit": "abc"}}, (400, "INVALIDPAGINATIONEXCEPTION", [])),
        ("list", {"pagination": {"limit": 0}}, (400, "INVALIDPAGINATIONEXCEPTION", [])),
    ],
)
async def test_refusals(third: RestClient, method: str, arguments: Any, expected: tuple[int, str, list[str]]) -> None:
    assert await fault(third, f"tasks.task.{method}", arguments) == expected


async def test_a_list_gives_ids_only_unless_fields_are_selected(third: RestClient) -> None:
    plain = await third.result("tasks.task.list", {"pagination": {"limit": 2}})
    assert plain == {"items": [{"id": 1}, {"id": 2}]}
    chosen = {"select": ["title", "status", "responsible.name"], "filter": [["id", "in", [7, 29]]]}
    assert (await third.result("tasks.task.list", chosen))["items"] == [
        {"id": 7, "title": "Send the forecast figures", "status": "completed", "responsible": {"name": "Priya"}},
        {
            "id": 29,
            "title": "Remove clients from closed support chats",
            "status": "in_progress",
            "responsible": {"name": "Samuel"},
        },
    ]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"filter": [["id", ">", 27]]}, [28, 29, 30]),
        ({"filter": [["id", 5]]}, [5]),
        ({"filter": [["id", ">=", 5], ["id", "<", 7]]}, [5, 6]),
        ({"filter": [["id", "between", [2, 4]]]}, [2, 3, 4]),
        ({"filter": [{"logic": "or", "conditions": [["id", 1], ["id", 30]]}]}, [1, 30]),
        ({"order": {"id": "DESC"}, "pagination": {"limit": 2}}, [30, 29]),
        ({"pagination": {"page": 3, "limit": 10}}, list(range(21, 31))),
        ({"pagination": {"offset": 28, "limit": 10}}, [29, 30]),
    ],
)
async def test_filters_orders_and_pages(third: RestClient, arguments: Any, expected: list[int]) -> None:
    items = (await third.result("tasks.task.list", arguments))["items"]
    assert [item["id"] for item in items] == expected


async def test_a_word_in_a_tasks_chat_reaches_its_people(
    third: RestClient, sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    assert (await third.result("tasks.task.get", {"id": 29}))["item"]["chatId"] is None
    for text in ("First", "Second"):
        fields = {"taskId": 29, "text": text}
        assert await third.result("tasks.task.chat.message.send", {"fields": fields}) == {"result": True}
    chat_id = (await third.result("tasks.task.get", {"id": 29}))["item"]["chatId"]
    responsible = RestClient(session, sandbox.webhook(9))
    history = await responsible.result("im.dialog.messages.get", {"DIALOG_ID": f"chat{chat_id}"})
    assert [entry["text"] for entry in history["messages"]] == ["Second", "First"]


async def test_words_that_cannot_be_sent(third: RestClient) -> None:
    empty = await fault(third, "tasks.task.chat.message.send", {"fields": {}})
    assert empty == (400, "VALIDATION_DTOVALIDATIONEXCEPTION", ["taskId", "text"])
    hidden = await fault(third, "tasks.task.chat.message.send", {"fields": {"taskId": 424242, "text": "x"}})
    assert hidden == (403, "ACCESSDENIEDEXCEPTION", [])


async def test_an_older_portal_has_comments_but_no_task_chats(
    third: RestClient, portal: RestClient, sandbox: Sandbox
) -> None:
    settings.switch(sandbox.database, settings.OLDER_PORTAL, on=True)
    missing = await fault(third, "tasks.task.chat.message.send", {"fields": {"taskId": 29, "text": "x"}})
    assert missing == (404, "METHODNOTFOUNDEXCEPTION", [])
    assert await portal.result("task.commentitem.add", {"TASKID": 29, "FIELDS": {"POST_MESSAGE": "x"}}) == 7


async def test_the_switch_can_be_turned_from_outside(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    address = f"{sandbox.url}/_sandbox/settings"
    async with session.post(address, json={"older_portal": True}) as answer:
        assert await answer.json() == {"older_portal": True}
    async with session.post(address, json={"younger_portal": True}) as answer:
        assert (answer.status, (await answer.json())["error"]) == (
            400, "There is no switch 'younger_portal'. Known: older_portal.",
        )  # fmt: skip
    async with session.get(address) as answer:
        assert await answer.json() == {"older_portal": True}
