"""The tree of folders and files: names, moving, copying, the recycle bin, deleting."""

from __future__ import annotations

import secrets
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.disk import sharing
from bitrix_node.sandbox.disk.visitor import ALIVE, FILE, FOLDER, TRASHED, TRASHED_WITH_FOLDER, Visitor, new_object
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


def add_folder(visitor: Visitor, parent: Record, name: str) -> Record:
    """Make a folder inside another.

    Raises:
        RestError: `DISK_OBJ_22000` when the name is taken there.
    """
    _require_free(visitor, parent["id"], name, FOLDER)
    record = new_object(visitor, FOLDER, name, parent["STORAGE_ID"], parent["id"])
    return {"id": visitor.objects.insert(record), **record}


def rename(visitor: Visitor, entry: Record, name: str) -> Record:
    """Give a folder or file another name.

    Raises:
        RestError: `0` for an empty name, `DISK_OBJ_22000` for a taken one.
    """
    if not name.strip():
        raise RestError("0", "Empty name")
    if name != entry["NAME"]:
        _require_free(visitor, entry["PARENT_ID"], name, entry["TYPE"])
    return _change(visitor, entry, NAME=name)


def move(visitor: Visitor, entry: Record, target: Record) -> Record:
    """Put a folder or file into another folder.

    Raises:
        RestError: `DISK_OBJ_22000` when the name is taken there or a folder would end up inside itself; an empty code
            for the root of a storage.
    """
    if entry["PARENT_ID"] is None:
        raise RestError("", "Could not move root folder")
    if any(folder["id"] == entry["id"] for folder in visitor.lineage(target)):
        raise RestError("DISK_OBJ_22000", "Could not move folder into itself")
    if target["id"] != entry["PARENT_ID"]:
        _require_free(visitor, target["id"], entry["NAME"], entry["TYPE"])
    for inner in descendants(visitor, entry):
        visitor.objects.update(inner["id"], {"STORAGE_ID": target["STORAGE_ID"]})
    return _change(visitor, entry, PARENT_ID=target["id"], STORAGE_ID=target["STORAGE_ID"])


def copy(visitor: Visitor, entry: Record, target: Record) -> Record:
    """Copy a folder with its content, or a file with its bytes, into another folder.

    Raises:
        RestError: `DISK_OBJ_22000` when the name is taken there.
    """
    _require_free(visitor, target["id"], entry["NAME"], entry["TYPE"])
    inner = children(visitor, entry["id"]) if entry["TYPE"] == FOLDER else []
    record = new_object(visitor, entry["TYPE"], entry["NAME"], target["STORAGE_ID"], target["id"])
    if entry["TYPE"] == FILE:
        content = visitor.database.blobs.get(entry["FILE_ID"]) or b""
        record |= {"GLOBAL_CONTENT_VERSION": 1, **keep(visitor, content)}
    copied = {"id": visitor.objects.insert(record), **record}
    for child in inner:
        copy(visitor, child, copied)
    return copied


def throw_away(visitor: Visitor, entry: Record) -> Record:
    """Put a folder or file into the recycle bin.

    Raises:
        RestError: `DISK_OBJ_22000` for the root of a storage.
    """
    _require_not_root(entry)
    for inner in descendants(visitor, entry):
        visitor.objects.update(inner["id"], {"DELETED_TYPE": TRASHED_WITH_FOLDER})
    return _change(visitor, entry, DELETED_TYPE=TRASHED, DELETE_TIME=visitor.moment, DELETED_BY=visitor.user_id)


def restore(visitor: Visitor, entry: Record) -> Record:
    """Take a folder or file out of the recycle bin; a name taken meanwhile gets a number."""
    for inner in descendants(visitor, entry):
        if inner["DELETED_TYPE"] == TRASHED_WITH_FOLDER:
            visitor.objects.update(inner["id"], {"DELETED_TYPE": ALIVE})
    name = entry["NAME"] if entry["DELETED_TYPE"] == ALIVE else free_name(visitor, entry["PARENT_ID"], entry["NAME"])
    return _change(visitor, entry, DELETED_TYPE=ALIVE, NAME=name)


def delete(visitor: Visitor, entry: Record) -> None:
    """Destroy a folder with its content, or a file with its bytes.

    Raises:
        RestError: `DISK_OBJ_22000` for the root of a storage.
    """
    _require_not_root(entry)
    for doomed in (entry, *descendants(visitor, entry)):
        versions = visitor.versions.find(OBJECT_ID=doomed["id"])
        for content in (doomed, *versions):
            visitor.database.blobs.delete(content.get("FILE_ID") or 0)
        for version in versions:
            visitor.versions.delete(version["id"])
        sharing.forget(visitor, doomed["id"])
        visitor.objects.delete(doomed["id"])


def children(visitor: Visitor, folder_id: int) -> list[Record]:
    """What lies directly in a folder, the recycle bin aside."""
    return visitor.objects.find(PARENT_ID=folder_id, DELETED_TYPE=ALIVE)


def descendants(visitor: Visitor, entry: Record) -> list[Record]:
    """Everything below a folder, trashed entries included; nothing for a file."""
    found: list[Record] = []
    waiting = [entry["id"]] if entry["TYPE"] == FOLDER else []
    while waiting:
        inner = visitor.objects.find(PARENT_ID=waiting.pop())
        found += inner
        waiting += [child["id"] for child in inner if child["TYPE"] == FOLDER]
    return found


def free_name(visitor: Visitor, folder_id: int, name: str) -> str:
    """The name itself where it is free, otherwise with the first free number: `report (1).pdf`."""
    taken = {child["NAME"].casefold() for child in children(visitor, folder_id)}
    path = PurePosixPath(name)
    number, candidate = 0, name
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{path.stem} ({number}){path.suffix}"
    return candidate


def keep(visitor: Visitor, content: bytes) -> dict[str, Any]:
    """Store bytes; what a file or version records of them: where they lie, their size, and the token of their link."""
    return {"FILE_ID": visitor.database.blobs.put(content), "SIZE": len(content), "TOKEN": secrets.token_urlsafe(24)}


def require_free_name(visitor: Visitor, folder_id: int, name: str) -> None:
    """Refuse a file name that is taken in a folder.

    Raises:
        RestError: `DISK_OBJ_22000`.
    """
    _require_free(visitor, folder_id, name, FILE)


def _require_free(visitor: Visitor, folder_id: int, name: str, kind: str) -> None:
    if free_name(visitor, folder_id, name) != name:
        raise RestError("DISK_OBJ_22000", f"A {kind} with this name already exists")


def _require_not_root(entry: Record) -> None:
    if entry["PARENT_ID"] is None:
        raise RestError("DISK_OBJ_22000", "Could not delete root folder")


def _change(visitor: Visitor, entry: Record, **changes: object) -> Record:
    stamped = {**changes, "UPDATE_TIME": visitor.moment, "UPDATED_BY": visitor.user_id}
    visitor.objects.update(entry["id"], stamped)
    return {**entry, **stamped}
