"""Handler `download`: files of the portal become binary data of the items."""

from __future__ import annotations

import asyncio
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
    from bitrix_node.portal import Answer

FIRST_PAUSE, LONGEST_PAUSE = 0.4, 5.0
"""Seconds between two looks for a file that the portal is still making."""


async def download(step: Step) -> Outcome:
    """Asks for the record of a file, or for the addresses of several, then fetches what lies there.

    Returns:
        one item a file, each with its file in the binary field that the item's parameters name.

    Raises:
        PortalError: when the record or a file cannot be had.
    """
    answer, addresses = await _located(step)
    field = str(step.values.used("outputDataField") or "data")
    binary = [{field: await _fetched(step, address, answer.result)} for address in addresses]
    row_key = step.request.answer.row_key
    record = at_path(answer.result, step.request.answer.path) if step.address else answer.result
    records = [record if isinstance(record, dict) else {row_key: address} for address in addresses]
    return Outcome(records, answer.result, answer, binary)


async def _located(step: Step) -> tuple[Answer, list[str]]:
    """The record and the addresses in it; what is still being made is waited for as long as the request says."""
    path = ".".join(part for part in (step.request.answer.path, step.address) if part)
    end, pause = asyncio.get_running_loop().time() + step.request.patience, FIRST_PAUSE
    while True:
        answer = await step.send()
        addresses = _addresses(at_path(answer.result, path))
        if addresses:
            return answer, addresses
        if asyncio.get_running_loop().time() + pause > end:
            waited = f", not even after {step.request.patience} seconds" if step.request.patience else ""
            message = f"Bitrix24 names no address to download the file from{waited}"
            raise Missing(message, code="NOT_FOUND", method=step.method)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


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
