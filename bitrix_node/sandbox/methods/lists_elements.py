"""Fields and elements of universal lists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from bitrix_node.sandbox.answers import php_array
from bitrix_node.sandbox.lists import blocks, columns, elements, files, refusals
from bitrix_node.sandbox.lists.blocks import Right
from bitrix_node.sandbox.methods.disk_transfers import sent_file
from bitrix_node.sandbox.registry import Call, Page, method, route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


@method("lists.field.type.get", scope="lists")
def field_type_get(call: Call) -> dict[str, str]:
    """Tell the types that a new field of a list may have."""
    block = blocks.found(call, Right.FULL)
    fields = columns.of_block(call.database, block["id"])
    asked = columns.find(call.database, block["id"], call.text("FIELD_ID")) if call.text("FIELD_ID") else None
    taken = {field["TYPE"] for field in fields} - {asked["TYPE"] if asked else ""}
    return {code: kind.title for code, kind in columns.types().items() if not (kind.system and code in taken)}


@method("lists.field.get", scope="lists")
def field_get(call: Call) -> Any:
    """List the fields of a list by their ids, or fetch one of them by its type."""
    block = blocks.found(call, Right.READ)
    if call.text("FIELD_ID"):
        field = columns.find(call.database, block["id"], call.text("FIELD_ID"))
        return php_array({field["TYPE"]: columns.show(field)} if field else {})
    fields = columns.of_block(call.database, block["id"])
    return php_array({columns.name_of(field): columns.show(field) for field in fields})


@method("lists.field.add", scope="lists")
def field_add(call: Call) -> str:
    """Add a field to a list."""
    block = blocks.found(call, Right.FULL)
    refusals.require(call, "FIELDS")
    return columns.add(call, block)


@method("lists.field.update", scope="lists")
def field_update(call: Call) -> bool:
    """Change a field."""
    block = blocks.found(call, Right.FULL)
    refusals.require(call, "FIELD_ID", "FIELDS")
    field = columns.find(call.database, block["id"], call.text("FIELD_ID"))
    if field is None:
        raise refusals.failed_field()
    columns.change(call, field)
    return True


@method("lists.field.delete", scope="lists")
def field_delete(call: Call) -> bool:
    """Remove a field with its values; the name of elements stays."""
    block = blocks.found(call, Right.FULL)
    refusals.require(call, "FIELD_ID")
    field = columns.find(call.database, block["id"], call.text("FIELD_ID"))
    if field is None or field["TYPE"] == "NAME":
        return True
    for element in elements.collection(call.database).find(IBLOCK_ID=block["id"]):
        elements.forget_values(call.database, element, field)
        elements.collection(call.database).update(element["id"], {columns.name_of(field): None})
    return columns.collection(call.database).delete(field["id"])


@method("lists.element.get", scope="lists")
def element_get(call: Call) -> Page:
    """List the elements of a list, or fetch one of them."""
    return elements.page(call, blocks.found(call, Right.READ))


@method("lists.element.add", scope="lists")
def element_add(call: Call) -> int:
    """Make an element."""
    block = blocks.found(call, Right.ADD)
    refusals.require(call, "ELEMENT_CODE", "FIELDS")
    return elements.add(call, block)


@method("lists.element.update", scope="lists")
def element_update(call: Call) -> bool:
    """Change an element."""
    element = elements.found(call, blocks.found(call, Right.EDIT))
    refusals.require(call, "FIELDS")
    elements.change(call, element)
    return True


@method("lists.element.delete", scope="lists")
def element_delete(call: Call) -> bool:
    """Remove an element."""
    element = elements.found(call, blocks.found(call, Right.EDIT))
    elements.delete(call.database, element)
    return True


@method("lists.element.get.file.url", scope="lists")
def element_file_url(call: Call) -> list[str]:
    """Tell the addresses of an element's files."""
    element = elements.found(call, blocks.found(call, Right.READ))
    refusals.require(call, "FIELD_ID")
    return elements.addresses(call, element)


@route("GET", "/company/lists/{block}/file/{section}/{element}/{field}/{number}/")
async def serve_file(request: web.Request, portal: Portal) -> web.Response:
    """Send a file of an element; the token in the address is all it takes."""
    number = request.match_info["number"]
    file = files.kept(portal.database).get(int(number)) if number.isdigit() else None
    content = portal.database.blobs.get(file["BLOB"]) if file else None
    if file is None or content is None or request.query.get("token") != file["TOKEN"]:
        raise web.HTTPNotFound
    return sent_file(file["NAME"], content)
