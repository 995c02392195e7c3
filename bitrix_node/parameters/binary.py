"""Bytes that travel with an item."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from bitrix_node.parameters.errors import UnusableValue

LARGEST_FILE = 500 * 1024 * 1024
"""Bytes that one file may have: what still fits, as Base64, into the gigabyte that n8n hands to a runner."""

UNKNOWN_TYPE = "application/octet-stream"
"""The media type of bytes of which nothing is known."""

_FORM = (
    'the name of a binary field that is an object such as {"data": "<its content as Base64>", '
    '"fileName": "offer.pdf", "mimeType": "application/pdf"}'
)


@dataclass(frozen=True, slots=True)
class BinaryData:
    """One binary field of an item.

    Attributes:
        data: the bytes, Base64-encoded as items carry them.
        file_name: its name, where known.
        mime_type: its media type.
    """

    data: str
    file_name: str | None = None
    mime_type: str = UNKNOWN_TYPE

    @classmethod
    def from_item(cls, field: Any) -> BinaryData:
        """From an item's `binary` entry: `{"data": "<base64>", "fileName": "…", "mimeType": "…"}`.

        Raises:
            UnusableValue: when it is no such object, or `data` is not Base64 text.
        """
        parts = field if isinstance(field, dict) else {}
        data, name, kind = (parts.get(part) or "" for part in ("data", "fileName", "mimeType"))
        if not isinstance(parts.get("data"), str) or not isinstance(name, str) or not isinstance(kind, str):
            raise UnusableValue(_FORM, "text alone" if isinstance(field, str) else "something else")
        return cls(checked_base64(data), name or None, kind or UNKNOWN_TYPE)

    @classmethod
    def from_bytes(cls, content: bytes, file_name: str | None, mime_type: str) -> BinaryData:
        """From raw bytes."""
        return cls(base64.b64encode(content).decode("ascii"), file_name, mime_type)

    def __str__(self) -> str:
        """Its name, or its media type where it has none; messages about it show no bytes."""
        return self.file_name or self.mime_type

    def as_item_field(self) -> dict[str, Any]:
        """The form in which an item's `binary` carries it."""
        field: dict[str, Any] = {"data": self.data, "mimeType": self.mime_type}
        if self.file_name:
            field["fileName"] = self.file_name
            if "." in self.file_name:
                field["fileExtension"] = self.file_name.rsplit(".", 1)[-1]
        return field


def checked_base64(text: str) -> str:
    """The Base64 text without white space or a `data:` prefix.

    Raises:
        UnusableValue: when it is not Base64, or more than `LARGEST_FILE`.
    """
    if text.startswith("data:") and "," in text:
        text = text.split(",", 1)[1]
    compact = "".join(text.split())
    if len(compact) * 3 // 4 > LARGEST_FILE:
        size = f"{LARGEST_FILE / 1024 / 1024:g} MB"
        raise UnusableValue(f"a file of at most {size}", f"{len(compact) * 3 / 4 / 1024 / 1024:.0f} MB")
    try:
        base64.b64decode(compact, validate=True)
    except (binascii.Error, ValueError):
        raise UnusableValue("Base64-encoded content") from None
    return compact
