"""Recordings of calls: files on the company's drive, which the statistics point at."""

from __future__ import annotations

import base64
import binascii
import secrets
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bitrix_node.sandbox.disk import content, tree
from bitrix_node.sandbox.disk.visitor import FOLDER
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.telephony.calls import STATISTICS

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.disk.visitor import Visitor

UPLOAD_PATH = "/rest/telephony/upload.json"
_FOLDER = "Telephony - call recordings"
_KINDS = (".wav", ".mp3")


def attach(visitor: Visitor, call: Record, name: str, data: bytes, *, link: str = "") -> int:
    """Keep the recording of a call; a recording that it had is replaced.

    Args:
        visitor: in whose name the file is kept.
        call: the call's entry in the statistics.
        name: the file's name.
        data: its bytes.
        link: where the recording lies outside the portal.

    Returns:
        the file's id on the drive.

    Raises:
        RestError: the name is empty or ends otherwise than in .wav or .mp3.
    """
    require_name(name)
    former = visitor.objects.get(call["RECORD_FILE_ID"]) if call.get("RECORD_FILE_ID") else None
    if former is not None:
        tree.delete(visitor, former)
    file = content.add_file(visitor, _folder(visitor), name, data, unique=True)
    changes = {"RECORD_FILE_ID": file["id"], "CALL_RECORD_URL": link or content.download_url(visitor.portal, file)}
    STATISTICS.collection(visitor.database).update(call["id"], changes)
    return int(file["id"])


def require_name(name: str) -> None:
    """Refuse a name that no recording may have.

    Raises:
        RestError: it is empty or ends otherwise than in .wav or .mp3.
    """
    if not name:
        raise RestError("ERROR_CORE", "File name is empty")
    if PurePosixPath(name).suffix.lower() not in _KINDS:
        raise RestError("ERROR_CORE", "Wrong file extension. Only wav and mp3 are allowed")


def decode(text: str) -> bytes:
    """Read `FILE_CONTENT`.

    Raises:
        RestError: it is empty or no Base64.
    """
    if not text:
        raise RestError("ERROR_CORE", "File content is empty.")
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        text = "File content is not properly encoded. Base64 encoding is expected."
        raise RestError("ERROR_CORE", text) from None


def offer_upload(visitor: Visitor, call: Record, name: str) -> dict[str, str]:
    """Open an address to which a form may bring one recording, and tell the name of the form's field."""
    token = secrets.token_urlsafe(24)
    uploads(visitor.database).insert(
        {"TOKEN": token, "CALL_ID": call["CALL_ID"], "NAME": name, "USER_ID": visitor.user_id}
    )
    return {"uploadUrl": f"{visitor.portal}{UPLOAD_PATH}?token=telephony%7C{token}", "fieldName": "file"}


def uploads(database: Database) -> Collection:
    """Addresses that wait for a recording."""
    return database.collection("telephony_uploads")


def _folder(visitor: Visitor) -> Record:
    storage = visitor.storage_of("common", "shared_files_s1", "Company drive")
    root = visitor.object(storage["ROOT_OBJECT_ID"], FOLDER)
    known = next((entry for entry in tree.children(visitor, root["id"]) if entry["NAME"] == _FOLDER), None)
    return known or tree.add_folder(visitor, root, _FOLDER)
