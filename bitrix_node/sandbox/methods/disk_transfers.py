"""The addresses through which file bytes leave and enter the drive outside REST."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.disk import content, views
from bitrix_node.sandbox.disk.visitor import ALIVE, FOLDER, Visitor
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal

_PREFIX = "disk|"


@route("GET", "/rest/download.json")
async def download(request: web.Request, portal: Portal) -> web.Response:
    """Send a file or a version; the token in the address is all it takes."""
    visitor = _visitor(portal, 0)
    token = request.query.get("token", "").removeprefix(_PREFIX)
    found = visitor.objects.first(TOKEN=token, DELETED_TYPE=ALIVE) or visitor.versions.first(TOKEN=token)
    data = portal.database.blobs.get(found["FILE_ID"]) if found and token else None
    if found is None or data is None:
        return web.json_response({"error": "ERROR_NOT_FOUND", "error_description": "File not found"}, status=404)
    return sent_file(found["NAME"], data)


@route("POST", "/rest/upload.json")
async def upload(request: web.Request, portal: Portal) -> web.Response:
    """Take the one file for which `disk.*.uploadFile` gave out the address."""
    form = await request.post()
    sent = next((value for value in form.values() if isinstance(value, web.FileField)), None)
    data = sent.file.read() if sent else b""
    try:
        with portal.database.transaction():
            return web.json_response({"result": _receive(portal, request.query.get("token", ""), sent, data)})
    except RestError as refusal:
        return web.json_response({"error": refusal.code, "error_description": refusal.message}, status=refusal.status)


def sent_file(name: str, data: bytes) -> web.Response:
    """The answer that hands a browser a file to keep.

    Args:
        name: name of the file.
        data: its bytes.
    """
    plain = name.encode("ascii", "replace").decode().replace('"', "'").replace("\\", "_")
    headers = {
        "Content-Type": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=utf-8''{quote(name)}",
    }
    return web.Response(body=data, headers=headers)


def _receive(portal: Portal, token: str, sent: web.FileField | None, data: bytes) -> dict[str, object]:
    uploads = portal.database.collection("disk_uploads")
    ticket = uploads.first(TOKEN=token.removeprefix(_PREFIX))
    if ticket is None:
        raise RestError("ERROR_NOT_FOUND", "The upload address is unknown or was used already", 404)
    if sent is None:
        raise RestError("ERROR_COULD_NOT_SAVE_FILE", "Could not save file")
    visitor = _visitor(portal, ticket["USER_ID"])
    folder = visitor.object(ticket["FOLDER_ID"], FOLDER)
    file = content.add_file(visitor, folder, sent.filename, data, unique=ticket["UNIQUE"])
    uploads.delete(ticket["id"])
    return views.entry(visitor, file, new=True)


def _visitor(portal: Portal, user_id: int) -> Visitor:
    return Visitor(portal.database, user_id, True, timestamp(portal.clock.now()), portal.url)
