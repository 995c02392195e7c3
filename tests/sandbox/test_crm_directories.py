"""Pipelines, statuses, activities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.sandbox.client import RestClient

TODO = {"ownerTypeId": 2, "ownerId": 5, "deadline": "2026-12-24T10:00:00+02:00", "title": "Ring the bell"}


async def test_pipelines(portal: RestClient) -> None:
    _, body = await portal.call("crm.category.list", {"entityTypeId": 2})
    assert body["total"] == 2
    assert [(row["id"], row["isDefault"]) for row in body["result"]["categories"]] == [(0, "Y"), (1, "N")]
    assert (await portal.result("crm.category.get", {"entityTypeId": 2, "id": 0}))["category"]["name"] == "General"
    assert (await portal.result("crm.category.fields", {"entityTypeId": 2}))["fields"]["name"]["type"] == "string"


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"entityTypeId": 3, "id": 0}, "ENTITY_TYPE_NOT_SUPPORTED"),
        ({"entityTypeId": 999, "id": 0}, "NOT_FOUND"),
        ({"entityTypeId": 2, "id": 99}, "NOT_FOUND"),
        ({"entityTypeId": 2, "id": 3}, "NOT_FOUND"),
    ],
)
async def test_pipelines_that_are_not_there(portal: RestClient, arguments: dict[str, int], refusal: str) -> None:
    assert (await portal.refusal("crm.category.get", arguments))[:2] == (400, refusal)


async def test_statuses_are_filtered_and_sorted(portal: RestClient) -> None:
    rows = await portal.result("crm.status.list", {"filter": {"ENTITY_ID": "DEAL_STAGE"}, "order": {"SORT": "ASC"}})
    assert [row["STATUS_ID"] for row in rows][:2] == ["NEW", "PREPARATION"]
    assert rows[0]["SORT"] == "10"
    assert rows[0]["EXTRA"]["SEMANTICS"] == "process"
    _, body = await portal.call("crm.status.list")
    assert body["total"] == len(body["result"]) > 50


async def test_every_stage_of_every_record_exists(portal: RestClient) -> None:
    stages = {(row["ENTITY_ID"], row["STATUS_ID"]) for row in await portal.result("crm.status.list")}
    _, body = await portal.call("crm.item.list", {"entityTypeId": 2})
    directories = {0: "DEAL_STAGE", 1: "DEAL_STAGE_1"}
    assert {(directories[item["categoryId"]], item["stageId"]) for item in body["result"]["items"]} <= stages


async def test_there_is_one_smart_process(portal: RestClient) -> None:
    _, body = await portal.call("crm.type.list")
    assert ([row["title"] for row in body["result"]["types"]], body["total"]) == (["Installations"], 1)


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


async def test_a_call_is_put_on_record(sandbox: Sandbox, portal: RestClient) -> None:
    fields = {
        "OWNER_TYPE_ID": 3,
        "OWNER_ID": 2,
        "TYPE_ID": 2,
        "SUBJECT": "Asked for a quote",
        "RESPONSIBLE_ID": 7,
        "DIRECTION": 1,
    }
    new = await portal.result("crm.activity.add", {"fields": fields})
    row = await portal.result("crm.activity.get", {"id": new})
    assert (row["TYPE_ID"], row["DIRECTION"], row["AUTHOR_ID"]) == ("2", "1", "1")
    for name in ("SUBJECT", "TYPE_ID", "RESPONSIBLE_ID"):
        rest = {key: value for key, value in fields.items() if key != name}
        refusal = await portal.refusal("crm.activity.add", {"fields": rest})
        assert f"The field {name} is not defined" in refusal[2]


async def test_activities_are_listed_by_owner(portal: RestClient) -> None:
    arguments = {"filter": {"OWNER_TYPE_ID": 1}, "select": ["ID", "SUBJECT"], "order": {"ID": "DESC"}}
    rows = await portal.result("crm.activity.list", arguments)
    assert [set(row) for row in rows] == [{"ID", "SUBJECT"}] * 3
    assert [int(row["ID"]) for row in rows] == sorted((int(row["ID"]) for row in rows), reverse=True)
    assert (await portal.result("crm.activity.fields"))["SUBJECT"]["isRequired"] is True
