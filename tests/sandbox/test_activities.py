"""Activities: calls, meetings, e-mails, to-dos, and tasks that are linked to records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

TODO = {"ownerTypeId": 2, "ownerId": 5, "deadline": "2026-12-24T10:00:00+02:00", "title": "Ring the bell"}
TALK = {"VALUE": "+44 20 7946 0999", "ENTITY_ID": 2, "ENTITY_TYPE_ID": 3}
CALL = {
    "OWNER_TYPE_ID": 3,
    "OWNER_ID": 2,
    "TYPE_ID": 2,
    "SUBJECT": "Asked for a quote",
    "RESPONSIBLE_ID": 7,
    "DIRECTION": 1,
    "START_TIME": "2026-12-01T10:00:00",
    "COMMUNICATIONS": [TALK],
}


async def test_a_todo_is_planned_changed_and_removed(portal: RestClient) -> None:
    new = (await portal.result("crm.activity.todo.add", {**TODO, "responsibleId": 4}))["id"]
    row = await portal.result("crm.activity.get", {"id": new})
    assert (row["SUBJECT"], row["DEADLINE"]) == ("Ring the bell", "2026-12-24T08:00:00+00:00")
    assert (row["PROVIDER_ID"], row["RESPONSIBLE_ID"], row["COMPLETED"]) == ("CRM_TODO", "4", "N")
    changed = await portal.result("crm.activity.todo.update", {**TODO, "id": new, "title": "Ring twice"})
    assert changed == {"id": new}
    row = await portal.result("crm.activity.get", {"id": new})
    assert (row["SUBJECT"], row["RESPONSIBLE_ID"]) == ("Ring twice", "4")
    assert await portal.result("crm.activity.delete", {"id": new}) is True
    assert (await portal.refusal("crm.activity.get", {"id": new}))[2] == "Activity is not found."


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deadline": "next week"}, "WRONG_DATETIME_FORMAT"),
        ({"deadline": None}, "100"),
        ({"ownerId": 9999}, "OWNER_NOT_FOUND"),
        ({"ownerTypeId": 77}, "OWNER_NOT_FOUND"),
        ({"ownerId": None}, "100"),
    ],
)
async def test_todos_that_cannot_be(portal: RestClient, changes: dict[str, Any], code: str) -> None:
    assert (await portal.refusal("crm.activity.todo.add", {**TODO, **changes}))[:2] == (400, code)


async def test_a_completed_todo_cannot_be_changed(portal: RestClient) -> None:
    new = (await portal.result("crm.activity.todo.add", TODO))["id"]
    assert await portal.result("crm.activity.update", {"id": new, "fields": {"COMPLETED": "Y"}}) is True
    assert (await portal.result("crm.activity.get", {"id": new}))["STATUS"] == "2"
    refusal = await portal.refusal("crm.activity.todo.update", {**TODO, "id": new})
    assert refusal[1] == "CAN_NOT_UPDATE_COMPLETED_TODO"


async def test_a_todo_of_another_record_is_not_found(portal: RestClient) -> None:
    new = (await portal.result("crm.activity.todo.add", TODO))["id"]
    refusal = await portal.refusal("crm.activity.todo.update", {**TODO, "id": new, "ownerId": 6})
    assert refusal[:2] == (400, "NOT_FOUND")


async def test_a_call_is_put_on_record(portal: RestClient) -> None:
    new = await portal.result("crm.activity.add", {"fields": CALL})
    row = await portal.result("crm.activity.get", {"id": new})
    assert (row["TYPE_ID"], row["DIRECTION"], row["AUTHOR_ID"]) == ("2", "1", "1")
    assert (row["PROVIDER_ID"], row["PROVIDER_TYPE_ID"]) == ("VOXIMPLANT_CALL", "CALL")
    assert row["DEADLINE"] == row["START_TIME"] == "2026-12-01T10:00:00+00:00"
    assert row.keys() & {"COMMUNICATIONS", "FILES", "BINDINGS"} == set()
    select = ["ID", "COMMUNICATIONS", "BINDINGS"]
    (listed,) = await portal.result("crm.activity.list", {"filter": {"ID": new}, "select": select})
    assert listed["COMMUNICATIONS"] == [
        {"TYPE": "PHONE", "VALUE": "+44 20 7946 0999", "ENTITY_ID": "2", "ENTITY_TYPE_ID": "3"}
    ]
    assert listed["BINDINGS"] == [{"OWNER_TYPE_ID": "3", "OWNER_ID": "2"}]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"SUBJECT": ""}, "The field SUBJECT is not defined or empty."),
        ({"TYPE_ID": None}, "The field TYPE_ID is not defined or invalid."),
        ({"RESPONSIBLE_ID": None}, "The field RESPONSIBLE_ID is not defined or invalid."),
        ({"COMMUNICATIONS": []}, "The field COMMUNICATIONS is not defined or invalid."),
        ({"COMMUNICATIONS": [TALK, TALK]}, "The only one communication is allowed for activity of specified type."),
        (
            {"OWNER_ID": 9999},
            "Could not build binding. Check that owner and communications are given correctly.",
        ),
        ({"TYPE_ID": 6}, "The custom activity without provider is not supported in current context."),
        (
            {"PROVIDER_ID": "CONFIGURABLE_REST_APP"},
            "Use crm.activity.configurable.add for this activity provider.",
        ),
        ({"PROVIDER_ID": "REST_APP"}, "Application context required."),
        ({"TYPE_ID": 4, "DIRECTION": 2}, "Email send error. Invalid email is specified."),
    ],
)
async def test_activities_that_cannot_be(portal: RestClient, changes: dict[str, Any], text: str) -> None:
    assert await portal.refusal("crm.activity.add", {"fields": {**CALL, **changes}}) == (400, "", text)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"SUBJECT": ""}, "The field SUBJECT is not defined or empty."),
        ({"RESPONSIBLE_ID": ""}, "The field RESPONSIBLE_ID is not defined or invalid."),
        ({"COMMUNICATIONS": [TALK, TALK]}, "The only one communication is allowed for activity of specified type."),
    ],
)
async def test_changes_that_cannot_be(portal: RestClient, fields: dict[str, Any], text: str) -> None:
    new = await portal.result("crm.activity.add", {"fields": CALL})
    assert await portal.refusal("crm.activity.update", {"id": new, "fields": fields}) == (400, "", text)


async def test_activities_of_an_application_are_closed_to_webhooks(
    sandbox: Sandbox, session: aiohttp.ClientSession, portal: RestClient
) -> None:
    application, auth = RestClient(session, f"{sandbox.url}/rest/"), {"auth": sandbox.access_token}
    provider = {"PROVIDER_ID": "REST_APP", "PROVIDER_TYPE_ID": "ORDER", "TYPE_ID": 6}
    new = await application.result("crm.activity.add", {**auth, "fields": {**CALL, **provider}})
    for method in ("get", "delete"):
        refusal = await portal.refusal(f"crm.activity.{method}", {"id": new})
        assert refusal == (400, "", "Application context required.")
    assert await application.result("crm.activity.delete", {**auth, "id": new}) is True


async def test_files_of_an_activity_are_listed_on_request(portal: RestClient, session: aiohttp.ClientSession) -> None:
    fields = {**CALL, "FILES": [{"fileData": ["offer.txt", "aGVsbG8="]}]}
    new = await portal.result("crm.activity.add", {"fields": fields})
    (row,) = await portal.result("crm.activity.list", {"filter": {"ID": new}, "select": ["ID", "FILES"]})
    async with session.get(row["FILES"][0]["url"]) as answer:
        assert await answer.read() == b"hello"
    assert (await portal.result("disk.file.get", {"id": row["FILES"][0]["id"]}))["NAME"] == "offer.txt"


async def test_a_task_of_a_record_is_one_of_its_activities(portal: RestClient) -> None:
    fields = {"TITLE": "Measure the room", "RESPONSIBLE_ID": 4, "UF_CRM_TASK": ["D_7"]}
    task = (await portal.result("tasks.task.add", {"fields": fields}))["task"]["id"]
    mine = {"filter": {"OWNER_TYPE_ID": 2, "OWNER_ID": 7, "TYPE_ID": 3}}
    (row,) = await portal.result("crm.activity.list", mine)
    assert (row["SUBJECT"], row["ASSOCIATED_ENTITY_ID"]) == ("Measure the room", str(task))
    assert (row["PROVIDER_ID"], row["COMPLETED"]) == ("CRM_TASKS_TASK", "N")
    await portal.result("tasks.task.complete", {"taskId": task})
    (row,) = await portal.result("crm.activity.list", mine)
    assert (row["COMPLETED"], row["STATUS"]) == ("Y", "2")
    await portal.result("tasks.task.delete", {"taskId": task})
    assert await portal.result("crm.activity.list", mine) == []


async def test_a_task_that_is_linked_no_longer_leaves_the_record(portal: RestClient) -> None:
    fields = {"TITLE": "Measure", "RESPONSIBLE_ID": 4, "UF_CRM_TASK": ["CO_3", "D_7"]}
    task = (await portal.result("tasks.task.add", {"fields": fields}))["task"]["id"]
    tasks = {"filter": {"ASSOCIATED_ENTITY_ID": task}, "select": ["OWNER_TYPE_ID", "OWNER_ID"]}
    (row,) = await portal.result("crm.activity.list", tasks)
    assert (row["OWNER_TYPE_ID"], row["OWNER_ID"]) == ("4", "3")
    await portal.result("tasks.task.update", {"taskId": task, "fields": {"UF_CRM_TASK": []}})
    assert await portal.result("crm.activity.list", tasks) == []


@pytest.mark.parametrize(
    ("change", "arguments", "field", "value"),
    [
        ("Deadline", {"value": "2027-01-01T10:00:00"}, "DEADLINE", "2027-01-01T10:00:00+00:00"),
        ("Description", {"value": "Twice"}, "DESCRIPTION", "Twice"),
        ("Color", {"colorId": "3"}, "SETTINGS", {"COLOR": "3"}),
        ("ResponsibleUser", {"responsibleId": 6}, "RESPONSIBLE_ID", "6"),
    ],
)
async def test_one_thing_about_a_todo_is_changed(
    portal: RestClient, change: str, arguments: dict[str, Any], field: str, value: Any
) -> None:
    new = (await portal.result("crm.activity.todo.add", TODO))["id"]
    changed = await portal.result(f"crm.activity.todo.update{change}", {**TODO, "id": new, **arguments})
    assert changed == {"id": new}
    row = await portal.result("crm.activity.get", {"id": new})
    assert (row[field], row["SUBJECT"]) == (value, "Ring the bell")


async def test_a_todo_loses_what_an_update_does_not_repeat(portal: RestClient) -> None:
    new = (await portal.result("crm.activity.todo.add", {**TODO, "description": "Loud", "colorId": "2"}))["id"]
    assert (await portal.result("crm.activity.get", {"id": new}))["SETTINGS"] == {"COLOR": "2"}
    await portal.result("crm.activity.todo.update", {**TODO, "id": new})
    row = await portal.result("crm.activity.get", {"id": new})
    assert (row["DESCRIPTION"], row["SETTINGS"]) == ("", [])


async def test_activities_are_listed_by_owner(portal: RestClient) -> None:
    arguments = {"filter": {"OWNER_TYPE_ID": 1}, "select": ["ID", "SUBJECT"], "order": {"ID": "DESC"}}
    rows = await portal.result("crm.activity.list", arguments)
    assert [set(row) for row in rows] == [{"ID", "SUBJECT"}] * 3
    assert [int(row["ID"]) for row in rows] == sorted((int(row["ID"]) for row in rows), reverse=True)
    assert (await portal.result("crm.activity.fields"))["SUBJECT"]["isRequired"] is True
