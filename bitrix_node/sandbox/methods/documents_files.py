"""The addresses at which programs fetch the files of documents and templates."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import quote

from aiohttp import web

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.documents.worlds import WORLDS
from bitrix_node.sandbox.registry import route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal

_PREFIX = "documentgenerator|"


async def serve(request: web.Request, portal: Portal) -> web.Response:
    """Send a file; the token in the address is all it takes."""
    found = uploads.read(portal.database, request.query.get("token", "").removeprefix(_PREFIX))
    if found is None:
        return web.json_response({"error": "0", "error_description": "File not found"}, status=404)
    name, content = found
    headers = {
        "Content-Type": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "Content-Disposition": f"attachment; filename*=utf-8''{quote(name)}",
    }
    return web.Response(body=content, headers=headers)


for _world in WORLDS:
    for _name in _world.files.values():
        route("GET", f"/rest/{_name}.json")(serve)
