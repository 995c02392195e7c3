"""`/_sandbox/settings`: reads and turns the portal's switches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.sandbox import settings
from bitrix_node.sandbox.registry import route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


@route("GET", "/_sandbox/settings")
async def read_settings(_request: web.Request, portal: Portal) -> web.Response:
    """Answer every switch with its position."""
    return web.json_response({name: settings.is_on(portal.database, name) for name in sorted(settings.KNOWN)})


@route("POST", "/_sandbox/settings")
async def turn_settings(request: web.Request, portal: Portal) -> web.Response:
    """Turn the switches named in a JSON object such as `{"older_portal": true}`."""
    try:
        for name, on in dict(await request.json()).items():
            settings.switch(portal.database, name, on=bool(on))
    except (TypeError, ValueError) as problem:
        return web.json_response({"error": str(problem)}, status=400)
    return await read_settings(request, portal)
