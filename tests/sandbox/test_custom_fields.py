"""Custom fields: their settings, by the methods of old and new, and the values they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

NOTE = {"FIELD_NAME": "NOTE", "USER_TYPE_ID": "string"}
FIELD = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_DEAL_NOTE", "userTypeId": "string"}


@pytest.mark.parametrize(
    ("given", "name", "item_name"),
    [
        ("MANAGER_NOTE", "UF_CRM_MANAGER_NOTE", "ufCrmManagerNote"),
        ("UF_MANAGER_NOTE", "UF_CRM_MANAGER_NOTE", "ufCrmManagerNote"),
        ("uf_crm_1750000000", "UF_CRM_1750000000", "ufCrm_1750000000"),
        ("5_1750000000", "UF_CRM_5_1750000000", "ufCrm5_1750000000"),
    ],
)
async def test_names_are_completed(portal: RestClient, given: str, name: str, item_name: str) -> None:
    new = await portal.result("crm.deal.userfield.add", {"fields": {**NOTE, "FIELD_NAME": given}})
    assert (await portal.result("crm.deal.userfield.get", {"id": new}))["FIELD_NAME"] == name
    item = (await portal.result("crm.item.update", {"entityTypeId": 2, "id": 1, "fields": {item_name: "A"}}))["item"]
    assert item[item_name] == "A"
    assert (await portal.result("crm.deal.get", {"id": 1}))[name] == "A"
    found = await portal.result("crm.deal.list", {"filter": {name: "A"}, "select": ["ID", name]})
    assert found == [{"ID": "1", name: "A"}]


@pytest.mark.parametrize(
    ("method", "arguments", "code", "message"),
    [
        ("add", {"fields": {"FIELD_NAME": "X"}}, "", "The 'USER_TYPE_ID' field is not found."),
        ("add", {"fields": {"USER_TYPE_ID": "string"}}, "", "The 'FIELD_NAME' field is not found."),
        (
            "add",
            {"fields": {**NOTE, "USER_TYPE_ID": "colour"}},
            "ERROR_CORE",
            "Incorrect custom type specified.",
        ),
        (
            "add",
            {"fields": {**NOTE, "FIELD_NAME": "X" * 44}},
            "ERROR_CORE",
            "Field name is too long (more than 50 characters).",
        ),
        (
            "add",
            {"fields": {**NOTE, "FIELD_NAME": "A-B"}},
            "ERROR_CORE",
            "Field name contains invalid characters. Allowed characters are: A-Z, 0-9 and _.",
        ),
        ("get", {}, "", "ID is not defined or invalid."),
        ("get", {"id": 9999}, "ERROR_NOT_FOUND", "The entity with ID '9999' is not found."),
        ("get", {"id": 3}, "", "Access denied."),
        ("list", {"filter": "x"}, "", "Parameter 'filter' must be array."),
        ("update", {"id": 1}, "", "Parameter 'fields' must be array."),
        ("delete", {"id": 9999}, "ERROR_NOT_FOUND", "The entity with ID '9999' is not found."),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], code: str, message: str) -> None:
    assert await portal.refusal(f"crm.deal.userfield.{method}", arguments) == (400, code, message)


async def test_labels_are_kept_by_language(portal: RestClient) -> None:
    labels = {"LABEL": "Note", "EDIT_FORM_LABEL": {"de": "Notiz"}}
    new = await portal.result("crm.lead.userfield.add", {"fields": {**NOTE, **labels}})
    row = await portal.result("crm.lead.userfield.get", {"id": new})
    assert (row["EDIT_FORM_LABEL"]["de"], row["EDIT_FORM_LABEL"]["en"]) == ("Notiz", "Note")
    assert row["LIST_COLUMN_LABEL"]["fr"] == "Note"
    update = {"EDIT_FORM_LABEL": {"de": "Vermerk"}, "SORT": 7, "FIELD_NAME": "OTHER"}
    assert await portal.result("crm.lead.userfield.update", {"id": new, "fields": update}) is True
    (listed,) = await portal.result("crm.lead.userfield.list", {"filter": {"ID": new, "LANG": "de"}})
    assert (listed["EDIT_FORM_LABEL"], listed["SORT"], listed["FIELD_NAME"]) == ("Vermerk", "7", "UF_CRM_NOTE")
    (listed,) = await portal.result("crm.lead.userfield.list", {"filter": {"ID": new}})
    assert "EDIT_FORM_LABEL" not in listed


async def test_choices_have_codes_of_their_own(portal: RestClient) -> None:
    choices = [{"VALUE": "Red", "SORT": 20}, {"VALUE": ""}, {"VALUE": "Blue", "SORT": 10, "DEF": "Y", "XML_ID": "b"}]
    fields = {"FIELD_NAME": "COLOUR", "USER_TYPE_ID": "enumeration", "LIST": choices}
    new = await portal.result("crm.deal.userfield.add", {"fields": fields})
    row = await portal.result("crm.deal.userfield.get", {"id": new})
    assert [(choice["VALUE"], choice["DEF"]) for choice in row["LIST"]] == [("Blue", "Y"), ("Red", "N")]
    made = (await portal.result("crm.item.add", {"entityTypeId": 2, "fields": {"title": "Default"}}))["item"]
    assert str(made["ufCrmColour"]) == row["LIST"][0]["ID"]
    described = (await portal.result("crm.deal.fields"))["UF_CRM_COLOUR"]
    assert described["items"][0] == {"ID": row["LIST"][0]["ID"], "VALUE": "Blue"}
    twice = {"LIST": [{"VALUE": "Green", "XML_ID": "b"}]}
    refusal = await portal.refusal("crm.deal.userfield.update", {"id": new, "fields": twice})
    assert refusal == (400, "ERROR_CORE", "List item with value XML_ID=b already exists.")


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("getTypes", {"moduleId": "weather"}, "No settings for UserFieldAccess"),
        ("get", {"moduleId": "crm", "id": 9999}, "You do not have permission to view user field settings"),
        ("get", {"moduleId": "rpa", "id": 1}, "You do not have permission to view user field settings"),
        ("update", {"moduleId": "crm", "id": 9999}, "You cannot change the settings of the user field"),
        ("delete", {"moduleId": "crm", "id": 9999}, "You cannot delete the user field"),
        ("add", {"moduleId": "crm", "field": {"fieldName": "X"}}, "The 'USER_TYPE_ID' field is not found."),
        (
            "add",
            {"moduleId": "crm", "field": {**FIELD, "fieldName": "UF_CRM_NOTE"}},
            "You cannot create custom fields",
        ),
        (
            "add",
            {"moduleId": "crm", "field": {**FIELD, "entityId": "CRM_9", "fieldName": "UF_CRM_9_X"}},
            "You cannot create custom fields",
        ),
    ],
)
async def test_refusals_of_settings(portal: RestClient, method: str, arguments: dict[str, Any], message: str) -> None:
    assert await portal.refusal(f"userfieldconfig.{method}", arguments) == (400, "", message)


async def test_a_field_is_made_once(portal: RestClient) -> None:
    await portal.result("userfieldconfig.add", {"moduleId": "crm", "field": FIELD})
    refusal = await portal.refusal("userfieldconfig.add", {"moduleId": "crm", "field": FIELD})
    assert refusal[2] == "Field UF_CRM_DEAL_NOTE for object CRM_DEAL already exists"


async def test_the_module_needs_its_scope(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, sandbox.webhook(scopes={"userfieldconfig", "rpa"}))
    refusal = await client.refusal("userfieldconfig.list", {"moduleId": "crm"})
    assert refusal == (400, "", "The current method required more scopes. (crm)")
    assert (await client.result("userfieldconfig.list", {"moduleId": "rpa"}))["fields"] == []
    assert (await client.refusal("crm.deal.userfield.list"))[1] == "insufficient_scope"


async def test_settings_are_for_administrators(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    colleague = RestClient(session, sandbox.webhook(user_id=3))
    assert (await colleague.refusal("crm.deal.userfield.add", {"fields": NOTE}))[2] == "Access denied."
    assert (await colleague.refusal("userfieldconfig.add", {"moduleId": "crm", "field": FIELD}))[2] == "Access denied"
    refusal = await colleague.refusal("userfieldconfig.delete", {"moduleId": "crm", "id": 1})
    assert refusal[2] == "You cannot delete the user field"
    assert (await colleague.result("userfieldconfig.get", {"moduleId": "crm", "id": 1}))["field"]["id"] == "1"


async def test_settings_are_listed_with_the_wanted_names(portal: RestClient) -> None:
    arguments = {"moduleId": "crm", "select": ["id", "fieldName"], "filter": {"entityId": "CRM_1"}}
    _, body = await portal.call("userfieldconfig.list", {**arguments, "order": {"id": "DESC"}})
    names = [row["fieldName"] for row in body["result"]["fields"]]
    assert (names, body["total"]) == (["UF_CRM_1_ACCESS", "UF_CRM_1_FLOOR"], 2)
    assert {frozenset(row) for row in body["result"]["fields"]} == {frozenset({"id", "fieldName"})}


async def test_choices_change_only_with_their_type(portal: RestClient) -> None:
    (field,) = (
        await portal.result("userfieldconfig.list", {"moduleId": "crm", "filter": {"fieldName": "UF_CRM_1_ACCESS"}})
    )["fields"]
    change: dict[str, Any] = {"moduleId": "crm", "id": field["id"], "field": {"enum": [{"value": "Roof"}]}}
    kept = (await portal.result("userfieldconfig.update", change))["field"]
    assert [choice["value"] for choice in kept["enum"]] == ["Loading bay", "Front door"]
    change["field"]["userTypeId"] = "enumeration"
    changed = (await portal.result("userfieldconfig.update", change))["field"]
    assert [choice["value"] for choice in changed["enum"]] == ["Roof", "Loading bay", "Front door"]


async def test_types_are_documented(portal: RestClient) -> None:
    assert {"ID": "string", "title": "String"} in await portal.result("crm.userfield.types")
    settings = await portal.result("crm.userfield.settings.fields", {"type": "double"})
    assert settings["PRECISION"]["type"] == "int"
    refusal = await portal.refusal("crm.userfield.settings.fields")
    assert refusal == (400, "", "Parameter 'type' is not specified or empty.")
    fields = await portal.result("crm.userfield.fields")
    assert (fields["ID"]["isReadOnly"], fields["FIELD_NAME"]["isImmutable"]) == (True, True)
    assert (await portal.result("crm.userfield.enumeration.fields"))["DEL"]["type"] == "string"
