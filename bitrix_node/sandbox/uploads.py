"""Files outside the drive: pictures and attachments that belong to a record and are served from the upload folder."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database


def keep(database: Database, name: str, content: bytes) -> str:
    """Keep a file.

    Args:
        database: the portal's data.
        name: its name.
        content: its bytes.

    Returns:
        the path under which the portal serves it; whoever has it needs no credentials.
    """
    token = secrets.token_hex(16)
    _files(database).insert({"TOKEN": token, "NAME": name, "BLOB": database.blobs.put(content)})
    return f"/upload/rest/{token}/{quote(name)}"


def read(database: Database, token: str) -> tuple[str, bytes] | None:
    """The name and bytes of a kept file, or None."""
    found = _files(database).first(TOKEN=token)
    content = database.blobs.get(found["BLOB"]) if found else None
    return None if found is None or content is None else (found["NAME"], content)


def forget(database: Database, path: object) -> None:
    """Destroy the file that is served under a path; anything else is passed over."""
    parts = str(path).split("/")
    found = _files(database).first(TOKEN=parts[3]) if len(parts) > 3 else None  # noqa: PLR2004 - /upload/rest/TOKEN/…
    if found is not None:
        database.blobs.delete(found["BLOB"])
        _files(database).delete(found["id"])


def decode(sent: Any) -> tuple[str, bytes]:
    """Read a file argument.

    Args:
        sent: `[name, base64]`, as a list or a map by position.

    Returns:
        name and bytes.

    Raises:
        ValueError: it is something else.
    """
    entries = list(sent.values()) if isinstance(sent, dict) else sent
    if not isinstance(entries, list) or len(entries) != len(("name", "content")):
        raise ValueError("A file is a name and its content in Base64.")
    try:
        return str(entries[0]), base64.b64decode("".join(str(entries[1]).split()), validate=True)
    except binascii.Error as problem:
        raise ValueError("The content of the file is not Base64.") from problem


def _files(database: Database) -> Collection:
    return database.collection("uploads", index=("TOKEN",))
