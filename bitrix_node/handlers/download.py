"""Handler `download`: files of the portal become binary data of the items."""

from __future__ import annotations

import mimetypes
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

import aiohttp

from bitrix_node.handlers.results import Outcome
from bitrix_node.parameters import BinaryData
from bitrix_node.parameters.binary import UNKNOWN_TYPE
from bitrix_node.parameters.paths import at_path
from bitrix_node.portal.errors import Denied, Missing

if TYPE_CHECKING:
    from bitrix_node.handlers.step import Step


async def download(step: Step) -> Outcome:
    """Asks for the record of a file, or for the addresses of several, then fetches what lies there.

    Returns:
        one item a file, each with its file in the binary field that the item's parameters name.

    Raises:
        PortalError: when the record or a file cannot be had.
    """
    answer = await step.send()
    addresses = _addresses(at_path(answer.result, step.request.answer.path))
    if not addresses:
        raise Missing("Bitrix24 names no address to download the file from", code="NOT_FOUND", method=step.method)
    field = str(step.values.used("outputDataField") or "data")
    binary = [{field: await _fetched(step, address, answer.result)} for address in addresses]
    row_key = step.request.answer.row_key
    records = [answer.result if isinstance(answer.result, dict) else {row_key: address} for address in addresses]
    return Outcome(records, answer.result, answer.envelope(), binary)


def _addresses(found: Any) -> list[str]:
    listed = found if isinstance(found, list) else [found]
    return [address for address in listed if isinstance(address, str) and address]


async def _fetched(step: Step, address: str, record: Any) -> BinaryData:
    """The file at an address; one without a host lies below the portal."""
    content, headers = bytearray(), Message()
    async for piece in step.portal.download(urljoin(f"{step.portal.endpoint.portal}/", address)):
        if isinstance(piece, aiohttp.ClientResponse):
            for name, value in piece.headers.items():
                headers[name] = value
        else:
            content += piece
    _check_for_a_page(headers, step.method)
    return BinaryData.from_bytes(bytes(content), *_name_and_type(record, headers))


def _check_for_a_page(headers: Message, method: str) -> None:
    """To those it does not know, the portal shows its sign-in page, which comes without a file's name."""
    if headers.get_content_type() == "text/html" and "Content-Disposition" not in headers:
        raise Denied("Bitrix24 shows a page in place of the file", code="PAGE_FOR_FILE", method=method)


def _name_and_type(record: Any, headers: Message) -> tuple[str | None, str]:
    name = record.get("NAME") if isinstance(record, dict) else None
    name = name or headers.get_filename()
    declared = headers.get_content_type() if "Content-Type" in headers else UNKNOWN_TYPE
    guessed = mimetypes.guess_type(name)[0] if name and declared == UNKNOWN_TYPE else None
    return name, guessed or declared
