"""`crm.deal.*` and its like, over the same records as `crm.item.*`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import RestClient

ENTITIES = {"lead": 1, "deal": 2, "contact": 3, "company": 4, "quote": 7}


@pytest.mark.parametrize(("entity", "kind"), ENTITIES.items())
async def test_a_record_lives_through_all_methods(portal: RestClient, entity: str, kind: int) -> None:
    new = await portal.result(f"crm.{entity}.add", {"fields": {"TITLE": "Made", "NAME": "Made", "COMMENTS": "one"}})
    assert isinstance(new, int)
    assert await portal.result(f"crm.{entity}.update", {"ID": new, "fields": {"COMMENTS": "two"}}) is True
    row = await portal.result(f"crm.{entity}.get", {"ID": new})
    assert (row["ID"], row["COMMENTS"], row["ASSIGNED_BY_ID"]) == (str(new), "two", "1")
    item = (await portal.result("crm.item.get", {"entityTypeId": kind, "id": new}))["item"]
    assert (item["id"], item["comments"], item["createdTime"]) == (new, "two", row["DATE_CREATE"])
    assert await portal.result(f"crm.{entity}.delete", {"id": new}) is True
    for operation in ("get", "delete"):
        assert await portal.refusal(f"crm.{entity}.{operation}", {"id": new}) == (400, "", "Not found")
    assert await portal.refusal(f"crm.{entity}.update", {"id": new, "fields": {}}) == (400, "", "Not found")


@pytest.mark.parametrize("entity", ENTITIES)
async def test_fields_are_documented_in_upper_case(portal: RestClient, entity: str) -> None:
    fields = await portal.result(f"crm.{entity}.fields")
    row = await portal.result(f"crm.{entity}.get", {"id": 1})
    assert set(row) <= set(fields)
    assert fields["OPENED"]["type"] == "char"
    assert "upperName" not in fields["ID"]
    assert ("PHONE" in fields) == (entity in ("lead", "contact", "company"))


async def test_names_that_differ_between_the_two_families(portal: RestClient) -> None:
    company = await portal.result("crm.company.add", {"fields": {"TITLE": "X", "COMPANY_TYPE": "PARTNER"}})
    item = (await portal.result("crm.item.get", {"entityTypeId": 4, "id": company}))["item"]
    assert item["typeId"] == "PARTNER"
    lead = await portal.result("crm.lead.add", {"fields": {"TITLE": "X", "STATUS_ID": "IN_PROCESS"}})
    row = await portal.result("crm.lead.get", {"id": lead})
    assert (row["STATUS_ID"], row["STATUS_SEMANTIC_ID"], "STAGE_ID" in row) == ("IN_PROCESS", "P", False)


async def test_money_has_two_digits(portal: RestClient) -> None:
    deal = await portal.result("crm.deal.add", {"fields": {"OPPORTUNITY": "1000"}})
    assert (await portal.result("crm.deal.get", {"id": deal}))["OPPORTUNITY"] == "1000.00"


async def test_phones_and_mails(portal: RestClient) -> None:
    sent: dict[str, Any] = {
        "NAME": "Vera",
        "PHONE": [{"VALUE": "+447700900555", "VALUE_TYPE": "MOBILE"}],
        "EMAIL": [{"VALUE": "vera@example.com"}],
    }
    contact = await portal.result("crm.contact.add", {"fields": sent})
    row = await portal.result("crm.contact.get", {"ID": contact})
    phone = row["PHONE"][0]
    assert phone == {"ID": phone["ID"], "VALUE_TYPE": "MOBILE", "VALUE": "+447700900555", "TYPE_ID": "PHONE"}
    changes = {
        "PHONE": [{"ID": phone["ID"], "VALUE": "+447700900556"}, {"VALUE": "+447700900557"}],
        "EMAIL": [{"ID": row["EMAIL"][0]["ID"], "DELETE": "Y"}],
    }
    await portal.result("crm.contact.update", {"ID": contact, "fields": changes})
    after = await portal.result("crm.contact.get", {"ID": contact})
    assert [entry["VALUE"] for entry in after["PHONE"]] == ["+447700900556", "+447700900557"]
    assert ("EMAIL" in after, after["HAS_EMAIL"]) == (False, "N")


async def test_lists_filter_select_and_order(portal: RestClient) -> None:
    arguments = {
        "filter": {"PHONE": "+447700900103"},
        "select": ["ID", "NAME", "PHONE"],
        "order": {"LAST_NAME": "ASC"},
    }
    rows = await portal.result("crm.contact.list", arguments)
    assert [(row["ID"], row["NAME"], set(row)) for row in rows] == [("4", "Dominic", {"ID", "NAME", "PHONE"})]
    _, body = await portal.call("crm.deal.list", {"filter": {"CATEGORY_ID": 0}, "order": {"ID": "DESC"}})
    assert (body["total"], body["result"][0]["ID"]) == (40, "40")
    assert "CONTACT_IDS" not in body["result"][0]


async def test_lists_leave_phones_out_unless_selected(portal: RestClient) -> None:
    rows = await portal.result("crm.contact.list", {"select": ["*", "UF_*"], "filter": {"ID": 1}})
    assert ("PHONE" in rows[0], "UF_CRM_1700000003" in rows[0]) == (False, True)


async def test_conditions_on_unknown_fields_are_ignored(portal: RestClient) -> None:
    _, body = await portal.call("crm.contact.list", {"filter": {"COLOUR": "red"}, "order": {"COLOUR": "ASC"}})
    assert body["total"] == 60


@pytest.mark.parametrize("identifier", [None, "", "abc", 0, -4, {"a": 1}])
async def test_an_id_that_is_none_is_refused(portal: RestClient, identifier: Any) -> None:
    assert await portal.refusal("crm.deal.get", {"id": identifier}) == (400, "", "ID is not defined or invalid.")


async def test_fields_must_be_an_object(portal: RestClient) -> None:
    assert (await portal.refusal("crm.deal.add", {"fields": "TITLE"}))[2] == "Parameter 'fields' must be array."
