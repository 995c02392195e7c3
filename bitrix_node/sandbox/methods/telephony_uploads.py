"""The address to which a form brings the recording of a call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.disk.visitor import Visitor
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import route
from bitrix_node.sandbox.telephony import calls, recordings

if TYPE_CHECKING:
    from bitrix_node.sandbox.portal import Portal


@route("POST", recordings.UPLOAD_PATH)
async def upload(request: web.Request, portal: Portal) -> web.Response:
    """Take the one recording for which `telephony.externalCall.attachRecord` gave out the address."""
    form = await request.post()
    sent = next((value for value in form.values() if isinstance(value, web.FileField)), None)
    data = sent.file.read() if sent else b""
    try:
        with portal.database.transaction():
            file_id = _receive(portal, request.query.get("token", "").removeprefix("telephony|"), data)
    except RestError as refusal:
        return web.json_response({"error": refusal.code, "error_description": refusal.message}, status=refusal.status)
    return web.json_response({"result": {"FILE_ID": file_id}})


def _receive(portal: Portal, token: str, data: bytes) -> int:
    waiting = recordings.uploads(portal.database)
    ticket = waiting.first(TOKEN=token)
    entry = calls.finished(portal.database, ticket["CALL_ID"]) if ticket else None
    if ticket is None or entry is None:
        raise RestError("ERROR_NOT_FOUND", "The upload address is unknown or was used already", 404)
    if not data:
        raise RestError("ERROR_CORE", "File content is empty.")
    visitor = Visitor(portal.database, ticket["USER_ID"], True, timestamp(portal.clock.now()), portal.url)
    waiting.delete(ticket["id"])
    return recordings.attach(visitor, entry, ticket["NAME"], data)
