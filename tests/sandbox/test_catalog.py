"""The trade catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.sandbox.client import RestClient


async def test_the_catalogue_is_listed(portal: RestClient) -> None:
    catalogs = (await portal.result("catalog.catalog.list"))["catalogs"]
    assert [(row["id"], row["iblockId"]) for row in catalogs] == [(24, 24)]


async def test_a_product_lives_through_all_methods(portal: RestClient) -> None:
    fields = {"iblockId": 24, "name": "Stool", "code": "stool", "quantity": "3", "weight": 4.5}
    made = (await portal.result("catalog.product.add", {"fields": fields}))["element"]
    assert (made["name"], made["quantity"], made["weight"], made["active"]) == ("Stool", 3, 4.5, "Y")
    update = {"id": made["id"], "fields": {"name": "High stool", "iblockId": 99}}
    changed = (await portal.result("catalog.product.update", update))["element"]
    assert (changed["name"], changed["iblockId"]) == ("High stool", 24)
    assert (await portal.result("catalog.product.get", {"id": made["id"]}))["product"] == changed
    assert await portal.result("catalog.product.delete", {"id": made["id"]}) is True
    assert await portal.refusal("catalog.product.get", {"id": made["id"]}) == (400, "0", "product does not exist")


@pytest.mark.parametrize(
    ("method", "arguments", "refusal"),
    [
        ("catalog.product.add", {}, ("100", "Could not find value for parameter {fields}")),
        ("catalog.product.add", {"fields": {"iblockId": 24}}, ("0", "Required fields: name")),
        ("catalog.product.add", {"fields": {"name": "X"}}, ("0", "Required fields: iblockId")),
        ("catalog.product.add", {"fields": {"iblockId": 5, "name": "X"}}, ("200040300000", "Iblock not found")),
        (
            "catalog.product.add",
            {"fields": {"iblockId": 24, "name": "X", "code": "desk-duo"}},
            ("0", "An element with this symbolic code already exists"),
        ),
        (
            "catalog.product.add",
            {"fields": {"iblockId": 24, "name": "X", "weight": "heavy"}},
            ("0", "Invalid value for field 'weight'"),
        ),
        ("catalog.product.get", {}, ("100", "Could not find value for parameter {id}")),
        ("catalog.product.list", {"filter": {"iblockId": 24}}, ("0", "Required select fields: id, iblockId")),
        ("catalog.product.list", {"select": ["id", "iblockId"]}, ("0", "Required filter fields: iblockId")),
        (
            "catalog.product.list",
            {"select": ["*"], "filter": {"iblockId": 24, "colour": 1}},
            ("0", "Unknown field in filter or order: colour"),
        ),
        ("catalog.product.getFieldsByFilter", {}, ("100", "Could not find value for parameter {filter}")),
        ("catalog.product.getFieldsByFilter", {"filter": {"x": 1}}, ("0", "Required fields: iblockId")),
    ],
)
async def test_refusals(portal: RestClient, method: str, arguments: dict[str, Any], refusal: tuple[str, str]) -> None:
    assert await portal.refusal(method, arguments) == (400, *refusal)


async def test_products_are_filtered_and_sorted(portal: RestClient) -> None:
    arguments = {
        "select": ["id", "iblockId", "name"],
        "filter": {"iblockId": 24, "%name": "chair"},
        "order": {"name": "DESC"},
    }
    products = (await portal.result("catalog.product.list", arguments))["products"]
    assert [row["name"] for row in products] == ["Task chair Orbit", "Meeting chair Lina"]


async def test_fields_are_documented(portal: RestClient) -> None:
    product = (await portal.result("catalog.product.getFieldsByFilter", {"filter": {"iblockId": 24}}))["product"]
    assert product["name"] == {
        "isImmutable": False,
        "isReadOnly": False,
        "isRequired": True,
        "name": "Name",
        "type": "string",
    }
