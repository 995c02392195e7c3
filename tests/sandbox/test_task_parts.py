"""What tasks have besides their fields: checklists, results and places on boards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

PREFIX = "BITRIX_REST_V3_EXCEPTION_"


@pytest.fixture
def third(portal: RestClient) -> RestClient:
    """The administrator's webhook at the addresses of REST 3.0."""
    return RestClient(portal.session, f"{portal.base}api/")


def of_user(sandbox: Sandbox, portal: RestClient, user_id: int, *scopes: str) -> RestClient:
    return RestClient(portal.session, sandbox.webhook(user_id=user_id, scopes=set(scopes)))


async def fault(client: RestClient, method: str, arguments: Any) -> tuple[int, str, list[str | None]]:
    status, body = await client.call(method, arguments)
    error = body["error"]
    return status, error["code"].removeprefix(PREFIX), [entry["field"] for entry in error.get("validation", [])]


async def test_the_demo_company_has_a_checklist(portal: RestClient) -> None:
    order = {"SORT_INDEX": "asc", "ID": "asc"}
    items = await portal.result("task.checklistitem.getlist", {"TASKID": 1, "ORDER": order})
    assert [(item["TITLE"], item["IS_COMPLETE"], item["PARENT_ID"]) for item in items] == [
        ("Before the opening", "N", 0),
        ("Keys", "Y", "1"),
        ("Furniture", "N", "1"),
        ("Insurance", "N", "1"),
    ]


async def test_the_first_item_of_a_task_makes_a_checklist(portal: RestClient) -> None:
    added = await portal.result("task.checklistitem.add", {"TASKID": 5, "FIELDS": {"TITLE": "Ask two firms"}})
    items = await portal.result("task.checklistitem.getlist", {"TASKID": 5})
    assert [item["ID"] for item in items] == [str(added), str(added - 1)]
    assert items[0]["PARENT_ID"] == items[1]["ID"]
    unknown = {"TASKID": 5, "FIELDS": {"TITLE": "Another list", "PARENT_ID": 999}}
    other = await portal.result("task.checklistitem.add", unknown)
    assert (await portal.result("task.checklistitem.get", {"TASKID": 5, "ITEMID": other}))["PARENT_ID"] == 0


@pytest.mark.parametrize(
    ("method", "arguments", "text"),
    [
        ("add", {}, "#256; Param #0 (taskId) expected by method ctaskchecklistitem::add(), but not given."),
        ("add", {"TASKID": "x"}, "#256; Param #0 (taskId) for method ctaskchecklistitem::add() expected to be of type"),
        ("add", {"TASKID": 1}, "#256; Param #1 (arFields) expected by method ctaskchecklistitem::add()"),
        ("add", {"TASKID": 1, "FIELDS": {"SORT_INDEX": 1}}, "#8; Item name not specified"),
        ("add", {"TASKID": 999, "FIELDS": {"TITLE": "X"}}, "#8; Adding item: action not allowed"),
        ("getlist", {"TASKID": 999}, "#8; Action failed"),
        ("getlist", {"TASKID": 1, "ORDER": {"IS_COMPLETED": "asc"}}, "#256; Param #1 (arOrder) for method ctask"),
        ("get", {"TASKID": 1}, "#256; Param #1 (itemId) expected by method ctaskchecklistitem::get()"),
        ("get", {"TASKID": 2, "ITEMID": 1}, "#512; Check listitem not found or not accessible"),
        ("get", {"ITEMID": 2, "TASKID": 1}, "#512; Check listitem not found or not accessible"),
        ("update", {"TASKID": 1, "ITEMID": 2}, "#256; Param #2 (arFields) expected by method"),
        ("delete", {"TASKID": 1, "ITEMID": 99}, "#512; "),
    ],
)
async def test_checklists_refuse(portal: RestClient, method: str, arguments: dict[str, Any], text: str) -> None:
    status, code, message = await portal.refusal(f"task.checklistitem.{method}", arguments)
    assert (status, code) == (400, "ERROR_CORE")
    assert message.startswith(f"TASKS_ERROR_EXCEPTION_{text}")


async def test_completing_takes_positive_numbers(portal: RestClient) -> None:
    refusal = await portal.refusal("task.checklistitem.complete", {"TASKID": 1, "ITEMID": 0})
    assert refusal == (400, "ERROR_CORE", "TASKS_ERROR_ASSERT_EXCEPTION")


