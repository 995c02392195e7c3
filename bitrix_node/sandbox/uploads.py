"""Files outside the drive: pictures and attachments that belong to a record and are served from the upload folder."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database

_FOLDER = "/upload/rest/"
_TOKEN_PLACE = 3


def keep(database: Database, name: str, content: bytes) -> str:
    """Keep a file.

    Args:
        database: the portal's data.
        name: its name.
        content: its bytes.

    Returns:
        the path under which the portal serves it; whoever has it needs no credentials.
    """
    key = secrets.token_hex(16)
    _files(database).insert({"TOKEN": key, "NAME": name, "BLOB": database.blobs.put(content)})
    return f"{_FOLDER}{key}/{quote(name)}"


def read(database: Database, key: str) -> tuple[str, bytes] | None:
    """The name and bytes of the kept file with this token, or None."""
    found = _files(database).first(TOKEN=key)
    content = database.blobs.get(found["BLOB"]) if found else None
    return None if found is None or content is None else (found["NAME"], content)


def token(path: object) -> str:
    """The token in the path of a kept file; empty for anything else."""
    parts = str(path).split("/")
    return parts[_TOKEN_PLACE] if str(path).startswith(_FOLDER) and len(parts) > _TOKEN_PLACE else ""


def number(database: Database, path: object) -> int | None:
    """The number of the kept file that is served under a path, or None."""
    found = _files(database).first(TOKEN=token(path))
    return found["id"] if found else None


def forget(database: Database, path: object) -> None:
    """Destroy the file that is served under a path; anything else is passed over."""
    found = _files(database).first(TOKEN=token(path))
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
