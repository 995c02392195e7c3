"""`tasks.task.*` in REST 2, and comments as they were."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox


@pytest.fixture
def agent(sandbox: Sandbox, session: aiohttp.ClientSession) -> RestClient:
    """The webhook of user 7, who is no administrator."""
    return RestClient(session, sandbox.webhook(7))


async def test_a_task_from_its_making_to_its_removal(portal: RestClient) -> None:
    fields = {
        "TITLE": "Order gas springs",
        "RESPONSIBLE_ID": 10,
        "DEADLINE": "2026-12-31T23:59:00+02:00",
        "PRIORITY": 2,
        "ACCOMPLICES": [11, "12"],
        "UF_CRM_TASK": ["D_1"],
        "UF_AUTO_123": "own field",
        "CREATED_DATE": "2001-01-01",
        "NO_SUCH_FIELD": 1,
    }
    task = (await portal.result("tasks.task.add", {"fields": fields}))["task"]
    assert {name: task[name] for name in ("title", "responsibleId", "createdBy", "priority", "status", "parentId")} == {
        "title": "Order gas springs",
        "responsibleId": "10",
        "createdBy": "1",
        "priority": "2",
        "status": "2",
        "parentId": None,
    }
    assert task["deadline"] == "2026-12-31T21:59:00+00:00"
    assert not task["createdDate"].startswith("2001")
    assert (task["accomplices"], list(task["accomplicesData"]), task["auditorsData"]) == (
        ["11", "12"],
        ["11", "12"],
        [],
    )
    assert (task["responsible"]["name"], task["creator"]["id"], task["group"]) == ("Elena Petrova", "1", [])
    named = {"taskId": task["id"]}
    changed = await portal.result("tasks.task.update", {**named, "fields": {"TITLE": "Order 200", "GROUP_ID": 1}})
    assert (changed["task"]["title"], changed["task"]["group"]["name"]) == ("Order 200", "New showroom")
    again = (await portal.result("tasks.task.get", {**named, "select": ["TITLE", "ufCrmTask", "UF_AUTO_123"]}))["task"]
    assert (again["id"], again["title"], again["ufCrmTask"], again["ufAuto123"]) == (
        task["id"], "Order 200", ["D_1"], "own field",
    )  # fmt: skip
    assert "deadline" not in again
    assert again["action"]["start"] is True
    assert await portal.result("tasks.task.delete", named) == {"task": True}
    assert (await portal.refusal("tasks.task.get", named))[0] == 400


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({}, "100", "Could not find value for parameter {fields}"),
        ({"RESPONSIBLE_ID": 2}, "ERROR_CORE", "Task title not specified"),
        ({"TITLE": "x"}, "ERROR_CORE", "Responsible person not specified"),
        ({"TITLE": "x", "RESPONSIBLE_ID": 424242}, "ERROR_CORE", 'User specified in the "Responsible" field not found'),
        ({"TITLE": "x", "RESPONSIBLE_ID": 2, "STATUS": 9}, "ERROR_CORE", "Incorrect status"),
        (
            {"TITLE": "x", "RESPONSIBLE_ID": 2, "PARENT_ID": 424242},
            "ERROR_CORE",
            'Task specified in the "Parent Task" field not found',
        ),
        (
            {"TITLE": "x", "RESPONSIBLE_ID": 2, "START_DATE_PLAN": "2026-12-02", "END_DATE_PLAN": "2026-12-01"},
            "ERROR_CORE",
            "The end date in scheduling is earlier than the start date",
        ),
        (
            {"TITLE": "x", "RESPONSIBLE_ID": 2, "DEADLINE": "soon"},
            "ERROR_CORE",
            'Incorrect value in the field "Deadline"',
        ),
    ],
)
async def test_tasks_that_cannot_be_made(portal: RestClient, fields: dict[str, Any], code: str, text: str) -> None:
    assert await portal.refusal("tasks.task.add", {"fields": fields}) == (400, code, text)


async def test_a_task_cannot_be_its_own_ancestor(portal: RestClient) -> None:
    itself = await portal.refusal("tasks.task.update", {"taskId": 1, "fields": {"PARENT_ID": 1}})
    assert itself[2] == "Cannot bind the node to itself<br>"
    child = await portal.refusal("tasks.task.update", {"taskId": 1, "fields": {"PARENT_ID": 2}})
    assert child[2] == "Creating cyclic links in tasks is prohibited<br>"


async def test_pages_of_fifty_with_total_and_next(portal: RestClient) -> None:
    commands = {f"t{n}": f"tasks.task.add?fields[TITLE]=Many&fields[RESPONSIBLE_ID]=2&x={n}" for n in range(50)}
    assert not (await portal.batch(commands))["result_error"]
    _, first = await portal.call("tasks.task.list", {"select": ["ID"]})
    assert (len(first["result"]["tasks"]), first["total"], first["next"]) == (50, 80, 50)
    assert first["result"]["tasks"][0] == {"id": "80", "group": []}
    _, second = await portal.call("tasks.task.list", {"select": ["ID"], "start": 50})
    assert (len(second["result"]["tasks"]), second["total"], "next" in second) == (30, 80, False)


async def ids(portal: RestClient, **arguments: Any) -> list[int]:
    answer = await portal.result("tasks.task.list", {"select": ["ID"], "order": {"ID": "asc"}, **arguments})
    return [int(task["id"]) for task in answer["tasks"]]


async def test_filters(portal: RestClient, sandbox: Sandbox) -> None:
    sandbox.clock.freeze()
    sandbox.clock.advance(1_795_420_800 - sandbox.clock.time())  # 2026-11-23T08:00:00Z, when the demo is set
    assert await ids(portal, filter={"PARENT_ID": 1}) == [2, 3, 4, 5]
    assert await ids(portal, filter={"REAL_STATUS": [4, 6]}) == [9, 14, 28]
    assert await ids(portal, filter={"RESPONSIBLE_ID": 9, "!STATUS": 5}) == [29]
    assert await ids(portal, filter={"%TITLE": "SUPPORT"}) == [10, 11, 29]
    assert await ids(portal, filter={"AUDITOR": 7}) == [10, 29]
    assert await ids(portal, filter={"responsibleId": 9}, order={"createdDate": "desc"}) == [29, 11]
    assert await ids(portal, filter={"TAG": "bot"}) == [10]
    assert await ids(portal, filter={"MEMBER": 8}) == [9, 10, 25, 29]
    assert await ids(portal, filter={">=CREATED_DATE": "2026-11-16T00:00:00+00:00"}) == [29, 30]
    assert await ids(portal, filter={"STATUS": -1}) == [3, 20, 23, 25, 27]
    assert await ids(portal, filter={"STATUS": -3}) == []
    assert await ids(portal, filter={"::SUBFILTER-1": {"RESPONSIBLE_ID": 2}, "GROUP_ID": 1}) == [1]
    assert await ids(portal, filter={"::LOGIC": "OR", "ID": 4, "TITLE": "Plan the staff party"}) == [4, 30]


async def test_orders(portal: RestClient) -> None:
    by_deadline = await ids(portal, order={"DEADLINE": "desc"}, filter={"GROUP_ID": 1})
    assert by_deadline == [1, 4, 5, 3, 2]
    assert await portal.refusal("tasks.task.list", {"order": {"MOOD": "asc"}}) == (
        400, "0", "Invalid sorting key (internal error)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("task_id", "action", "status"),
    [
        (30, "start", "3"),
        (3, "pause", "2"),
        (30, "defer", "6"),
        (30, "complete", "5"),
        (7, "renew", "2"),
        (9, "approve", "5"),
    ],
)
async def test_actions(portal: RestClient, task_id: int, action: str, status: str) -> None:
    task = (await portal.result(f"tasks.task.{action}", {"taskId": task_id}))["task"]
    assert (task["id"], task["status"], task["statusChangedBy"]) == (str(task_id), status, "1")
    assert bool(task["closedDate"]) == (status == "5")


@pytest.mark.parametrize(
    ("task_id", "action", "code"),
    [
        (7, "complete", "0"),
        (3, "start", "0"),
        (30, "pause", "1048582"),
        (30, "renew", "1048582"),
        (7, "defer", "1048582"),
    ],
)
async def test_actions_that_do_not_fit_the_status(portal: RestClient, task_id: int, action: str, code: str) -> None:
    refusal = await portal.refusal(f"tasks.task.{action}", {"taskId": task_id})
    assert refusal == (400, code, "Action on the task is not allowed")


async def test_completing_under_control_waits_for_the_creator(portal: RestClient, agent: RestClient) -> None:
    fields = {"TITLE": "Count stock", "RESPONSIBLE_ID": 7, "TASK_CONTROL": "Y"}
    task = (await portal.result("tasks.task.add", {"fields": fields}))["task"]
    done = (await agent.result("tasks.task.complete", {"taskId": task["id"]}))["task"]
    assert done["status"] == "4"
    assert (await agent.refusal("tasks.task.approve", {"taskId": task["id"]}))[1] == "1048582"
    assert (await portal.result("tasks.task.disapprove", {"taskId": task["id"]}))["task"]["status"] == "2"


async def test_colleagues_see_their_own_tasks_only(agent: RestClient) -> None:
    assert await ids(agent) == [9, 10, 21, 23, 29]
    assert await agent.refusal("tasks.task.get", {"taskId": 1}) == (400, "0", "Access denied.")
    assert (await agent.refusal("tasks.task.update", {"taskId": 9, "fields": {"TITLE": "x"}}))[1] == "0"
    assert await agent.refusal("tasks.task.delete", {"taskId": 9}) == (400, "1048582", "No access to delete the task")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ({"taskId": "x"}, "0", "wrong task id"),
        ({}, "100", "CTaskItem All parameters in the constructor must have real class type (internal error)"),
        (
            {"taskId": 1, "select": "TITLE"},
            "100",
            "Invalid value {} to match with parameter {select}. Should be value of type array. (internal error)",
        ),
    ],
)
async def test_arguments_that_cannot_be_bound(
    portal: RestClient, arguments: dict[str, Any], code: str, text: str
) -> None:
    assert await portal.refusal("tasks.task.get", arguments) == (400, code, text)


async def test_fields_are_documented(portal: RestClient) -> None:
    fields = (await portal.result("tasks.task.getFields"))["fields"]
    assert fields["ID"]["primary"] is True
    assert fields["TITLE"]["required"] is True
    assert fields["STATUS"]["values"]["5"] == "Completed"
    assert fields["ACCOMPLICES"]["type"] == "array"


async def test_removing_a_task_frees_its_subtasks_and_drops_its_comments(portal: RestClient, sandbox: Sandbox) -> None:
    await portal.result("tasks.task.delete", {"taskId": 1})
    assert (await portal.result("tasks.task.get", {"taskId": 2}))["task"]["parentId"] is None
    assert sandbox.database.collection("task_comments").count(task_id=1) == 0


async def test_comments(portal: RestClient, agent: RestClient) -> None:
    number = await agent.result("task.commentitem.add", {"TASKID": 29, "FIELDS": {"POST_MESSAGE": "Half done"}})
    comments = await portal.result("task.commentitem.getlist", {"TASKID": 29, "ORDER": {"ID": "desc"}})
    assert [(entry["ID"], entry["AUTHOR_NAME"], entry["POST_MESSAGE"]) for entry in comments] == [
        (str(number), "Marcus Bell", "Half done"),
        ("6", "Hannah Lindqvist", "The export of closed tickets is in the support folder."),
    ]
    mine = await portal.result("task.commentitem.getlist", {"TASKID": 29, "FILTER": {"AUTHOR_ID": 7}})
    assert [entry["ID"] for entry in mine] == [str(number)]
    assert (await portal.result("tasks.task.get", {"taskId": 29}))["task"]["commentsCount"] == "2"


@pytest.mark.parametrize(
    ("method", "arguments", "part"),
    [
        ("add", {"TASKID": 29, "FIELDS": {"POST_MESSAGE": " "}}, "Comment text is not specified"),
        ("add", {"TASKID": 1, "FIELDS": {"POST_MESSAGE": "x"}}, "Insufficient permissions"),
        ("add", {"TASKID": 29, "FIELDS": {"POST_MESSAGE": "x", "MOOD": 1}}, 'must not contain key "MOOD"'),
        ("add", {"TASKID": 29, "FIELDS": {"POST_MESSAGE": "x", "POST_DATE": "soon"}}, "POST_DATE"),
        ("add", {"TASKID": "x", "FIELDS": {"POST_MESSAGE": "x"}}, 'expected to be of type "integer"'),
        ("getlist", {"TASKID": 1}, "Action failed"),
        ("getlist", {"TASKID": 29, "FILTER": {"%POST_DATE": 1}}, 'must not contain key "%POST_DATE"'),
        ("getlist", {"TASKID": 29, "ORDER": {">=POST_DATE": 1}}, 'must not contain key ">=POST_DATE"'),
    ],
)
async def test_comments_that_are_refused(agent: RestClient, method: str, arguments: dict[str, Any], part: str) -> None:
    status, code, text = await agent.refusal(f"task.commentitem.{method}", arguments)
    assert (status, code) == (400, "ERROR_CORE")
    assert part in text


async def test_what_is_shown_without_and_with_stars(portal: RestClient) -> None:
    await portal.result("tasks.task.update", {"taskId": 30, "fields": {"UF_CRM_TASK": ["C_1"], "UF_AUTO_5": "x"}})

    async def shown(*select: str) -> dict[str, Any]:
        arguments = {"filter": {"ID": 30}, "select": list(select)}
        [task] = (await portal.result("tasks.task.list", arguments))["tasks"]
        return dict(task)

    plain = await shown()
    assert plain == await shown("*")
    assert plain["title"] == "Plan the staff party"
    assert not {"ufCrmTask", "ufAuto5", "tags"} & plain.keys()
    assert (await shown("*", "UF_*"))["ufAuto5"] == "x"
    assert set(await shown("UF_CRM_TASK")) == {"id", "ufCrmTask", "group"}
    whole = (await portal.result("tasks.task.get", {"taskId": 30}))["task"]
    assert (whole["ufCrmTask"], whole["action"]["complete"]) == (["C_1"], True)
