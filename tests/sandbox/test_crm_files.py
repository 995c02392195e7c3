"""Files in fields of CRM records."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import RestClient

CONTACT = {"entityTypeId": 3, "id": 5}


def encoded(name: str, content: bytes) -> list[str]:
    return [name, base64.b64encode(content).decode()]


async def downloaded(portal: RestClient, address: str) -> bytes:
    async with portal.session.get(address) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_a_photo_comes_in_and_goes_out(portal: RestClient) -> None:
    fields: dict[str, Any] = {"photo": encoded("portrait.png", b"\x89PNG bytes")}
    item = (await portal.result("crm.item.update", {**CONTACT, "fields": fields}))["item"]
    assert await downloaded(portal, item["photo"]["urlMachine"]) == b"\x89PNG bytes"
    classic = await portal.result("crm.contact.get", {"id": 5})
    assert classic["PHOTO"] == {
        "id": item["photo"]["id"],
        "showUrl": item["photo"]["url"].removeprefix(portal.base.split("/rest/")[0]),
        "downloadUrl": item["photo"]["url"].removeprefix(portal.base.split("/rest/")[0]),
    }
    sent = {"PHOTO": {"fileData": encoded("new.png", b"new")}}
    assert await portal.result("crm.contact.update", {"id": 5, "fields": sent}) is True
    changed = (await portal.result("crm.item.get", CONTACT))["item"]["photo"]
    assert await downloaded(portal, changed["urlMachine"]) == b"new"
    assert await portal.result("crm.contact.update", {"id": 5, "fields": {"PHOTO": {"id": 1, "remove": "Y"}}}) is True
    assert (await portal.result("crm.item.get", CONTACT))["item"]["photo"] is None


async def test_a_multiple_field_keeps_the_files_that_are_named(portal: RestClient) -> None:
    scans = {"FIELD_NAME": "SCANS", "USER_TYPE_ID": "file", "MULTIPLE": "Y"}
    await portal.result("crm.contact.userfield.add", {"fields": scans})
    both = {"ufCrmScans": [encoded("a.txt", b"a"), encoded("b.txt", b"b")]}
    item = (await portal.result("crm.item.update", {**CONTACT, "fields": both}))["item"]
    assert [await downloaded(portal, scan["urlMachine"]) for scan in item["ufCrmScans"]] == [b"a", b"b"]
    second = {"ufCrmScans": [{"id": item["ufCrmScans"][1]["id"]}, encoded("c.txt", b"c")]}
    item = (await portal.result("crm.item.update", {**CONTACT, "fields": second}))["item"]
    assert [await downloaded(portal, scan["urlMachine"]) for scan in item["ufCrmScans"]] == [b"b", b"c"]
    assert len((await portal.result("crm.contact.get", {"id": 5}))["UF_CRM_SCANS"]) == 2


@pytest.mark.parametrize("sent", ["portrait.png", ["portrait.png"], ["portrait.png", "?"], 5])
async def test_what_is_no_file_is_refused(portal: RestClient, sent: Any) -> None:
    refusal = await portal.refusal("crm.item.update", {**CONTACT, "fields": {"photo": sent}})
    assert refusal[:2] == (400, "CRM_FIELD_ERROR_VALUE_NOT_VALID")
