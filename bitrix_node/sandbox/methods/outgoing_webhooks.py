"""`/_sandbox/webhooks` and `/_sandbox/deliveries`: outgoing webhooks, and what became of posted events."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bitrix_node.sandbox.events import outgoing
from bitrix_node.sandbox.registry import route

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


@route("GET", "/_sandbox/webhooks")
async def list_webhooks(_request: web.Request, portal: Portal) -> web.Response:
    """Answer every outgoing webhook with its token and events."""
    return web.json_response(outgoing.listed(portal.database))


@route("POST", "/_sandbox/webhooks")
async def add_webhook(request: web.Request, portal: Portal) -> web.Response:
    """Make an outgoing webhook from `{"handler": URL, "events": [codes]}`; `application_token` may be chosen."""
    wanted = await _read(request)
    try:
        made = outgoing.add(
            portal.database,
            str(wanted.get("handler", "")),
            [str(code) for code in wanted.get("events") or []],
            str(wanted.get("application_token") or ""),
        )
    except ValueError as problem:
        return web.json_response({"error": str(problem)}, status=400)
    return web.json_response(made, status=201)


@route("DELETE", "/_sandbox/webhooks")
async def remove_webhooks(request: web.Request, portal: Portal) -> web.Response:
    """Remove the outgoing webhook whose `application_token` stands in the address, or all of them."""
    return web.json_response({"removed": outgoing.remove(portal.database, request.query.get("application_token"))})


@route("GET", "/_sandbox/deliveries")
async def list_deliveries(_request: web.Request, portal: Portal) -> web.Response:
    """Answer the events that were posted, oldest first, and why those that failed did."""
    return web.json_response(portal.deliveries.as_json())


async def _read(request: web.Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.text())
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}
