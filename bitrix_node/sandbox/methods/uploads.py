"""The address of files outside the drive."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.registry import route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


@route("GET", "/upload/rest/{token}/{name}")
async def serve_upload(request: web.Request, portal: Portal) -> web.Response:
    """Send a file's bytes; the token in the address is all it takes."""
    found = uploads.read(portal.database, request.match_info["token"])
    if found is None:
        raise web.HTTPNotFound
    name, content = found
    return web.Response(body=content, content_type=mimetypes.guess_type(name)[0] or "application/octet-stream")
