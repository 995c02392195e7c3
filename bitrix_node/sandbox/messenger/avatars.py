"""Pictures of chats and bots: checked, kept, and served under the address the API answers with."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from bitrix_node.sandbox.messenger.refusals import Reason, Refusal

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpg",
    b"GIF87a": "gif",
    b"GIF89a": "gif",
    b"RIFF": "webp",
}
CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def store(database: Database, image: str) -> str:
    """Keep a picture.

    Args:
        database: the portal's data.
        image: the file in Base64, without a `data:` prefix.

    Returns:
        the path under which the portal serves it.

    Raises:
        Refusal: `AVATAR_NOT_AN_IMAGE` for anything but PNG, JPEG, GIF or WebP.
    """
    try:
        content = base64.b64decode(image, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(Reason.AVATAR_NOT_AN_IMAGE) from None
    extension = next((known for start, known in _SIGNATURES.items() if content.startswith(start)), None)
    if extension is None:
        raise Refusal(Reason.AVATAR_NOT_AN_IMAGE)
    return f"/upload/im/avatar/{database.blobs.put(content)}.{extension}"
