"""Pipelines and statuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import RestClient


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
