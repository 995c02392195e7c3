"""`disk.folder.*` and `disk.file.*`: what people do with folders and files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.disk import content, tree, views
from bitrix_node.sandbox.disk.arguments import children_page, names_of, needed_id, needed_name, upload
from bitrix_node.sandbox.disk.visitor import FILE, FOLDER, Visitor
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record


def _target(call: Call, visitor: Visitor) -> Record:
    return visitor.object(needed_id(call, "targetFolderId", 1), FOLDER)


def _rename(call: Call, visitor: Visitor, entry: Record) -> Record:
    return tree.rename(visitor, entry, call.text("newName"))


def _move(call: Call, visitor: Visitor, entry: Record) -> Record:
    return tree.move(visitor, entry, _target(call, visitor))


def _copy(call: Call, visitor: Visitor, entry: Record) -> Record:
    return tree.copy(visitor, entry, _target(call, visitor))


def _throw_away(_call: Call, visitor: Visitor, entry: Record) -> Record:
    return tree.throw_away(visitor, entry)


def _restore(_call: Call, visitor: Visitor, entry: Record) -> Record:
    return tree.restore(visitor, entry)


def _look(_call: Call, _visitor: Visitor, entry: Record) -> Record:
    return entry


_DEEDS: dict[str, tuple[Callable[[Call, Visitor, Record], Record], bool]] = {
    "get": (_look, False),
    "rename": (_rename, False),
    "moveTo": (_move, False),
    "copyTo": (_copy, True),
    "markDeleted": (_throw_away, False),
    "restore": (_restore, False),
}
"""Methods that folders and files share and that answer with the entry: what is done, and whether it makes a new one."""


def _declare(kind: str, name: str, deed: Callable[[Call, Visitor, Record], Record], *, makes_new: bool) -> None:
    @method(f"disk.{kind}.{name}", scope="disk")
    def perform(call: Call) -> dict[str, Any]:
        visitor = Visitor.of(call)
        entry = visitor.object(needed_id(call), kind)
        return views.entry(visitor, deed(call, visitor, entry), new=makes_new)


for _kind in (FOLDER, FILE):
    for _name, (_deed, _makes_new) in _DEEDS.items():
        _declare(_kind, _name, _deed, makes_new=_makes_new)


@method("disk.folder.getChildren", scope="disk")
def get_children(call: Call) -> Page:
    """List what lies in a folder."""
    visitor = Visitor.of(call)
    return children_page(call, visitor, visitor.object(needed_id(call), FOLDER)["id"])


@method("disk.folder.addSubFolder", scope="disk")
def add_folder(call: Call) -> dict[str, Any]:
    """Make a folder inside another."""
    visitor = Visitor.of(call)
    parent = visitor.object(needed_id(call), FOLDER)
    return views.entry(visitor, tree.add_folder(visitor, parent, needed_name(call)), new=True)


@method("disk.folder.uploadFile", scope="disk")
def upload_file(call: Call) -> dict[str, Any]:
    """Put a file into a folder."""
    visitor = Visitor.of(call)
    return upload(call, visitor, visitor.object(needed_id(call), FOLDER))


@method("disk.folder.deleteTree", scope="disk")
def delete_tree(call: Call) -> bool:
    """Destroy a folder and everything in it."""
    visitor = Visitor.of(call)
    tree.delete(visitor, visitor.object(needed_id(call), FOLDER))
    return True


@method("disk.file.delete", scope="disk")
def delete_file(call: Call) -> bool:
    """Destroy a file with all its versions."""
    visitor = Visitor.of(call)
    tree.delete(visitor, visitor.object(needed_id(call), FILE))
    return True


@method("disk.file.uploadVersion", scope="disk")
def upload_version(call: Call) -> dict[str, Any]:
    """Replace a file's bytes and keep the former ones as a version."""
    visitor = Visitor.of(call)
    file = visitor.object(needed_id(call), FILE)
    sent = call.sequence("fileContent", required="ERROR_ARGUMENT", message="Invalid value of parameter {Parameter #1}")
    data = content.decode(sent, "DISK_FILE_22002")
    name = str(sent[0]) if len(sent) > 1 else ""
    return views.entry(visitor, content.add_version(visitor, file, name, data))


@method("disk.file.getVersions", scope="disk")
def get_versions(call: Call) -> Page:
    """List a file's former contents, newest first."""
    visitor = Visitor.of(call)
    file = visitor.object(needed_id(call), FILE)
    rows, total = visitor.versions.query(
        {"0": {"OBJECT_ID": file["id"]}, "1": call.mapping("filter")},
        {"ID": "DESC"},
        start=call.start,
        field_name=names_of(views.VERSION_FIELDS),
    )
    return call.page([views.version(visitor, row) for row in rows], total)
