"""`catalog.productImage.*`: the pictures of products, and the address that sends them."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.catalog import images
from bitrix_node.sandbox.catalog.properties import PROPERTIES
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.families.described import forget
from bitrix_node.sandbox.registry import Call, Page, method, route

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.portal import Portal

_KINDS = (images.DETAIL, images.PREVIEW, images.PHOTO)
_READING, _WRITING = "200040300010", "200040300020"
_SHOWN = ("id", "name", "productId", "type", "createTime", "downloadUrl", "detailUrl")


@method("catalog.productImage.add", scope="catalog")
def image_add(call: Call) -> dict[str, Any]:
    """Add a picture to a product."""
    _require_administrator(call, _WRITING)
    fields = call.mapping("fields", required="100", message="Could not find value for parameter {fields}")
    if call.value("fileContent") in (None, "", [], {}):
        raise RestError("100", "Could not find value for parameter {fileContent}")
    if fields.get("productId") in (None, ""):
        raise RestError("0", "Required fields: productId")
    product = _product(call, fields["productId"])
    kind = str(fields.get("type") or images.PHOTO)
    if kind not in _KINDS:
        raise RestError("0", "Invalid file type")
    if kind == images.PHOTO and PROPERTIES.collection(call.database).first(code=images.PHOTO) is None:
        raise RestError("0", "Product property for the picture does not exist. Create the MORE_PHOTO property")
    file = images.decode(call.value("fileContent"))
    images.require_image(file[1])
    record = images.add(call.database, product["id"], kind, file, call.now)
    return {"productImage": images.described(record, call.portal)}


@method("catalog.productImage.get", scope="catalog")
def image_get(call: Call) -> dict[str, Any]:
    """Fetch what is known of a picture."""
    _require_administrator(call, _READING)
    return {"productImage": images.described(_image(call), call.portal)}


@method("catalog.productImage.list", scope="catalog")
def image_list(call: Call) -> Page:
    """List the pictures of a product; never in pages."""
    _require_administrator(call, _READING)
    product = _product(call, _required(call, "productId"))
    select = [str(name) for name in call.sequence("select")] or list(_SHOWN)
    records = images.IMAGES.collection(call.database).find(productId=product["id"])
    rows = [images.described(record, call.portal) for record in records if record["type"] in _KINDS]
    shown = [{name: row[name] for name in _SHOWN if name in select or "*" in select} for row in rows]
    return Page({"productImages": shown}, len(shown))


@method("catalog.productImage.delete", scope="catalog")
def image_delete(call: Call) -> bool:
    """Take a picture away."""
    _require_administrator(call, _WRITING)
    return forget(call.database, "product_image", _image(call)["id"])


@method("catalog.productImage.getFields", scope="catalog")
def image_fields(call: Call) -> dict[str, Any]:
    """Document the fields of pictures."""
    del call
    types = {name: images.IMAGES.fields[name].type if name in images.IMAGES.fields else "string" for name in _SHOWN}
    required = ("productId",)
    return {
        "productImage": {
            name: {
                "isImmutable": name not in ("name", "type"),
                "isReadOnly": name not in ("name", "productId", "type"),
                "isRequired": name in required,
                "type": kind,
            }
            for name, kind in types.items()
        }
    }


@route("GET", images.DOWNLOAD_PATH)
async def download(request: web.Request, portal: Portal) -> web.Response:
    """Send a picture; the token in the address is all it takes."""
    token = request.query.get("token", "").removeprefix("catalog|")
    found = images.IMAGES.collection(portal.database).first(token=token) if token else None
    if found is None:
        return web.json_response({"error": "ERROR_NOT_FOUND", "error_description": "File not found"}, status=404)
    kind = mimetypes.guess_type(found["name"])[0] or "application/octet-stream"
    return web.Response(body=portal.database.blobs.get(found["blob"]) or b"", content_type=kind)


def _require_administrator(call: Call, code: str) -> None:
    if not call.is_admin:
        raise RestError(code, "Access Denied")


def _required(call: Call, name: str) -> int:
    return call.integer(name, required="100", message=f"Could not find value for parameter {{{name}}}")


def _product(call: Call, number: Any) -> Record:
    product = family("product").collection(call.database).get(to_integer(number) or 0)
    if product is None:
        raise RestError("0", "Product was not found")
    return product


def _image(call: Call) -> Record:
    product = _product(call, _required(call, "productId"))
    image = images.IMAGES.collection(call.database).get(_required(call, "id"))
    if image is None or image["productId"] != product["id"] or image["type"] not in _KINDS:
        raise RestError("0", "Image was not found")
    return image
