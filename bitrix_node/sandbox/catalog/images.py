"""Files of products with their bytes: pictures, photographs, and what file properties hold."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.families.described import forget

if TYPE_CHECKING:
    from datetime import datetime

    from bitrix_node.sandbox.database import Database, Record

DETAIL, PREVIEW, PHOTO = "DETAIL_PICTURE", "PREVIEW_PICTURE", "MORE_PHOTO"
IMAGES = family("product_image")
FIELDS = {"detailPicture": DETAIL, "previewPicture": PREVIEW}
"""Fields of a product that hold one picture each."""

DOWNLOAD_PATH = "/rest/catalog/download.json"
_IMAGE_BEGINNINGS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF")
_SINGLE = frozenset(FIELDS.values())
_LONGEST_NAME = 255


def decode(content: Any) -> tuple[str, bytes]:
    """Read a file as it is sent.

    Args:
        content: its name and its bytes in Base64, one after the other.

    Returns:
        name and bytes.

    Raises:
        RestError: there is no name, an impossible one, or no Base64.
    """
    parts = list(content.values()) if isinstance(content, dict) else content
    if not isinstance(parts, list) or len(parts) != len(("name", "content")):
        raise RestError("0", "Error saving the file")
    name = str(parts[0] or "").strip()
    if not name:
        raise RestError("0", "The file name is not specified")
    if any(sign in name for sign in '/\\:*?"<>|'):
        raise RestError("0", "The file name contains invalid characters")
    if len(name) > _LONGEST_NAME:
        raise RestError("0", "The file name is too long")
    try:
        return name, base64.b64decode("".join(str(parts[1]).split()), validate=True)
    except (binascii.Error, ValueError):
        raise RestError("0", "Error saving the file") from None


def require_image(data: bytes) -> None:
    """Refuse what is no picture.

    Raises:
        RestError: by its first bytes it is none.
    """
    if not data.startswith(_IMAGE_BEGINNINGS):
        raise RestError("0", "Invalid file type")


def add(database: Database, product_id: int, kind: str, file: tuple[str, bytes], now: datetime) -> Record:
    """Keep a file of a product; a detail or preview picture takes the place of the one before.

    Args:
        database: the portal's data.
        product_id: the product.
        kind: `DETAIL_PICTURE`, `PREVIEW_PICTURE`, `MORE_PHOTO`, or `PROPERTY_` and the number of a file property.
        file: name and bytes.
        now: the moment.

    Returns:
        the file's record.
    """
    if kind in _SINGLE:
        remove(database, product_id, kind)
    name, data = file
    record = {
        "productId": product_id,
        "type": kind,
        "name": name,
        "createTime": timestamp(now),
        "blob": database.blobs.put(data),
        "token": secrets.token_urlsafe(24),
    }
    return {"id": IMAGES.collection(database).insert(record), **record}


def remove(database: Database, product_id: int, kind: str) -> None:
    """Take away a product's files of one kind."""
    for record in IMAGES.collection(database).find(productId=product_id, type=kind):
        forget(database, "product_image", record["id"])


def described(record: Record, portal: str) -> dict[str, Any]:
    """A picture as the methods for pictures write it, with addresses that need no credentials."""
    address = f"{DOWNLOAD_PATH}?{urlencode({'token': 'catalog|' + record['token']})}"
    return {**IMAGES.show(record), "downloadUrl": f"{portal}{address}", "detailUrl": address}


def as_field(record: Record, field_name: str) -> dict[str, str]:
    """A file as a field of its product: its number and the REST call that fetches it."""
    wanted = {"fieldName": field_name, "fileId": record["id"], "productId": record["productId"]}
    url = "/rest/catalog.product.download?" + urlencode({f"fields[{name}]": value for name, value in wanted.items()})
    return {"id": str(record["id"]), "url": url, "urlMachine": url}
