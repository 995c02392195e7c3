"""Handler `download`: a file of the portal becomes binary data of the item."""

from __future__ import annotations

import mimetypes
from email.message import Message
from typing import TYPE_CHECKING, Any

import aiohttp

from bitrix_node.handlers.results import Outcome
from bitrix_node.parameters import BinaryData
from bitrix_node.parameters.binary import UNKNOWN_TYPE
from bitrix_node.parameters.paths import at_path
from bitrix_node.portal.errors import Missing

if TYPE_CHECKING:
    from bitrix_node.handlers.step import Step


async def download(step: Step) -> Outcome:
    """Asks for the record of a file, then fetches the address in it.

    Raises:
        PortalError: when the record or the file cannot be had.
    """
    answer = await step.send()
    address = at_path(answer.result, step.request.answer.path)
    if not isinstance(address, str) or not address:
        raise Missing("Bitrix24 names no address to download the file from", code="NOT_FOUND", method=step.method)
    content, headers = bytearray(), Message()
    async for piece in step.portal.download(address):
        if isinstance(piece, aiohttp.ClientResponse):
            for name, value in piece.headers.items():
                headers[name] = value
        else:
            content += piece
    data = BinaryData.from_bytes(bytes(content), *_name_and_type(answer.result, headers))
    field = step.values.used("outputDataField") or "data"
    record = answer.result if isinstance(answer.result, dict) else {"result": answer.result}
    return Outcome([record], answer.result, answer.envelope(), {str(field): data})


def _name_and_type(record: Any, headers: Message) -> tuple[str | None, str]:
    name = record.get("NAME") if isinstance(record, dict) else None
    name = name or headers.get_filename()
    declared = headers.get_content_type() if "Content-Type" in headers else UNKNOWN_TYPE
    guessed = mimetypes.guess_type(name)[0] if name and declared == UNKNOWN_TYPE else None
    return name, guessed or declared
