"""Files in the drive of a portal, put there and read without n8n."""

from __future__ import annotations

import base64
import io
import json
import random
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox


def random_bytes(count: int) -> bytes:
    """The same bytes for the same count."""
    return random.Random(count).randbytes(count)


async def put(portal: Sandbox, name: str, content: bytes) -> int:
    """Puts a file into the portal's common drive."""
    folder = await _call(portal, "disk.storage.getlist")
    body = {
        "id": folder[0]["ID"],
        "data": {"NAME": name},
        "fileContent": [name, base64.b64encode(content).decode()],
    }
    return int((await _call(portal, "disk.storage.uploadfile", body))["ID"])


async def content_of(portal: Sandbox, file: int) -> bytes:
    """What a file holds."""
    address = (await _call(portal, "disk.file.get", {"id": file}))["DOWNLOAD_URL"]
    async with aiohttp.ClientSession() as http, http.get(address) as answer:
        return await answer.read()


async def _call(portal: Sandbox, method: str, body: dict[str, Any] | None = None) -> Any:
    data, headers = io.BytesIO(json.dumps(body or {}).encode()), {"Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(portal.webhook_url + method, data=data) as answer,
    ):
        return (await answer.json())["result"]
