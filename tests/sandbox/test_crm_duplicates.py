"""Duplicates, merging and product rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox


@pytest.mark.parametrize(
    ("kind", "value", "found"),
    [
        ("PHONE", "+44 7700 900100", {"CONTACT": [1]}),
        ("PHONE", "07700900100", {"CONTACT": [1]}),
        ("phone", "0044 (7700) 900-100 ext. 12", {"CONTACT": [1]}),
        ("EMAIL", "OFFICE@ashgrove-dental.example.com ", {"COMPANY": [1]}),
        ("PHONE", "+49 30 1234567", []),
        ("PHONE", "none", []),
    ],
)
async def test_values_are_compared_by_what_they_mean(portal: RestClient, kind: str, value: str, found: Any) -> None:
    assert await portal.result("crm.duplicate.findbycomm", {"type": kind, "values": [value]}) == found


async def test_the_search_is_confined_to_a_type(portal: RestClient) -> None:
    sent = {"type": "PHONE", "values": ["07700900100", "+442079460110"]}
    assert await portal.result("crm.duplicate.findbycomm", sent) == {"CONTACT": [1], "COMPANY": [1]}
    assert await portal.result("crm.duplicate.findbycomm", {**sent, "entity_type": "COMPANY"}) == {"COMPANY": [1]}


@pytest.mark.parametrize(
    ("method", "arguments", "code", "message"),
    [
        ("crm.duplicate.findbycomm", {}, "", "Communication type is not defined"),
        ("crm.duplicate.findbycomm", {"type": "EMAIL"}, "", "Communication values is not defined"),
        (
            "crm.duplicate.findbycomm",
            {"type": "FAX", "values": ["1"]},
            "",
            "Communication type 'FAX' is not supported in current context",
        ),
        ("crm.entity.mergeBatch", {}, "0", "The parameter entityTypeId is required."),
        (
            "crm.entity.mergeBatch",
            {"params": {"entityTypeId": 3, "entityIds": []}},
            "0",
            "The parameter entityIds does not contains valid elements.",
        ),
        (
            "crm.entity.mergeBatch",
            {"params": {"entityTypeId": 3, "entityIds": [4, 4]}},
            "0",
            "The parameter entityIds must contains at least two elements.",
        ),
        (
            "crm.entity.mergeBatch",
            {"params": {"entityTypeId": 3, "entityIds": [4, 9999]}},
            "0",
            "Owner was not found",
        ),
        (
            "crm.entity.mergeBatch",
            {"params": {"entityTypeId": 998, "entityIds": [1, 2]}},
            "0",
            "Entity type 998 is not supported",
        ),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], code: str, message: str) -> None:
    assert await portal.refusal(method, arguments) == (400, code, message)


async def test_what_pointed_at_merged_companies_points_at_the_one_that_stays(portal: RestClient) -> None:
    await portal.result("crm.item.update", {"entityTypeId": 4, "id": 12, "fields": {"comments": "Slow payer"}})
    deals = await portal.result("crm.deal.list", {"filter": {"@COMPANY_ID": [1, 12]}, "select": ["ID"]})
    merged = await portal.result("crm.entity.mergeBatch", {"params": {"entityTypeId": 4, "entityIds": [1, 12]}})
    assert merged == {"STATUS": "SUCCESS", "ENTITY_IDS": [12]}
    moved = await portal.result("crm.deal.list", {"filter": {"COMPANY_ID": 1}, "select": ["ID"]})
    assert moved == deals
    company = (await portal.result("crm.item.get", {"entityTypeId": 4, "id": 1}))["item"]
    assert company["comments"] == "Slow payer"
    assert len([entry for entry in company["fm"] if entry["typeId"] == "PHONE"]) == 2
    found = await portal.result("crm.duplicate.findbycomm", {"type": "PHONE", "values": ["+441174960121"]})
    assert found == {"COMPANY": [1]}


async def test_seven_fields_can_be_searched_besides(portal: RestClient) -> None:
    base = "crm.duplicate.volatileType."
    available = await portal.result(base + "fields", {"entityTypeId": 3})
    assert {"entityTypeId": 3, "fieldCode": "POST", "fieldTitle": "Position"} in available
    codes = [field["fieldCode"] for field in available][:8]
    ids = [(await portal.result(base + "register", {"entityTypeId": 3, "fieldCode": code}))["id"] for code in codes[:7]]
    assert len(set(ids)) == 7
    again = await portal.result(base + "register", {"entityTypeId": 3, "fieldCode": codes[0]})
    assert again == {"id": ids[0]}
    refusal = await portal.refusal(base + "register", {"entityTypeId": 3, "fieldCode": codes[7]})
    assert refusal[:2] == (400, "MAX_TYPES_COUNT_EXCEEDED")


async def test_the_search_is_set_up_by_administrators(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    colleague = RestClient(session, sandbox.webhook(user_id=3))
    for method in ("fields", "list", "register", "unregister"):
        assert (await colleague.refusal(f"crm.duplicate.volatileType.{method}"))[:2] == (400, "ACCESS_DENIED")


DEAL = {"=ownerType": "D", "=ownerId": 11}


async def test_a_product_row_lives_through_all_methods(portal: RestClient) -> None:
    fields = {"ownerId": 5, "ownerType": "D", "productId": 3, "price": 80000, "quantity": 2, "discountTypeId": 2}
    percent = {"discountRate": 20, "taxRate": 20, "taxIncluded": "Y", "measureCode": 796}
    row = (await portal.result("crm.item.productrow.add", {"fields": {**fields, **percent}}))["productRow"]
    assert (row["priceExclusive"], row["priceNetto"], row["priceBrutto"]) == (66666.67, 83333.34, 100000.01)
    assert (row["discountSum"], row["productName"], row["measureName"]) == (16666.67, "Sit-stand desk Alto 160", "pcs")
    by_sum = {"discountTypeId": 1, "discountSum": 33333.33, "price": 80000}
    row = (await portal.result("crm.item.productrow.update", {"id": row["id"], "fields": by_sum}))["productRow"]
    assert (row["priceNetto"], row["discountRate"]) == (100000, 33.33)
    assert (await portal.result("crm.item.productrow.get", {"id": row["id"]}))["productRow"] == row
    assert await portal.result("crm.item.productrow.delete", {"id": row["id"]}) is None
    assert (await portal.refusal("crm.item.productrow.get", {"id": row["id"]}))[:2] == (400, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("list", {}, "100"),
        ("list", {"filter": {"=ownerType": "D"}}, "100"),
        ("list", {"filter": {**DEAL, "colour": 1}}, "INVALID_ARG_VALUE"),
        ("set", {"ownerType": "D", "ownerId": 11}, "100"),
        ("set", {"ownerType": "C", "ownerId": 1, "productRows": []}, "ENTITY_TYPE_NOT_SUPPORTED"),
        ("set", {"ownerType": "D", "ownerId": 9999, "productRows": []}, "OWNER_NOT_FOUND"),
        ("set", {"ownerType": "D", "ownerId": 11, "productRows": [{"productId": 9999}]}, "0"),
        ("add", {"fields": {"ownerType": "D", "price": 1}}, "100"),
        ("add", {"fields": {"ownerType": "D", "ownerId": 11, "price": "dear"}}, "INVALID_ARG_VALUE"),
        ("update", {"id": 1, "fields": {"ownerId": 5}}, "INVALID_ARG_VALUE"),
        ("update", {"id": 9999, "fields": {"price": 5}}, "NOT_FOUND"),
        ("delete", {"id": 9999}, "NOT_FOUND"),
        ("getAvailableForPayment", {"ownerId": 11}, "100"),
    ],
)
async def test_refusals_of_product_rows(portal: RestClient, method: str, arguments: dict[str, Any], code: str) -> None:
    assert (await portal.refusal(f"crm.item.productrow.{method}", arguments))[:2] == (400, code)


async def test_an_amount_set_by_hand_stays(portal: RestClient) -> None:
    _, body = await portal.call("crm.item.productrow.list", {"filter": DEAL})
    assert ([row["price"] for row in body["result"]["productRows"]], body["total"]) == ([338], 1)
    rows = {"ownerType": "D", "ownerId": 11, "productRows": [{"productName": "Rug", "price": 5}]}
    await portal.result("crm.item.productrow.set", rows)
    assert (await portal.result("crm.item.get", {"entityTypeId": 2, "id": 11}))["item"]["opportunity"] == 8450
    fields = {"isManualOpportunity": "N"}
    await portal.result("crm.item.update", {"entityTypeId": 2, "id": 11, "fields": fields})
    await portal.result("crm.item.productrow.set", rows)
    assert (await portal.result("crm.item.get", {"entityTypeId": 2, "id": 11}))["item"]["opportunity"] == 5


async def test_rows_that_nobody_paid_for(portal: RestClient) -> None:
    found = await portal.result("crm.item.productrow.getAvailableForPayment", {"ownerType": "T408", "ownerId": 1})
    assert [row["productName"] for row in found["productRows"]] == ["Assembly and waste removal"]
    assert (await portal.result("crm.item.productrow.fields"))["fields"]["ownerId"]["isImmutable"] is True
    await portal.result("crm.item.delete", {"entityTypeId": 1032, "id": 1})
    _, body = await portal.call("crm.item.productrow.list", {"filter": {"=ownerType": "T408", "=ownerId": 1}})
    assert body["total"] == 0