async def test_who_may_work_on_a_checklist(sandbox: Sandbox, portal: RestClient) -> None:
    item = {"TASKID": 1, "ITEMID": 3}
    observer, outsider = (of_user(sandbox, portal, number, "task") for number in (6, 11))
    assert (await observer.result("task.checklistitem.get", item))["TITLE"] == "Furniture"
    assert "#4; " in (await observer.refusal("task.checklistitem.update", {**item, "FIELDS": {"TITLE": "X"}}))[2]
    assert "action not allowed" in (await observer.refusal("task.checklistitem.complete", item))[2]
    assert "action not allowed" in (await observer.refusal("task.checklistitem.delete", item))[2]
    assert "#512; " in (await outsider.refusal("task.checklistitem.complete", item))[2]
    await portal.result("task.checklistitem.update", {**item, "FIELDS": {"MEMBERS": {"6": {"TYPE": "U"}}}})
    assert await observer.result("task.checklistitem.complete", item) is True


async def test_a_removed_task_takes_everything_along(sandbox: Sandbox, portal: RestClient, third: RestClient) -> None:
    await third.result("tasks.task.result.add", {"fields": {"taskId": 1, "text": "Done"}})
    await portal.result("tasks.task.delete", {"taskId": 1})
    for name in ("task_checklist_items", "task_results", "task_comments"):
        assert sandbox.database.collection(name).count(task_id=1) == 0


async def test_results_are_filtered_sorted_and_paged(third: RestClient) -> None:
    for text in ("One", "Two", "Three"):
        await third.result("tasks.task.result.add", {"fields": {"taskId": 9, "text": text}})
    arguments = {"filter": [["taskId", 9]], "order": {"id": "DESC"}, "pagination": {"limit": 2, "page": 2}}
    items = (await third.result("tasks.task.result.list", {**arguments, "select": ["text", "author"]}))["items"]
    assert [item["text"] for item in items] == ["One", "The answers are rewritten and wait for review."]
    assert items[1]["author"]["name"] == "Marcus Bell"
    by_author = {"filter": [["taskId", "=", 9], ["authorId", "in", [7]]]}
    (item,) = (await third.result("tasks.task.result.list", by_author))["items"]
    assert set(item) == {"id", "taskId", "text", "authorId", "createdAt", "status", "messageId"}
    closed = {"filter": [["taskId", 2], ["status", "closed"]]}
    assert len((await third.result("tasks.task.result.list", closed))["items"]) == 1


@pytest.mark.parametrize(
    ("method", "arguments", "refusal"),
    [
        ("add", {}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["fields"])),
        ("add", {"fields": {"taskId": 1}}, (400, "VALIDATION_DTOVALIDATIONEXCEPTION", ["text"])),
        ("add", {"fields": {"text": "x"}}, (400, "VALIDATION_DTOVALIDATIONEXCEPTION", ["taskId"])),
        ("add", {"fields": {"taskId": "1", "text": "x"}}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["taskId"])),
        ("add", {"fields": {"taskId": -1, "text": "x"}}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["taskId"])),
        ("add", {"fields": {"fileIds": [1]}}, (400, "VALIDATION_DTOVALIDATIONEXCEPTION", ["fileIds"])),
        ("list", {}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["filter"])),
        ("list", {"filter": [["id", 1]]}, (400, "VALIDATION_REQUESTFILTERVALIDATIONEXCEPTION", ["filter.taskId"])),
        ("list", {"filter": [["taskId", "~", 1]]}, (400, "UNKNOWNFILTEROPERATOREXCEPTION", [])),
        ("list", {"filter": [["title", 1]]}, (400, "UNKNOWNDTOPROPERTYEXCEPTION", [])),
        ("list", {"filter": [["taskId", 1]], "order": {"id": "up"}}, (400, "INVALIDORDEREXCEPTION", [])),
        ("list", {"filter": [["taskId", 1]], "pagination": {"limit": "x"}}, (400, "INVALIDPAGINATIONEXCEPTION", [])),
        ("list", {"filter": [["taskId", 999]]}, (403, "ACCESSDENIEDEXCEPTION", [])),
        ("update", {"id": 1, "fields": {"text": ""}}, (400, "VALIDATION_DTOVALIDATIONEXCEPTION", ["text"])),
        ("update", {"id": 1, "fields": {"status": "open"}}, (400, "UNKNOWNDTOPROPERTYEXCEPTION", [])),
        ("update", {"fields": {"text": "x"}}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["id"])),
        ("delete", {"id": 1, "filter": []}, (400, "VALIDATION_REQUESTVALIDATIONEXCEPTION", ["id"])),
        ("delete", {"id": 999}, (403, "ACCESSDENIEDEXCEPTION", [])),
    ],
)
async def test_results_refuse(
    third: RestClient, method: str, arguments: Any, refusal: tuple[int, str, list[str | None]]
) -> None:
    assert await fault(third, f"tasks.task.result.{method}", arguments) == refusal


