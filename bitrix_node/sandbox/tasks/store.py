"""Making, reading, changing and removing tasks under the portal's rules, whichever version of the API asks."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm import task_activities
from bitrix_node.sandbox.tasks import statuses
from bitrix_node.sandbox.tasks.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_OWNED = {
    "task_comments": "task_id",
    "task_checklist_items": "task_id",
    "task_results": "task_id",
    "task_places": "TASK_ID",
}


class TaskFault(Exception):
    """A field holds what the portal does not accept.

    Attributes:
        field: stored name of the field.
        message: what is wrong, for a person.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def collection(database: Database) -> Collection:
    """The stored tasks."""
    return database.collection("tasks")


def visible(call: Call, task_id: int) -> Record | None:
    """The task with this id if the caller takes part in it or administers the portal, or None."""
    task = collection(call.database).get(task_id)
    return task if task and (call.is_admin or call.user_id in _people(task)) else None


def visibility(call: Call) -> dict[str, Any]:
    """The filter that keeps to the tasks the caller may see."""
    if call.is_admin:
        return {}
    roles = ("CREATED_BY", "RESPONSIBLE_ID", "ACCOMPLICES", "AUDITORS")
    return {"0": {"LOGIC": "OR", **dict.fromkeys(roles, call.user_id)}}


def may_edit(call: Call, task: Record) -> bool:
    """Tell whether the caller may change a task's fields or remove it: its creator and administrators may."""
    return call.is_admin or call.user_id == task["CREATED_BY"]


def create(call: Call, fields: Mapping[str, Any]) -> Record:
    """Make a task.

    Args:
        call: the call that asks for it.
        fields: stored names and stored values.

    Returns:
        the stored task.

    Raises:
        TaskFault: a required field is missing or a value cannot stand.
    """
    moment = timestamp(call.now)
    task: Record = {name: field.default for name, field in FIELDS.items()}
    task |= {"CREATED_BY": call.user_id, **fields}
    task |= {"CREATED_DATE": moment, "CHANGED_BY": call.user_id, "CHANGED_DATE": moment, "ACTIVITY_DATE": moment}
    task |= {"STATUS_CHANGED_DATE": moment, "GUID": f"{{{uuid.uuid4()}}}"}
    _check(call.database, task, 0)
    if task["STATUS"] != statuses.PENDING:
        task |= statuses.moved_to(call, task, task["STATUS"])
    created = {"id": collection(call.database).insert(task), **task}
    task_activities.mirror(call, created)
    return created


def update(call: Call, task: Record, fields: Mapping[str, Any]) -> Record:
    """Change a task.

    Args:
        call: the call that asks for it.
        task: the task as it is stored.
        fields: stored names and stored values; fields not named stay.

    Returns:
        the task as it is now.

    Raises:
        TaskFault: a value cannot stand.
    """
    changed = {**task, **fields}
    _check(call.database, changed, task["id"])
    if changed["STATUS"] != task["STATUS"]:
        changed |= statuses.moved_to(call, task, changed["STATUS"])
    return _touch(call, changed)


def act(call: Call, task: Record, action: str) -> Record:
    """Take a status action that `statuses.is_possible` allows, and return the task as it is now."""
    return _touch(call, {**task, **statuses.changes(call, task, action)})


def remove(database: Database, task: Record) -> None:
    """Delete a task with what belongs to it; its subtasks become tasks of their own."""
    for child in collection(database).find(PARENT_ID=task["id"]):
        collection(database).update(child["id"], {"PARENT_ID": None})
    task_activities.forget(database, task["id"])
    for name, field in _OWNED.items():
        owned = database.collection(name)
        for record in owned.find(**{field: task["id"]}):
            owned.delete(record["id"])
    collection(database).delete(task["id"])


def _touch(call: Call, task: Record) -> Record:
    moment = timestamp(call.now)
    revision = (task["OUTLOOK_VERSION"] or 0) + 1
    task |= {"CHANGED_BY": call.user_id, "CHANGED_DATE": moment, "ACTIVITY_DATE": moment, "OUTLOOK_VERSION": revision}
    collection(call.database).update(task["id"], task)
    task_activities.mirror(call, task)
    return task


def _people(task: Record) -> set[int]:
    return {task["CREATED_BY"], task["RESPONSIBLE_ID"], *task["ACCOMPLICES"], *task["AUDITORS"]}


def _check(database: Database, task: Record, task_id: int) -> None:
    if not str(task["TITLE"] or "").strip():
        raise TaskFault("TITLE", "Task title not specified")
    if not task["RESPONSIBLE_ID"]:
        raise TaskFault("RESPONSIBLE_ID", "Responsible person not specified")
    if database.collection("users").get(task["RESPONSIBLE_ID"]) is None:
        raise TaskFault("RESPONSIBLE_ID", 'User specified in the "Responsible" field not found')
    if database.collection("users").get(task["CREATED_BY"]) is None:
        raise TaskFault("CREATED_BY", 'User specified in the "Creator" field not found')
    if task["STATUS"] not in (*statuses.OPEN, statuses.AWAITING_REVIEW, statuses.COMPLETED):
        raise TaskFault("STATUS", "Incorrect status")
    if task["START_DATE_PLAN"] and task["END_DATE_PLAN"] and task["END_DATE_PLAN"] < task["START_DATE_PLAN"]:
        raise TaskFault("END_DATE_PLAN", "The end date in scheduling is earlier than the start date")
    if task["PARENT_ID"]:
        _check_parent(database, task["PARENT_ID"], task_id)


def _check_parent(database: Database, parent_id: int, task_id: int) -> None:
    if parent_id == task_id:
        raise TaskFault("PARENT_ID", "Cannot bind the node to itself")
    ancestor = collection(database).get(parent_id)
    if ancestor is None:
        raise TaskFault("PARENT_ID", 'Task specified in the "Parent Task" field not found')
    while ancestor is not None and ancestor["PARENT_ID"]:
        if ancestor["PARENT_ID"] == task_id:
            raise TaskFault("PARENT_ID", "Creating cyclic links in tasks is prohibited")
        ancestor = collection(database).get(ancestor["PARENT_ID"])
