"""The trade catalogue."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\nand so on").decode()
PRICE = {"productId": 1, "catalogGroupId": 1, "price": 5, "currency": "GBP"}


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


async def test_products_have_properties(portal: RestClient) -> None:
    made = await portal.result(
        "catalog.productProperty.add",
        {"fields": {"iblockId": 24, "name": "Sizes", "propertyType": "N", "multiple": "Y"}},
    )
    name = f"property{made['productProperty']['id']}"
    fields = {
        "iblockId": 24,
        "name": "Rug",
        "property2": "2",
        "property3": {"value": "Iran"},
        name: [120, {"value": 1.5}],
    }
    rug = (await portal.result("catalog.product.add", {"fields": fields}))["element"]
    assert (rug["property2"]["value"], rug["property2"]["valueEnum"], rug["property3"]["value"]) == (
        "2",
        "Blue",
        "Iran",
    )
    assert [entry["value"] for entry in rug[name]] == ["120", "1.5"]
    kept = rug[name][1]
    changes = {name: [{"value": 2, "valueId": kept["valueId"]}], "property3": ""}
    changed = (await portal.result("catalog.product.update", {"id": rug["id"], "fields": changes}))["element"]
    assert changed[name] == [{"value": "2", "valueId": kept["valueId"]}]
    assert (changed["property3"], changed["property2"]) == (None, rug["property2"])
    found = {"select": ["id", "iblockId", name], "filter": {"iblockId": 24, name: "2"}}
    assert (await portal.result("catalog.product.list", found))["products"] == [
        {"id": rug["id"], "iblockId": 24, name: changed[name]}
    ]
    described = await portal.result("catalog.product.getFieldsByFilter", {"filter": {"iblockId": 24}})
    assert (described["product"][name]["isMultiple"], described["product"][name]["propertyType"]) == (True, "N")
    for wrong in ({"property2": "99"}, {name: ["wide"]}):
        refusal = await portal.refusal("catalog.product.update", {"id": rug["id"], "fields": wrong})
        assert refusal[:2] == (400, "0")


async def test_pictures_keep_their_bytes(portal: RestClient, sandbox: Sandbox) -> None:
    fields = {"iblockId": 24, "name": "Vase", "detailPicture": {"fileData": ["vase.png", PICTURE]}}
    vase = (await portal.result("catalog.product.add", {"fields": fields}))["element"]
    assert vase["detailPicture"]["url"].startswith("/rest/catalog.product.download?")
    wanted = {"fileId": vase["detailPicture"]["id"], "productId": vase["id"], "fieldName": "detailPicture"}
    async with portal.session.post(f"{portal.base}catalog.product.download", json={"fields": wanted}) as answer:
        assert (await answer.read(), answer.content_type) == (base64.b64decode(PICTURE), "image/png")
    listed = (await portal.result("catalog.productImage.list", {"productId": vase["id"]}))["productImages"]
    assert [(row["type"], row["name"]) for row in listed] == [("DETAIL_PICTURE", "vase.png")]
    async with portal.session.get(listed[0]["downloadUrl"]) as answer:
        assert await answer.read() == base64.b64decode(PICTURE)
    removal = {"id": vase["id"], "fields": {"detailPicture": {"remove": "Y"}}}
    assert (await portal.result("catalog.product.update", removal))["element"]["detailPicture"] is None
    async with portal.session.get(listed[0]["downloadUrl"]) as answer:
        assert answer.status == 404
    photo = {"fields": {"productId": vase["id"]}, "fileContent": ["side.png", PICTURE]}
    image = (await portal.result("catalog.productImage.add", photo))["productImage"]
    named = {"productId": vase["id"], "id": image["id"]}
    assert (await portal.result("catalog.productImage.get", named))["productImage"]["type"] == "MORE_PHOTO"
    assert await portal.result("catalog.productImage.delete", named) is True
    assert (await portal.refusal("catalog.productImage.get", named))[:2] == (400, "0")
    await portal.result("catalog.productImage.add", photo)
    await portal.result("catalog.product.delete", {"id": vase["id"]})
    assert sandbox.database.collection("catalog_images").count(productId=vase["id"]) == 0


@pytest.mark.parametrize(
    ("method", "arguments", "refusal"),
    [
        ("catalog.catalog.get", {}, ("100", "Could not find value for parameter {id}")),
        ("catalog.catalog.get", {"id": 99}, ("0", "catalog does not exist")),
        (
            "product.add",
            {"fields": {"iblockId": 24, "name": "X", "iblockSectionId": 99}},
            ("0", "Section does not exist"),
        ),
        ("product.add", {"fields": {"iblockId": 24, "name": "X", "vatId": 99}}, ("0", "VAT rate does not exist")),
        (
            "product.add",
            {"fields": {"iblockId": 24, "name": "X", "purchasingCurrency": "pound"}},
            ("0", "Currency does not exist"),
        ),
        (
            "product.add",
            {"fields": {"iblockId": 24, "name": "X", "createdBy": 99}},
            ("0", "User does not exist: createdBy"),
        ),
        ("product.update", {"id": 1}, ("100", "Could not find value for parameter {fields}")),
        ("section.list", {}, ("0", "Required fields: iblockId")),
        ("section.add", {}, ("100", "Could not find value for parameter {fields}")),
        ("section.add", {"fields": {"iblockId": 24}}, ("0", "Required fields: name")),
        ("section.add", {"fields": {"iblockId": 25, "name": "X"}}, ("200700300050", "Iblock not found")),
        (
            "section.add",
            {"fields": {"iblockId": 24, "name": "X", "iblockSectionId": 99}},
            ("200700300000", "Parent section not found"),
        ),
        ("section.update", {"id": 1, "fields": {"iblockId": 24}}, ("0", "Required fields: name")),
        ("section.delete", {"id": 99}, ("200700300030", "Section does not exist")),
        ("price.add", {"fields": {"productId": 1}}, ("0", "Required fields: catalogGroupId, price, currency")),
        ("price.add", {"fields": {**PRICE, "productId": 99}}, ("0", "Validate price error. Catalog product is wrong")),
        (
            "price.add",
            {"fields": PRICE},
            (
                "0",
                "Validate price error. Catalog product is allowed has only single price without ranges in price group",
            ),
        ),
        ("price.update", {"id": 1, "fields": {"price": 2}}, ("0", "Required fields: currency")),
        ("price.get", {"id": 999}, ("", "Price does not exist")),
        ("priceType.get", {"id": 99}, ("201000000000", "Price type does not exist")),
        ("priceType.delete", {"id": 1}, ("BASE", "The base price type cannot be deleted")),
        ("vat.get", {"id": 99}, ("200800000000", "VAT rate does not exist")),
        ("measure.get", {"id": 99}, ("200600000020", "Measure does not exist")),
        (
            "measure.add",
            {"fields": {"code": 796, "measureTitle": "Piece"}},
            ("200600000000", "A measure with this code already exists"),
        ),
        (
            "measure.add",
            {"fields": {"code": 7, "measureTitle": "X", "isDefault": "Y"}},
            ("200600000010", "There is a default measure already"),
        ),
        ("productImage.list", {}, ("100", "Could not find value for parameter {productId}")),
        ("productImage.add", {"fields": {"productId": 1}}, ("100", "Could not find value for parameter {fileContent}")),
        (
            "productImage.add",
            {"fields": {"productId": 99}, "fileContent": ["a.png", PICTURE]},
            ("0", "Product was not found"),
        ),
        (
            "productImage.add",
            {"fields": {"productId": 1}, "fileContent": ["a/b.png", PICTURE]},
            ("0", "The file name contains invalid characters"),
        ),
        (
            "productImage.add",
            {"fields": {"productId": 1}, "fileContent": ["a.png", "QUJD"]},
            ("0", "Invalid file type"),
        ),
        (
            "productImage.add",
            {"fields": {"productId": 1}, "fileContent": ["a.png", "?"]},
            ("0", "Error saving the file"),
        ),
        ("productProperty.get", {"id": 99}, ("", "productProperty does not exist.")),
        ("productProperty.add", {"fields": {"name": "X"}}, ("0", "Required fields: iblockId, propertyType")),
        (
            "productProperty.add",
            {"fields": {"iblockId": 24, "name": "X", "propertyType": "Q"}},
            ("0", "Invalid property type specified"),
        ),
        (
            "productProperty.add",
            {"fields": {"iblockId": 24, "name": "X", "propertyType": "N", "userType": "DateTime"}},
            ("0", "Invalid property type specified"),
        ),
        (
            "productProperty.add",
            {"fields": {"iblockId": 5, "name": "X", "propertyType": "S"}},
            ("0", "The specified iblock is not a product catalog"),
        ),
        ("productProperty.update", {"id": 2, "fields": {"name": "X"}}, ("0", "Required fields: iblockId")),
        ("productPropertyEnum.get", {"id": 99}, ("0", "productPropertyEnum does not exist.")),
        (
            "productPropertyEnum.add",
            {"fields": {"propertyId": 3, "value": "X", "xmlId": "x"}},
            ("0", "Only list properties are supported"),
        ),
        ("productPropertyEnum.add", {"fields": {"propertyId": 2, "value": "X"}}, ("0", "Required fields: xmlId")),
        (
            "productPropertyEnum.add",
            {"fields": {"propertyId": 2, "value": "X", "xmlId": "grey"}},
            ("0", "A value with this xmlId already exists."),
        ),
    ],
    ids=lambda value: str(value)[:50],
)
async def test_what_the_catalogue_refuses(
    portal: RestClient, method: str, arguments: dict[str, Any], refusal: tuple[str, str]
) -> None:
    name = method if method.startswith("catalog.catalog") else f"catalog.{method}"
    assert await portal.refusal(name, arguments) == (400, *refusal)


@pytest.mark.parametrize(
    ("method", "arguments", "code"),
    [
        ("catalog.list", {}, "200040300010"),
        ("product.add", {"fields": {"iblockId": 24, "name": "X"}}, "200040300040"),
        ("product.get", {"id": 1}, "200040300010"),
        ("section.list", {"filter": {"iblockId": 24}}, "200040300030"),
        ("section.add", {"fields": {"iblockId": 24, "name": "X"}}, "200040300040"),
        ("price.update", {"id": 1, "fields": {"price": 1, "currency": "GBP"}}, "200040300020"),
        ("priceType.list", {}, "200040300010"),
        ("vat.add", {"fields": {"name": "X", "rate": 1}}, "200040300020"),
        ("measure.list", {}, "200040300010"),
        ("productImage.list", {"productId": 1}, "200040300010"),
        ("productImage.delete", {"productId": 1, "id": 1}, "200040300020"),
        ("productProperty.delete", {"id": 2}, "0"),
    ],
)
async def test_the_catalogue_is_the_administrators(
    sandbox: Sandbox, session: aiohttp.ClientSession, method: str, arguments: dict[str, Any], code: str
) -> None:
    colleague = RestClient(session, sandbox.webhook(user_id=3))
    assert await colleague.refusal(f"catalog.{method}", arguments) == (400, code, "Access Denied")


async def test_everybody_sees_products_prices_and_properties(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    colleague = RestClient(session, sandbox.webhook(user_id=3))
    _, products = await colleague.call("catalog.product.list", {"select": ["*"], "filter": {"iblockId": 24}})
    _, prices = await colleague.call("catalog.price.list", {"filter": {">price": 1000}, "order": {"price": "desc"}})
    _, named = await colleague.call("catalog.productProperty.list", {"select": ["name"]})
    assert (products["total"], prices["total"], named["total"]) == (12, 3, 3)
    assert [row["price"] for row in prices["result"]["prices"]] == [5490, 2950, 1090]
    assert named["result"]["productProperties"][1] == {"id": 2, "name": "Colour"}


async def test_there_is_one_base_price_type(portal: RestClient) -> None:
    made = await portal.result("catalog.priceType.add", {"fields": {"name": "NEW", "base": "Y"}})
    rows = (await portal.result("catalog.priceType.list", {"filter": {"base": "Y"}}))["priceTypes"]
    assert [row["id"] for row in rows] == [made["priceType"]["id"]]
    assert await portal.result("catalog.priceType.delete", {"id": 1}) is True
    assert (await portal.call("catalog.price.list"))[1]["total"] == 0


@pytest.mark.parametrize(
    ("name", "wrapper", "fields", "changes"),
    [
        ("vat", "vat", {"name": "Tax 13%", "rate": 13}, {"name": "Tax 14%", "rate": 14}),
        ("measure", "measure", {"code": 715, "measureTitle": "Pair", "symbol": "pair"}, {"symbol": "pr"}),
    ],
)
async def test_directories_live_through_all_methods(
    portal: RestClient, name: str, wrapper: str, fields: dict[str, Any], changes: dict[str, Any]
) -> None:
    made = (await portal.result(f"catalog.{name}.add", {"fields": fields}))[wrapper]
    assert {key: made[key] for key in fields} == fields
    changed = (await portal.result(f"catalog.{name}.update", {"id": made["id"], "fields": changes}))[wrapper]
    assert (await portal.result(f"catalog.{name}.get", {"id": made["id"]}))[wrapper] == changed
    listed = await portal.result(f"catalog.{name}.list", {"filter": {"id": made["id"]}, "select": ["id"]})
    assert listed == {f"{wrapper}s": [{"id": made["id"]}]}
    assert await portal.result(f"catalog.{name}.delete", {"id": made["id"]}) is True
    described = (await portal.result(f"catalog.{name}.getFields"))[wrapper]
    assert described["id"] == {"isImmutable": False, "isReadOnly": True, "isRequired": False, "type": "integer"}
