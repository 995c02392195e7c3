"""Access for others: levels given to people, and links that open a folder or file to anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import public_links
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.disk.visitor import Level
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.disk.visitor import Visitor

PUBLIC_KIND = "disk"
TASKS: tuple[tuple[int, str, str, Level], ...] = (
    (79, "disk_access_full", "Full access", Level.FULL),
    (75, "disk_access_edit", "Edit", Level.EDIT),
    (73, "disk_access_add", "Add", Level.ADD),
    (71, "disk_access_read", "Read", Level.READ),
)
"""The levels that can be given: id, code, caption, level."""


def levels() -> list[dict[str, str]]:
    """The levels as `disk.rights.getTasks` lists them."""
    return [{"ID": str(number), "NAME": name, "TITLE": title} for number, name, title, _ in TASKS]


def share(visitor: Visitor, entry: Record, user_id: int, task: str) -> None:
    """Give a person a level of access to a folder, in place of the one that they had.

    Args:
        visitor: who gives it.
        entry: the folder.
        user_id: who gets it.
        task: code of the level.

    Raises:
        RestError: `ACCESS_DENIED` for an unknown level and for one above the giver's own.
    """
    level = next((level for _, name, _, level in TASKS if name == task), None)
    if level is None or level > visitor.level_of(entry):
        raise RestError("ACCESS_DENIED", "Access denied")
    _give(visitor, entry, f"U{user_id}", level)


def grant(visitor: Visitor, entry: Record, rights: Iterable[Any]) -> None:
    """Give access to a file that was just uploaded.

    Args:
        visitor: who uploaded it.
        entry: the file.
        rights: `{TASK_ID, ACCESS_CODE}` each; whatever names no level is passed over.
    """
    known = {number: level for number, _, _, level in TASKS}
    for right in rights:
        task = to_integer(right.get("TASK_ID")) if isinstance(right, dict) else None
        if task in known and right.get("ACCESS_CODE"):
            _give(visitor, entry, str(right["ACCESS_CODE"]), known[task])


def link(visitor: Visitor, entry: Record) -> str:
    """The public address of a folder or file; asked for again, it is the same."""
    return visitor.portal + public_links.path(visitor.database, PUBLIC_KIND, entry["id"])


def forget(visitor: Visitor, object_id: int) -> None:
    """Drop what was shared of a folder or file that is no more."""
    for given in visitor.shares.find(OBJECT_ID=object_id):
        visitor.shares.delete(given["id"])
    public_links.close(visitor.database, PUBLIC_KIND, object_id)


def _give(visitor: Visitor, entry: Record, code: str, level: Level) -> None:
    former = visitor.shares.first(OBJECT_ID=entry["id"], ACCESS_CODE=code)
    if former is not None:
        visitor.shares.update(former["id"], {"LEVEL": int(level)})
        return
    visitor.shares.insert({"OBJECT_ID": entry["id"], "ACCESS_CODE": code, "LEVEL": int(level)})
