"""`disk.folder.*` and `disk.file.*`: what people do with folders and files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.disk import tree, views
from bitrix_node.sandbox.disk.arguments import children_page, needed_id, needed_name, upload
from bitrix_node.sandbox.disk.visitor import FILE, FOLDER, Level, Visitor
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record


def _target(call: Call, visitor: Visitor) -> Record:
    return visitor.object(needed_id(call, "targetFolderId", 1), FOLDER, Level.ADD)


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


@dataclass(frozen=True, slots=True)
class Deed:
    """A method that folders and files share and that answers with the entry.

    Attributes:
        perform: what is done.
        level: what it takes for a folder and for a file.
        makes_new: whether it makes a new entry.
    """

    perform: Callable[[Call, Visitor, Record], Record]
    level: tuple[Level, Level]
    makes_new: bool = False


_DEEDS: dict[str, Deed] = {
    "get": Deed(_look, (Level.READ, Level.READ)),
    "rename": Deed(_rename, (Level.EDIT, Level.EDIT)),
    "moveTo": Deed(_move, (Level.EDIT, Level.EDIT)),
    "copyTo": Deed(_copy, (Level.READ, Level.READ), makes_new=True),
    "markDeleted": Deed(_throw_away, (Level.FULL, Level.EDIT)),
    "restore": Deed(_restore, (Level.ADMINISTRATOR, Level.EDIT)),
}


def _declare(kind: str, name: str, deed: Deed) -> None:
    level = deed.level[0 if kind == FOLDER else 1]

    @method(f"disk.{kind}.{name}", scope="disk")
    def perform(call: Call) -> dict[str, Any]:
        visitor = Visitor.of(call)
        entry = visitor.object(needed_id(call), kind, level)
        return views.entry(visitor, deed.perform(call, visitor, entry), new=deed.makes_new)


for _kind in (FOLDER, FILE):
    for _name, _deed in _DEEDS.items():
        _declare(_kind, _name, _deed)


@method("disk.folder.getChildren", scope="disk")
def get_children(call: Call) -> Page:
    """List what lies in a folder."""
    visitor = Visitor.of(call)
    return children_page(call, visitor, visitor.object(needed_id(call), FOLDER)["id"])


@method("disk.folder.addSubFolder", scope="disk")
def add_folder(call: Call) -> dict[str, Any]:
    """Make a folder inside another."""
    visitor = Visitor.of(call)
    parent = visitor.object(needed_id(call), FOLDER, Level.ADD)
    return views.entry(visitor, tree.add_folder(visitor, parent, needed_name(call)), new=True)


@method("disk.folder.uploadFile", scope="disk")
def upload_file(call: Call) -> dict[str, Any]:
    """Put a file into a folder."""
    visitor = Visitor.of(call)
    return upload(call, visitor, visitor.object(needed_id(call), FOLDER, Level.ADD))


@method("disk.folder.deleteTree", scope="disk")
def delete_tree(call: Call) -> bool:
    """Destroy a folder and everything in it."""
    visitor = Visitor.of(call)
    tree.delete(visitor, visitor.object(needed_id(call), FOLDER, Level.FULL))
    return True


@method("disk.file.delete", scope="disk")
def delete_file(call: Call) -> bool:
    """Destroy a file with all its versions."""
    visitor = Visitor.of(call)
    tree.delete(visitor, visitor.object(needed_id(call), FILE, Level.FULL))
    return True
