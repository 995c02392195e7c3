"""The bytes of files: coming in as Base64 or as a form upload, kept in versions, found again by a link's token."""

from __future__ import annotations

import base64
import binascii
import secrets
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.disk import tree
from bitrix_node.sandbox.disk.visitor import FILE, Visitor, new_object
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


def decode(content: Any, code: str) -> bytes:
    """Read a `fileContent` argument.

    Args:
        content: `[name, base64]`, or the Base64 text alone.
        code: error code for content that is not Base64.

    Returns:
        the bytes.

    Raises:
        RestError: with that code.
    """
    if isinstance(content, dict):
        content = list(content.values())
    text = content[-1] if isinstance(content, list) and content else content
    try:
        return base64.b64decode("".join(str(text).split()), validate=True)
    except (binascii.Error, ValueError):
        raise RestError(code, "Could not save file") from None


def add_file(visitor: Visitor, folder: Record, name: str, content: bytes, *, unique: bool) -> Record:
    """Keep a new file.

    Args:
        visitor: who brings it.
        folder: where to.
        name: its name.
        content: its bytes.
        unique: number the name when it is taken, instead of refusing.

    Returns:
        the file.

    Raises:
        RestError: `DISK_OBJ_22000` for a taken name.
    """
    if unique:
        name = tree.free_name(visitor, folder["id"], name)
    tree.require_free_name(visitor, folder["id"], name)
    record = new_object(visitor, FILE, name, folder["STORAGE_ID"], folder["id"])
    record |= {"GLOBAL_CONTENT_VERSION": 1, **tree.keep(visitor, content)}
    return {"id": visitor.objects.insert(record), **record}


def add_version(visitor: Visitor, file: Record, name: str, content: bytes) -> Record:
    """Replace a file's bytes; the former ones become a version."""
    former = {key: file[key] for key in ("NAME", "SIZE", "FILE_ID", "TOKEN", "GLOBAL_CONTENT_VERSION")}
    former |= {"OBJECT_ID": file["id"], "CREATE_TIME": file["UPDATE_TIME"], "CREATED_BY": file["UPDATED_BY"]}
    visitor.versions.insert(former)
    changes: dict[str, Any] = {
        "NAME": name or file["NAME"],
        "UPDATE_TIME": visitor.moment,
        "UPDATED_BY": visitor.user_id,
        "GLOBAL_CONTENT_VERSION": file["GLOBAL_CONTENT_VERSION"] + 1,
        **tree.keep(visitor, content),
    }
    visitor.objects.update(file["id"], changes)
    return {**file, **changes}


def offer_upload(visitor: Visitor, folder: Record, *, unique: bool) -> dict[str, str]:
    """Open an address to which a form may bring one file, and tell the name of the form's field."""
    token = secrets.token_urlsafe(24)
    ticket = {"TOKEN": token, "FOLDER_ID": folder["id"], "USER_ID": visitor.user_id, "UNIQUE": unique}
    visitor.database.collection("disk_uploads").insert(ticket)
    return {"field": "file", "uploadUrl": f"{visitor.portal}/rest/upload.json?token=disk%7C{token}"}


def download_url(portal: str, content: Record) -> str:
    """The address of a file's or version's bytes; whoever has it needs no other credentials."""
    return f"{portal}/rest/download.json?token=disk%7C{content['TOKEN']}"
