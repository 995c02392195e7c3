"""Files of the drive that hang on other records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aiohttp import web

from bitrix_node.sandbox.binding import bound_integer
from bitrix_node.sandbox.disk.visitor import FILE, Visitor, not_found
from bitrix_node.sandbox.lists import files
from bitrix_node.sandbox.methods.disk_transfers import sent_file
from bitrix_node.sandbox.registry import Call, method, route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


@method("disk.attachedObject.get", scope="disk")
def attached_object_get(call: Call) -> dict[str, Any]:
    """Fetch an attachment with an address to download it from."""
    number = bound_integer(call, "id")
    attached = files.attachments(call.database).get(number)
    if attached is None:
        raise not_found(number)
    file = Visitor.of(call).objects.get(attached["OBJECT_ID"])
    if file is None:
        raise not_found(number)
    names = ("OBJECT_ID", "MODULE_ID", "ENTITY_TYPE", "ENTITY_ID", "CREATE_TIME", "CREATED_BY")
    address = f"{call.portal}{files.attachment_address(str(number))}&auth[auth]={attached['TOKEN']}"
    row = {name: str(attached[name]) for name in names}
    return {"ID": str(number), **row, "DOWNLOAD_URL": address, "NAME": file["NAME"], "SIZE": str(file["SIZE"])}


@route("GET", "/bitrix/tools/disk/uf.php")
async def serve_attachment(request: web.Request, portal: Portal) -> web.Response:
    """Send an attached file to whoever has its token; anybody else sees the page for signing in."""
    number = request.query.get("attachedId", "")
    attached = files.attachments(portal.database).get(int(number)) if number.isdigit() else None
    if attached is None or request.query.get("auth[auth]") != attached["TOKEN"]:
        page = "<!doctype html><title>Sign in</title><p>Sign in to open this file.</p>"
        return web.Response(text=page, content_type="text/html")
    file = portal.database.collection("disk_objects").get(attached["OBJECT_ID"])
    if file is None or file["TYPE"] != FILE:
        raise web.HTTPNotFound
    return sent_file(file["NAME"], portal.database.blobs.get(file["FILE_ID"]) or b"")
