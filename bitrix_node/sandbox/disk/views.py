"""Storages, folders, files and versions as `disk.*` writes them: upper-case keys, numbers as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bitrix_node.sandbox.disk import content
from bitrix_node.sandbox.disk.visitor import FOLDER

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.disk.visitor import Visitor

STORAGE_FIELDS = ("ID", "NAME", "CODE", "MODULE_ID", "ENTITY_TYPE", "ENTITY_ID", "ROOT_OBJECT_ID")
_BEFORE = ("ID", "NAME", "CODE", "STORAGE_ID", "TYPE")
_AFTER = ("PARENT_ID", "DELETED_TYPE")
_CONTENT = ("GLOBAL_CONTENT_VERSION", "FILE_ID", "SIZE")
_HISTORY = ("CREATE_TIME", "UPDATE_TIME", "DELETE_TIME", "CREATED_BY", "UPDATED_BY", "DELETED_BY")
OBJECT_FIELDS = (*_BEFORE, "REAL_OBJECT_ID", *_AFTER, *_CONTENT, *_HISTORY)
VERSION_FIELDS = ("ID", "OBJECT_ID", "SIZE", "NAME", "GLOBAL_CONTENT_VERSION", "CREATE_TIME", "CREATED_BY")
_UNFILTERED = frozenset(
    {*_CONTENT, "REAL_OBJECT_ID", "CREATED_BY", "UPDATED_BY", "DELETED_BY", "MODULE_ID", "ROOT_OBJECT_ID"}
)
_TYPES = dict.fromkeys(("NAME", "CODE", "MODULE_ID", "ENTITY_TYPE", "ENTITY_ID"), "string")
_TYPES |= dict.fromkeys(("TYPE", "DELETED_TYPE"), "enum")
_TYPES |= dict.fromkeys(("CREATE_TIME", "UPDATE_TIME", "DELETE_TIME"), "datetime")
_NUMBERS_WHEN_NEW = frozenset({"ID", "REAL_OBJECT_ID", "DELETED_TYPE", "GLOBAL_CONTENT_VERSION", "FILE_ID"})


def storage(record: Record) -> dict[str, Any]:
    """A storage."""
    return {name: _shown(record, name) for name in STORAGE_FIELDS}


def fields(kind: str) -> dict[str, Any]:
    """Describe the fields of storages, folders or files.

    Args:
        kind: `storage`, `folder` or `file`.

    Returns:
        for each field its type and whether filters may name it.
    """
    left_out = {"folder": frozenset(_CONTENT), "file": frozenset({"REAL_OBJECT_ID"})}.get(kind, frozenset())
    names = STORAGE_FIELDS if kind == "storage" else [name for name in OBJECT_FIELDS if name not in left_out]
    return {
        name: {"TYPE": _TYPES.get(name, "integer"), "USE_IN_FILTER": name not in _UNFILTERED, "USE_IN_SHOW": True}
        for name in names
    }


def entry(visitor: Visitor, record: Record, *, new: bool = False) -> dict[str, Any]:
    """A folder or a file.

    Args:
        visitor: who looks.
        record: the stored object.
        new: whether it was made by this very call; Bitrix24 then answers some numbers as numbers.

    Returns:
        the row; files have a `DOWNLOAD_URL`.
    """
    folder = record["TYPE"] == FOLDER
    names = (*_BEFORE, *(("REAL_OBJECT_ID",) if folder else ()), *_AFTER, *(() if folder else _CONTENT), *_HISTORY)
    row = {name: _shown(record, name, new=new) for name in names}
    if not folder:
        row["DOWNLOAD_URL"] = content.download_url(visitor.portal, record)
    return row | {"DETAIL_URL": _detail_url(visitor, record)}


def version(visitor: Visitor, record: Record) -> dict[str, Any]:
    """A former content of a file."""
    row = {name: _shown(record, name) for name in VERSION_FIELDS}
    return row | {"DOWNLOAD_URL": content.download_url(visitor.portal, record)}


def _shown(record: Record, name: str, *, new: bool = False) -> Any:
    value = record["id"] if name in ("ID", "REAL_OBJECT_ID") else record[name]
    as_number = new and name in _NUMBERS_WHEN_NEW
    return str(value) if isinstance(value, int) and not as_number else value


def _detail_url(visitor: Visitor, record: Record) -> str:
    owner = visitor.storages.get(record["STORAGE_ID"]) or {}
    places = {"user": "company/personal/user/{}", "group": "workgroups/group/{}", "common": "docs"}
    place = places.get(owner.get("ENTITY_TYPE", ""), "docs").format(owner.get("ENTITY_ID"))
    names = [ancestor["NAME"] for ancestor in visitor.lineage(record) if ancestor["PARENT_ID"] is not None]
    branch = "path" if record["TYPE"] == FOLDER else "file"
    return f"{visitor.portal}/{place}/disk/{branch}/{quote('/'.join(reversed(names)))}"
