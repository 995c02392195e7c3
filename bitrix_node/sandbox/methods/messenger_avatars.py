"""The address under which pictures of chats and bots are served."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.sandbox.messenger.avatars import CONTENT_TYPES
from bitrix_node.sandbox.registry import route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


@route("GET", r"/upload/im/avatar/{key:\d+}.{extension:png|jpg|gif|webp}")
async def serve_avatar(request: web.Request, portal: Portal) -> web.Response:
    """Send a picture's bytes; like Bitrix24's upload folder it asks for no credentials."""
    content = portal.database.blobs.get(int(request.match_info["key"]))
    if content is None:
        raise web.HTTPNotFound
    return web.Response(body=content, content_type=CONTENT_TYPES[request.match_info["extension"]])
