"""Directories of the CRM and their entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

SOURCE = {"ENTITY_ID": "SOURCE", "STATUS_ID": "POSTER", "NAME": "Poster"}


@pytest.mark.parametrize(
    ("method", "arguments", "code", "message"),
    [
        (
            "crm.status.add",
            {"fields": {"NAME": "X"}},
            "",
            "The field ENTITY_ID is required. The field STATUS_ID is required.",
        ),
        ("crm.status.add", {"fields": "X"}, "", "Parameter 'fields' must be array."),
        ("crm.status.add", {"fields": {**SOURCE, "NAME": ""}}, "", "The field Title is required."),
        (
            "crm.status.add",
            {"fields": {**SOURCE, "ENTITY_ID": "WEATHER"}},
            "",
            "Specified entity type is not supported.",
        ),
        (
            "crm.status.add",
            {"fields": {**SOURCE, "STATUS_ID": "WEB"}},
            "ERROR_CORE",
            "The specified status ID already exists.",
        ),
        ("crm.status.get", {"id": "X"}, "", "Invalid identifier."),
        ("crm.status.get", {"id": 9999}, "", "Status is not found."),
        ("crm.status.update", {"id": 9999, "fields": {"NAME": "X"}}, "", "Status is not found."),
        ("crm.status.delete", {"id": 9999}, "", "Status is not found."),
        (
            "crm.status.delete",
            {"id": 101},
            "",
            'CRM System Status can be deleted only if parameter FORCED is specified and equal to "Y".',
        ),
        ("crm.status.delete", {"id": 103}, "", "There are active items in this status."),
        ("crm.status.delete", {"id": 119}, "", "There are active items in this status."),
        ("crm.status.entity.items", {"entityId": "WEATHER"}, "", "The parameter entityId is not defined or invalid."),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], code: str, message: str) -> None:
    assert await portal.refusal(method, arguments) == (400, code, message)


async def test_only_administrators_change_directories(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    colleague = RestClient(session, sandbox.webhook(user_id=3))
    for method, arguments in (
        ("crm.status.add", {"fields": SOURCE}),
        ("crm.status.update", {"id": 143, "fields": {"NAME": "X"}}),
        ("crm.status.delete", {"id": 143}),
    ):
        assert await colleague.refusal(method, arguments) == (400, "", "Access denied.")
    assert (await colleague.result("crm.status.get", {"id": 143}))["NAME"] == "Call"


async def test_no_stage_comes_after_the_successful_one(portal: RestClient) -> None:
    stage = {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "AFTER", "NAME": "After", "SORT": 65}
    assert (await portal.refusal("crm.status.add", {"fields": stage}))[2].startswith("Cannot create more stages")
    new = await portal.result("crm.status.add", {"fields": {**stage, "SEMANTICS": "F", "COLOR": "#123456"}})
    shown = await portal.result("crm.status.list", {"filter": {"ID": new}})
    assert shown[0]["EXTRA"] == {"SEMANTICS": "failure", "COLOR": "#123456"}
    await portal.result("crm.status.update", {"id": new, "fields": {"COLOR": "#654321", "STATUS_ID": "OTHER"}})
    shown = await portal.result("crm.status.list", {"filter": {"ID": new}})
    assert (shown[0]["STATUS_ID"], shown[0]["EXTRA"]["COLOR"]) == ("AFTER", "#654321")


async def test_directories_describe_their_stages(portal: RestClient) -> None:
    entries = {entry["ID"]: entry for entry in await portal.result("crm.status.entity.types")}
    assert entries["STATUS"]["SEMANTIC_INFO"]["FINAL_SUCCESS_FIELD"] == "CONVERTED"
    assert entries["SOURCE"] == {"ID": "SOURCE", "NAME": "Sources"}
    assert (entries["DEAL_STAGE_1"]["PREFIX"], entries["DEAL_STAGE_1"]["PARENT_ID"]) == ("C1", "DEAL_STAGE")
    assert entries["DYNAMIC_1032_STAGE_4"]["IS_DEFAULT_CATEGORY"] is True
    assert entries["SMART_INVOICE_STAGE_3"]["SEMANTIC_INFO"] == []


async def test_entries_of_a_directory_come_in_their_order(portal: RestClient) -> None:
    rows = await portal.result("crm.status.entity.items", {"entityId": "QUOTE_STATUS"})
    assert rows[0] == {"NAME": "Draft", "SORT": 10, "STATUS_ID": "DRAFT"}
    assert [row["SORT"] for row in rows] == [10, 20, 30, 40]
