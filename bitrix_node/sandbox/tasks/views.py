"""Tasks as REST 2 and REST 3.0 write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.tasks import statuses, store
from bitrix_node.sandbox.tasks.fields import FIELDS, FIELDS_V3, camel_name, stored_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Database, Record
    from bitrix_node.sandbox.registry import Call

_ON_REQUEST = ("UF_", "TAGS")
_ALWAYS_POSSIBLE = ("create", "checklist.add", "favorite.add", "elapsedtime.add")


def row(call: Call, task: Record, select: Iterable[str] = ()) -> dict[str, Any]:
    """A task of `tasks.task.*`: camelCase keys, numbers as text, people described beside their ids.

    Args:
        call: the call that asks.
        task: the stored task.
        select: upper-case or camelCase field names. `*` stands for the fields of every task and `UF_*` for the custom
            ones; none at all means `*`.

    Returns:
        the row; the id is always in it.
    """
    wanted = _wanted([str(name) for name in select] or ["*"], task)
    shown: dict[str, Any] = {"id": str(task["id"])}
    shown |= {FIELDS[name].camel: FIELDS[name].show(task[name]) for name in wanted if name in FIELDS}
    shown |= {camel_name(name): task[name] for name in task if name in wanted and name not in FIELDS and name != "id"}
    if "STATUS" in wanted:
        shown["subStatus"] = _meta_status(call, task)
    return shown | _companions(call.database, task, wanted)


def whole(call: Call, task: Record, select: Iterable[str] = ()) -> dict[str, Any]:
    """A single task with what the caller may do with it; the arguments are those of `row`."""
    chosen = list(select)
    counts: dict[str, Any] = {} if chosen else {"checklist": [], "newCommentsCount": 0}
    return row(call, task, chosen) | counts | {"action": actions(call, task)}


def actions(call: Call, task: Record) -> dict[str, bool]:
    """What the caller may do with a task, as `tasks.task.get` lists it."""
    edit = store.may_edit(call, task)
    possible = {action: statuses.is_possible(call, task, action) for action in statuses.TRANSITIONS}
    owned = dict.fromkeys(("edit", "remove", "delegate", "changeDeadline", "rate"), edit)
    return possible | owned | dict.fromkeys(_ALWAYS_POSSIBLE, True)


def item(call: Call, task: Record) -> dict[str, Any]:
    """A task of REST 3.0 with its basic fields: numbers are numbers, choices are words."""
    shown: dict[str, Any] = {"id": task["id"]}
    shown |= {name: field.show_v3(task[field.name]) for name, field in FIELDS_V3.items()}
    edit = store.may_edit(call, task)
    possible = {action: statuses.is_possible(call, task, action) for action in statuses.TRANSITIONS}
    return shown | {
        "containsSubTasks": store.collection(call.database).count(PARENT_ID=task["id"]) > 0,
        "link": f"/company/personal/user/{call.user_id}/tasks/task/view/{task['id']}/",
        "rights": {"read": True, "edit": edit, "remove": edit} | possible,
    }


def person(database: Database, user_id: int) -> dict[str, Any] | None:
    """A person beside a task in REST 2, or None for an id that belongs to nobody."""
    user = database.collection("users").get(user_id)
    if user is None:
        return None
    return {
        "id": str(user_id),
        "name": f"{user.get('NAME') or ''} {user.get('LAST_NAME') or ''}".strip(),
        "link": f"/company/personal/user/{user_id}/",
        "icon": user.get("PERSONAL_PHOTO") or "/bitrix/images/tasks/default_avatar.png",
        "workPosition": user.get("WORK_POSITION") or "",
    }


def _wanted(select: list[str], task: Record) -> list[str]:
    names = [stored_name(name) for name in select if "*" not in name]
    if "*" in select:
        names += [name for name in FIELDS if not name.startswith(_ON_REQUEST)]
    if "UF_*" in (name.upper() for name in select):
        names += [name for name in task if name.startswith("UF_")]
    return names


def _companions(database: Database, task: Record, wanted: list[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"group": _group(database, task)}
    for field, key in (("CREATED_BY", "creator"), ("RESPONSIBLE_ID", "responsible")):
        if field in wanted:
            shown[key] = person(database, task[field])
    for field, key in (("ACCOMPLICES", "accomplicesData"), ("AUDITORS", "auditorsData")):
        if field in wanted:
            shown[key] = {str(number): person(database, number) for number in task[field]} or []
    return shown


def _group(database: Database, task: Record) -> dict[str, Any] | list[Any]:
    group = database.collection("workgroups").get(task["GROUP_ID"]) if task["GROUP_ID"] else None
    if group is None:
        return []
    return {"id": str(group["id"]), "name": group["NAME"], "opened": True, "membersCount": len(group["members"])}


def _meta_status(call: Call, task: Record) -> str:
    overdue = task["DEADLINE"] and task["DEADLINE"] < call.now.isoformat() and task["STATUS"] in statuses.OPEN
    return "-1" if overdue else str(task["STATUS"])
