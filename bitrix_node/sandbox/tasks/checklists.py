"""Checklists of tasks: a checklist is an item without a parent, its entries are items below it, to any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.tasks import store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

PARTICIPANT, OBSERVER = "A", "U"
_ROLES = {PARTICIPANT: "ACCOMPLICES", OBSERVER: "AUDITORS"}
_FIRST_CHECKLIST = "BX_CHECKLIST_1"


def collection(database: Database) -> Collection:
    """The stored items of all checklists."""
    return database.collection("task_checklist_items", index=("task_id",))


def find(database: Database, task: Record, item_id: int) -> Record | None:
    """The item of a task with this id, or None."""
    item = collection(database).get(item_id)
    return item if item is not None and item["task_id"] == task["id"] else None


def add(call: Call, task: Record, fields: Mapping[str, Any]) -> Record:
    """Put an item into a checklist, or start a checklist.

    Without `PARENT_ID` the item goes into the first checklist of the task, which is made if there is none; a parent
    that the task does not have starts a new checklist.

    Args:
        call: the call that asks for it.
        task: the stored task.
        fields: `TITLE`, and what else `clean` gives.

    Returns:
        the stored item.
    """
    items = collection(call.database)
    parent_id = fields.get("PARENT_ID")
    if parent_id is None:
        first = items.first(task_id=task["id"], PARENT_ID=0)
        parent_id = first["id"] if first else _insert(call, task, {"TITLE": _FIRST_CHECKLIST}, 0)["id"]
    elif find(call.database, task, parent_id) is None:
        parent_id = 0
    item = _insert(call, task, fields, parent_id)
    _enlist(call, task, item["MEMBERS"])
    return item


def update(call: Call, task: Record, item: Record, fields: Mapping[str, Any]) -> None:
    """Change an item; members that are given take the place of those it has.

    Args:
        call: the call that asks for it.
        task: the stored task.
        item: the stored item.
        fields: what `clean` gives.
    """
    changes = dict(fields)
    if "PARENT_ID" in changes and find(call.database, task, changes["PARENT_ID"]) is None:
        changes["PARENT_ID"] = 0
    if changes.get("IS_COMPLETE", item["IS_COMPLETE"]) != item["IS_COMPLETE"]:
        changes |= _toggled(call)
    collection(call.database).update(item["id"], changes)
    _enlist(call, task, changes.get("MEMBERS", {}))


def remove(database: Database, item: Record) -> None:
    """Delete an item with all that is below it."""
    for child in collection(database).find(task_id=item["task_id"], PARENT_ID=item["id"]):
        remove(database, child)
    collection(database).delete(item["id"])


def may_change(call: Call, task: Record, item: Record) -> bool:
    """Whether the caller may change or remove an item: who does the task, who made it or the item, administrators."""
    doing = (task["RESPONSIBLE_ID"], *task["ACCOMPLICES"], item["CREATED_BY"])
    return store.may_edit(call, task) or call.user_id in doing


def _insert(call: Call, task: Record, fields: Mapping[str, Any], parent_id: int) -> Record:
    items = collection(call.database)
    item: Record = {
        "task_id": task["id"],
        "CREATED_BY": call.user_id,
        "SORT_INDEX": items.count(task_id=task["id"], PARENT_ID=parent_id),
        "IS_COMPLETE": "N",
        "IS_IMPORTANT": "N",
        "TOGGLED_BY": None,
        "TOGGLED_DATE": "",
        "MEMBERS": {},
        **fields,
        "PARENT_ID": parent_id,
    }
    if item["IS_COMPLETE"] == "Y":
        item |= _toggled(call)
    return {"id": items.insert(item), **item}


def _toggled(call: Call) -> dict[str, Any]:
    return {"TOGGLED_BY": call.user_id, "TOGGLED_DATE": timestamp(call.now)}


def _enlist(call: Call, task: Record, members: Mapping[str, str]) -> None:
    """Makes the members of an item members of the task in the same roles."""
    current = store.collection(call.database).get(task["id"]) or task
    lists = {name: list(current[name]) for name in _ROLES.values()}
    for user_id, role in members.items():
        listed = lists[_ROLES[role]]
        listed += [int(user_id)] if int(user_id) not in listed else []
    store.collection(call.database).update(task["id"], lists)
