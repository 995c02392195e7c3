"""CRM activities: the planner's to-dos, and calls, meetings and e-mails on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_text
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm.entity_types import find_entity_type
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.fields import store_date
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

ACTIVITIES = family("activity")
_TODO = {"TYPE_ID": 6, "PROVIDER_ID": "CRM_TODO", "PROVIDER_TYPE_ID": "TODO", "NOTIFY_TYPE": 1, "NOTIFY_VALUE": 15}
_COMPLETED_STATUS = 2


@method("crm.activity.list", scope="crm")
def activity_list(call: Call) -> Page:
    """List activities."""
    rows, total = ACTIVITIES.query(call)
    select = [str(name).upper() for name in call.sequence("select")]
    return call.page([ACTIVITIES.show(row, select) for row in rows], total)


@method("crm.activity.get", scope="crm")
def activity_get(call: Call) -> dict[str, Any]:
    """Fetch an activity."""
    return ACTIVITIES.show(_found(call, call.integer("id")))


@method("crm.activity.fields", scope="crm")
def activity_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of activities."""
    return ACTIVITIES.describe()


@method("crm.activity.add", scope="crm")
def activity_add(call: Call) -> int:
    """Put a call, meeting or e-mail on record."""
    record = _cleaned(call.mapping("fields"), new=True)
    for name in ACTIVITIES.missing(record):
        reason = "or empty" if name == "SUBJECT" else "or invalid"
        raise RestError("", f"The field {name} is not defined {reason}.")
    _owner(call, record.get("OWNER_TYPE_ID") or 0, record.get("OWNER_ID") or 0)
    return _insert(call, record)


@method("crm.activity.update", scope="crm")
def activity_update(call: Call) -> bool:
    """Change an activity."""
    activity = _found(call, call.integer("id"))
    changes = _cleaned(call.mapping("fields"), new=False)
    if "COMPLETED" in changes:
        changes["STATUS"] = _COMPLETED_STATUS if changes["COMPLETED"] == "Y" else 1
    _save(call, activity["id"], changes)
    return True


@method("crm.activity.delete", scope="crm")
def activity_delete(call: Call) -> bool:
    """Remove an activity."""
    activity = _found(call, call.integer("id"))
    return ACTIVITIES.collection(call.database).delete(activity["id"])


@method("crm.activity.todo.add", scope="crm")
def todo_add(call: Call) -> dict[str, int]:
    """Plan a to-do for a record."""
    record = {**ACTIVITIES.clean({}, new=True), **_TODO, **_todo_values(call)}
    record["OWNER_TYPE_ID"], record["OWNER_ID"] = _todo_owner(call)
    record["RESPONSIBLE_ID"] = call.integer("responsibleId") or call.user_id
    record["SUBJECT"] = record.get("SUBJECT") or "To-do"
    return {"id": _insert(call, record)}


@method("crm.activity.todo.update", scope="crm")
def todo_update(call: Call) -> dict[str, int]:
    """Change a to-do."""
    activity = ACTIVITIES.collection(call.database).get(bound_integer(call, "id"))
    owner = _todo_owner(call)
    if activity is None or (activity["OWNER_TYPE_ID"], activity["OWNER_ID"]) != owner:
        raise RestError("NOT_FOUND", "Activity not found")
    if activity["COMPLETED"] == "Y":
        raise RestError("CAN_NOT_UPDATE_COMPLETED_TODO", "A completed to-do cannot be changed")
    changes = _todo_values(call)
    if call.integer("responsibleId"):
        changes["RESPONSIBLE_ID"] = call.integer("responsibleId")
    _save(call, activity["id"], changes)
    return {"id": activity["id"]}


def _todo_values(call: Call) -> Record:
    try:
        deadline = store_date(bound_text(call, "deadline"))
    except ValueError as problem:
        raise RestError("WRONG_DATETIME_FORMAT", "Wrong date format") from problem
    values: Record = {"DEADLINE": deadline, "START_TIME": deadline, "END_TIME": deadline}
    texts = {"SUBJECT": call.text("title"), "DESCRIPTION": call.text("description")}
    return values | {name: text for name, text in texts.items() if text}


def _todo_owner(call: Call) -> tuple[int, int]:
    owner = bound_integer(call, "ownerTypeId"), bound_integer(call, "ownerId")
    _owner(call, *owner)
    return owner


def _owner(call: Call, entity_type_id: int, item_id: int) -> None:
    kind = find_entity_type(call.database, entity_type_id)
    if kind is None or kind.collection(call.database).get(item_id) is None:
        raise RestError("OWNER_NOT_FOUND", "Owner of the activity is not found")


def _cleaned(sent: dict[str, Any], *, new: bool) -> Record:
    try:
        return ACTIVITIES.clean({name.upper(): value for name, value in sent.items()}, new=new)
    except ValueError as problem:
        raise RestError("", str(problem)) from problem


def _insert(call: Call, record: Record) -> int:
    moment = timestamp(call.now)
    stamp = {"CREATED": moment, "LAST_UPDATED": moment, "AUTHOR_ID": call.user_id, "EDITOR_ID": call.user_id}
    return ACTIVITIES.collection(call.database).insert({**record, **stamp})


def _save(call: Call, activity_id: int, changes: Record) -> None:
    stamp = {"LAST_UPDATED": timestamp(call.now), "EDITOR_ID": call.user_id}
    ACTIVITIES.collection(call.database).update(activity_id, {**changes, **stamp})


def _found(call: Call, activity_id: int) -> Record:
    activity = ACTIVITIES.collection(call.database).get(activity_id)
    if activity is None:
        raise RestError("", "Activity is not found.")
    return activity
