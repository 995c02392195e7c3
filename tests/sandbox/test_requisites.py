"""Requisites with their presets, bank details and addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

OWNER = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": 1, "PRESET_ID": 1, "NAME": "Office"}
ADDRESS = {"TYPE_ID": 1, "ENTITY_TYPE_ID": 8, "ENTITY_ID": 1}


@pytest.mark.parametrize(
    ("method", "arguments", "text"),
    [
        ("requisite.add", {"fields": {**OWNER, "ENTITY_TYPE_ID": 2}}, "ENTITY_TYPE_ID is not defined or invalid."),
        ("requisite.add", {}, "ENTITY_TYPE_ID is not defined or invalid."),
        ("requisite.add", {"fields": {**OWNER, "ENTITY_ID": 0}}, "ENTITY_ID is not defined or invalid."),
        ("requisite.add", {"fields": {**OWNER, "ENTITY_ID": 999}}, "Entity not found."),
        ("requisite.add", {"fields": {**OWNER, "PRESET_ID": 999}}, "PRESET_ID is not defined or invalid."),
        ("requisite.add", {"fields": {**OWNER, "NAME": ""}}, "NAME is not defined or invalid."),
        ("requisite.get", {"id": 999}, "The Requisite with ID '999' is not found"),
        ("requisite.update", {"fields": {"NAME": "X"}}, "ID is not defined or invalid."),
        ("requisite.update", {"id": 1, "fields": {"PRESET_ID": 99}}, "PRESET_ID is not defined or invalid."),
        ("requisite.delete", {"id": 999}, "The Requisite with ID '999' is not found"),
        ("requisite.preset.get", {"id": 9}, "The Preset with ID '9' is not found"),
        ("requisite.bankdetail.add", {"fields": {"NAME": "X"}}, "ENTITY_ID is not defined or invalid."),
        (
            "requisite.bankdetail.add",
            {"fields": {"NAME": "X", "ENTITY_ID": 99}},
            "ENTITY_ID is not defined or invalid.",
        ),
        ("requisite.bankdetail.get", {}, "ID is not defined or invalid."),
        ("requisite.bankdetail.get", {"id": 99}, "The RequisiteBankDetail with ID '99' is not found"),
        ("address.add", {"fields": {**ADDRESS, "TYPE_ID": ""}}, "TYPE_ID is not defined or invalid."),
        ("address.add", {"fields": {**ADDRESS, "ENTITY_TYPE_ID": 4}}, "ENTITY_TYPE_ID is not defined or invalid."),
        ("address.add", {"fields": {**ADDRESS, "ENTITY_ID": 99}}, "ENTITY_ID is not defined or invalid."),
        ("address.add", {"fields": {**ADDRESS, "TYPE_ID": 6}}, "TypeAddress exists."),
        ("address.update", {"fields": ADDRESS}, "TypeAddress not found."),
        ("address.delete", {"fields": ADDRESS}, "TypeAddress not found."),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], text: str) -> None:
    assert await portal.refusal(f"crm.{method}", arguments) == (400, "", text)


async def test_the_portal_notes_who_wrote_a_requisite_and_who_changed_it(sandbox: Sandbox, portal: RestClient) -> None:
    author, editor = (RestClient(portal.session, sandbox.webhook(user_id=number, scopes={"crm"})) for number in (3, 4))
    made = await author.result("crm.requisite.add", {"fields": OWNER})
    new = await author.result("crm.requisite.get", {"id": made})
    assert (new["CREATED_BY_ID"], new["MODIFY_BY_ID"], new["DATE_MODIFY"]) == ("3", None, "")
    assert await editor.result("crm.requisite.update", {"id": made, "fields": {"ENTITY_ID": 2, "SORT": "7"}}) is True
    changed = await author.result("crm.requisite.get", {"id": made})
    assert (changed["MODIFY_BY_ID"], changed["DATE_MODIFY"] != "", changed["SORT"]) == ("4", True, "7")
    assert changed["ENTITY_ID"] == "1"


async def test_presets_are_made_by_administrators(sandbox: Sandbox, portal: RestClient) -> None:
    preset = {"fields": {"ENTITY_TYPE_ID": 8, "COUNTRY_ID": 46, "NAME": "GmbH"}}
    made = await portal.result("crm.requisite.preset.add", preset)
    rows = await portal.result("crm.requisite.preset.list", {"order": {"ID": "DESC"}, "select": ["ID", "NAME"]})
    assert rows[0] == {"ID": str(made), "NAME": "GmbH"}
    anybody = RestClient(portal.session, sandbox.webhook(user_id=3, scopes={"crm"}))
    assert (await anybody.refusal("crm.requisite.preset.add", preset))[0] == 400
    assert len(await anybody.result("crm.requisite.preset.list")) == len(rows)


async def test_bank_details_take_the_country_of_the_preset(portal: RestClient) -> None:
    detail = {"ENTITY_ID": 1, "NAME": "Another"}
    made = [
        await portal.result("crm.requisite.bankdetail.add", {"fields": fields})
        for fields in (detail, {**detail, "COUNTRY_ID": 132})
    ]
    rows = await portal.result("crm.requisite.bankdetail.list", {"filter": {"@ID": made}, "select": ["COUNTRY_ID"]})
    assert [row["COUNTRY_ID"] for row in rows] == ["122", "132"]


async def test_a_requisite_takes_its_own_addresses_along(portal: RestClient) -> None:
    lead = {"TYPE_ID": 1, "ENTITY_TYPE_ID": 1, "ENTITY_ID": 1, "CITY": "York"}
    await portal.result("crm.address.add", {"fields": lead})
    await portal.result("crm.requisite.delete", {"id": 1})
    left = await portal.result("crm.address.list", {"filter": {"ENTITY_ID": 1}})
    assert [(row["ENTITY_TYPE_ID"], row["ANCHOR_TYPE_ID"], row["CITY"]) for row in left] == [("1", "1", "York")]


async def test_lists_are_filtered_and_counted(portal: RestClient) -> None:
    _, body = await portal.call("crm.requisite.list", {"filter": {"ENTITY_TYPE_ID": 4, "%RQ_COMPANY_NAME": "calloway"}})
    assert (body["total"], [row["NAME"] for row in body["result"]]) == (2, ["Head office", "Leeds branch"])
    assert (await portal.refusal("crm.requisite.list", {"filter": {"COLOUR": 1}}))[0] == 400
    fields = await portal.result("crm.address.fields")
    assert (fields["TYPE_ID"]["isRequired"], fields["ANCHOR_ID"]["isReadOnly"]) == (True, True)