async def test_results_need_the_permission_and_the_task(sandbox: Sandbox, portal: RestClient) -> None:
    def third_of(user_id: int, scope: str) -> RestClient:
        return RestClient(portal.session, sandbox.webhook(user_id=user_id, scopes={scope}) + "api/")

    new = {"fields": {"taskId": 9, "text": "x"}}
    assert (await fault(third_of(11, "tasks"), "tasks.task.result.add", new))[:2] == (403, "ACCESSDENIEDEXCEPTION")
    status, body = await third_of(7, "task").call("tasks.task.result.add", new)
    assert (status, "SCOPE" in body["error"]["code"].upper()) == (403, True)
    assert (await third_of(7, "tasks").call("tasks.task.result.add", new))[0] == 200
    change = {"id": 2, "fields": {"text": "Not mine"}}
    assert (await fault(third_of(8, "tasks"), "tasks.task.result.update", change))[:2] == (403, "ACCESSDENIEDEXCEPTION")


async def test_comments_become_results_in_rest_2(portal: RestClient) -> None:
    said = {"TASKID": 3, "FIELDS": {"POST_MESSAGE": "All [B]here[/B]"}}
    comment = await portal.result("task.commentitem.add", said)
    result = await portal.result("tasks.task.result.addFromComment", {"commentId": comment})
    assert (result["commentId"], result["status"], result["formattedText"]) == (comment, 0, "All <b>here</b>")
    assert await portal.result("tasks.task.result.list", {"taskId": 3}) == [result]
    assert (await portal.refusal("tasks.task.result.addFromComment", {"commentId": comment}))[:2] == (400, "0")
    assert await portal.result("tasks.task.result.deleteFromComment", {"commentId": comment}) is None
    assert await portal.result("tasks.task.result.list", {"taskId": 3}) == []
    assert await portal.refusal("tasks.task.result.list", {"taskId": 999}) == (400, "0", "Access denied.")
    assert (await portal.refusal("tasks.task.result.list", {"taskId": "x"}))[:2] == (400, "100")


async def test_tasks_stand_in_their_stages_in_order(sandbox: Sandbox, portal: RestClient) -> None:
    stages = list(await portal.result("task.stages.get", {"entityId": 1}))
    for task, place in ((2, {}), (3, {}), (4, {"before": 3}), (5, {"after": 2})):
        assert await portal.result("task.stages.movetask", {"id": task, "stageId": stages[0], **place}) is True
    places = sandbox.database.collection("task_places")

    def order(stage: str) -> list[int]:
        entries = sorted(places.find(STAGE_ID=int(stage)), key=lambda entry: entry["SORT"])
        return [entry["TASK_ID"] for entry in entries]

    assert order(stages[0]) == [2, 5, 4, 3]
    await portal.result("task.stages.movetask", {"id": 5, "stageId": stages[2]})
    assert (order(stages[0]), order(stages[2])) == ([2, 4, 3], [5])


async def test_boards_are_for_members(sandbox: Sandbox, portal: RestClient) -> None:
    outsider = of_user(sandbox, portal, 11, "task")
    assert (await outsider.refusal("task.stages.get", {"entityId": 1, "isAdmin": True}))[:2] == (400, "ACCESS_DENIED")
    plan = await outsider.result("task.stages.get", {"entityId": 0})
    assert {stage["ENTITY_ID"] for stage in plan.values()} == {"11"}
    move = {"id": 12, "stageId": next(iter(plan))}
    assert await outsider.result("task.stages.movetask", move) is True
    assert (await portal.refusal("task.stages.movetask", move))[:2] == (400, "ACCESS_DENIED_MOVE")
