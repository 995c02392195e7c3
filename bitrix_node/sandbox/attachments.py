"""Files that hang on other records: kept in the drive of whoever brings them, linked by their numbers there."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.disk import content, tree
from bitrix_node.sandbox.disk.visitor import FOLDER, Visitor, full_name

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call

FOLDER_NAME = "Uploaded files"


def keep(call: Call, sent: Any, code: str) -> list[int]:
    """Put files into the drive.

    Args:
        call: whose drive they go to.
        sent: files as `[name, base64]`, `{"fileData": [name, base64]}`, or numbers of files that are there already.
        code: error code for content that is not Base64.

    Returns:
        their numbers in the drive, in order.

    Raises:
        RestError: with that code, or `ERROR_NOT_FOUND` and `ACCESS_DENIED` for a number.
    """
    entries = list(sent.values()) if isinstance(sent, dict) and "fileData" not in sent else sent
    entries = entries if isinstance(entries, list) else [entries]
    return [_keep_one(Visitor.of(call), entry, code) for entry in entries if entry]


def describe(call: Call, file_ids: list[int]) -> dict[str, Any]:
    """Write attached files as the timeline shows them, by number; files destroyed meanwhile are left out."""
    visitor = Visitor.of(call)
    records = [record for number in file_ids if (record := visitor.objects.get(number))]
    return {str(record["id"]): _described(visitor, record) for record in records}


def links(call: Call, file_ids: list[int]) -> list[dict[str, Any]]:
    """Write attached files as activities show them: number and address."""
    return [{"id": entry["id"], "url": entry["urlDownload"]} for entry in describe(call, file_ids).values()]


def _keep_one(visitor: Visitor, entry: Any, code: str) -> int:
    if isinstance(entry, dict):
        entry = entry.get("fileData") or list(entry.values())
    if not isinstance(entry, list):
        number = to_integer(str(entry).removeprefix("n")) or 0
        return int(visitor.object(number, "file")["id"])
    name = str(entry[0]) if len(entry) > 1 else "file"
    return int(content.add_file(visitor, _folder(visitor), name, content.decode(entry, code), unique=True)["id"])


def _folder(visitor: Visitor) -> Record:
    user = visitor.database.collection("users").get(visitor.user_id) or {"id": visitor.user_id}
    storage = visitor.storage_of("user", str(visitor.user_id), full_name(user))
    root = visitor.object(storage["ROOT_OBJECT_ID"], FOLDER)
    known = (child for child in tree.children(visitor, root["id"]) if child["NAME"] == FOLDER_NAME)
    return next(known, None) or tree.add_folder(visitor, root, FOLDER_NAME)


def _described(visitor: Visitor, record: Record) -> dict[str, Any]:
    author = visitor.database.collection("users").get(record["CREATED_BY"]) or {}
    url = content.download_url(visitor.portal, record)
    guessed = mimetypes.guess_type(record["NAME"])[0] or ""
    return {
        "id": record["id"],
        "date": record["CREATE_TIME"],
        "type": "image" if guessed.startswith("image/") else "file",
        "name": record["NAME"],
        "size": record["SIZE"],
        "authorId": record["CREATED_BY"],
        "authorName": f"{author.get('NAME', '')} {author.get('LAST_NAME', '')}".strip(),
        "urlPreview": url,
        "urlShow": url,
        "urlDownload": url,
    }
