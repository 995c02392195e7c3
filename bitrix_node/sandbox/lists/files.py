"""Files in elements: those that came with a call, and those of the drive."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.disk.visitor import FILE, Visitor

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call


def kept(database: Database) -> Collection:
    """Files that came with elements."""
    return database.collection("lists_files")


def keep(database: Database, name: str, content: bytes) -> str:
    """Keep a file.

    Returns:
        its number, as text.
    """
    record = {"NAME": name, "BLOB": database.blobs.put(content), "TOKEN": secrets.token_hex(16)}
    return str(kept(database).insert(record))


def forget(database: Database, number: str) -> None:
    """Destroy a kept file."""
    file = kept(database).get(int(number))
    if file is not None:
        database.blobs.delete(file["BLOB"])
        kept(database).delete(file["id"])


def address(database: Database, element: Record, field_id: str, number: str) -> str:
    """The path below the portal's address under which a kept file is served; whoever has it needs no credentials."""
    file = kept(database).get(int(number)) or {}
    place = f"{element['IBLOCK_ID']}/file/{element['IBLOCK_SECTION_ID'] or 0}/{element['id']}/{field_id}/{number}"
    return f"/company/lists/{place}/?ncc=y&download=y&token={file.get('TOKEN', '')}"


def attachments(database: Database) -> Collection:
    """Files of the drive that hang on other records."""
    return database.collection("disk_attached", index=("OBJECT_ID",))


def attach(call: Call, file_id: int, element_id: int) -> str:
    """Hang a file of the drive on an element.

    Args:
        call: who attaches it.
        file_id: its number on the drive.
        element_id: the element.

    Returns:
        the number of the attachment, as text.

    Raises:
        RestError: there is no such file, or the caller may not read it.
    """
    file = Visitor.of(call).object(file_id, FILE)
    record: Record = {
        "OBJECT_ID": file["id"],
        "MODULE_ID": "lists",
        "ENTITY_TYPE": "iblock_workflow",
        "ENTITY_ID": element_id,
        "CREATE_TIME": timestamp(call.now),
        "CREATED_BY": call.user_id,
        "TOKEN": secrets.token_hex(16),
    }
    return str(attachments(call.database).insert(record))


def attachment_address(number: str) -> str:
    """The path below the portal's address under which people who are signed in open an attachment."""
    return f"/bitrix/tools/disk/uf.php?attachedId={number}&action=download&ncc=1"
