"""`task.checklistitem.*`: checklists of tasks. These methods take their arguments by place, not by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import people
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.tasks import checklists, store

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database, Record

_PARAMETERS = {"TASKID": "taskId", "ITEMID": "itemId", "FIELDS": "arFields", "ORDER": "arOrder"}
_SORTABLE = {
    "ID": "id", "PARENT_ID": "PARENT_ID", "CREATED_BY": "CREATED_BY", "TITLE": "TITLE", "SORT_INDEX": "SORT_INDEX",
    "IS_COMPLETE": "IS_COMPLETE", "IS_IMPORTANT": "IS_IMPORTANT", "TOGGLED_BY": "TOGGLED_BY",
    "TOGGLED_DATE": "TOGGLED_DATE",
}  # fmt: skip
_FLAGS = ("IS_COMPLETE", "IS_IMPORTANT")
_NUMBERS = ("SORT_INDEX", "PARENT_ID")


@method("task.checklistitem.add", scope="task")
def add(call: Call) -> int:
    """Put an item into a checklist."""
    task_id, fields = _placed(call, "TASKID", "FIELDS")
    task = store.visible(call, task_id)
    if task is None:
        raise _failed("Adding item: action not allowed")
    cleaned = _cleaned(call, fields)
    if not cleaned.get("TITLE"):
        raise _failed("Item name not specified")
    return int(checklists.add(call, task, cleaned)["id"])


@method("task.checklistitem.get", scope="task")
def get(call: Call) -> dict[str, Any]:
    """Fetch an item."""
    _, item = _found(call, *_placed(call, "TASKID", "ITEMID"))
    return _row(call.database, item)


@method("task.checklistitem.getlist", scope="task")
def get_list(call: Call) -> list[dict[str, Any]]:
    """List the items of a task, newest first unless `ORDER` says otherwise."""
    (task_id,) = _placed(call, "TASKID")
    order: dict[str, Any] = {}
    for name, way in call.mapping("ORDER").items():
        if name.upper() not in _SORTABLE:
            raise _wrong(call, 1, "arOrder", f'must not contain key "{name}".')
        order[_SORTABLE[name.upper()]] = way
    task = store.visible(call, task_id)
    if task is None:
        raise _failed("Action failed")
    items, _ = checklists.collection(call.database).query(
        {"=task_id": task["id"]}, order or {"id": "DESC"}, start=0, limit=-1
    )
    return [_row(call.database, item) for item in items]


@method("task.checklistitem.update", scope="task")
def update(call: Call) -> None:
    """Change an item."""
    task_id, item_id, fields = _placed(call, "TASKID", "ITEMID", "FIELDS")
    task, item = _found(call, task_id, item_id)
    if not checklists.may_change(call, task, item):
        raise RestError("ERROR_CORE", "TASKS_ERROR_EXCEPTION_#4; No access to edit the task; 4/TE/ACTION_NOT_ALLOWED")
    checklists.update(call, task, item, _cleaned(call, fields))


@method("task.checklistitem.delete", scope="task")
def delete(call: Call) -> bool:
    """Remove an item with all that is below it."""
    task, item = _found(call, *_placed(call, "TASKID", "ITEMID"))
    if not checklists.may_change(call, task, item):
        raise _failed("Deleting item: action not allowed")
    checklists.remove(call.database, item)
    return True


def _declare_toggle(action: str, complete: str, title: str) -> None:
    @method(f"task.checklistitem.{action}", scope="task")
    def toggle(call: Call) -> bool:
        task_id, item_id = _placed(call, "TASKID", "ITEMID")
        if min(task_id, item_id) <= 0:
            raise RestError("ERROR_CORE", "TASKS_ERROR_ASSERT_EXCEPTION")
        task, item = _found(call, task_id, item_id)
        if not checklists.may_change(call, task, item) and str(call.user_id) not in item["MEMBERS"]:
            raise _failed(f"{title} item: action not allowed")
        checklists.update(call, task, item, {"IS_COMPLETE": complete})
        return True


_declare_toggle("complete", "Y", "Completing")
_declare_toggle("renew", "N", "Renewing")


def _placed(call: Call, *names: str) -> list[Any]:
    """The arguments by their place among those that the method knows: swapped names swap the values, too.

    Raises:
        RestError: one is missing, or of the wrong type.
    """
    sent = [value for key, value in call.arguments.items() if key.upper() in names]
    values: list[Any] = []
    for place, name in enumerate(names):
        parameter = _PARAMETERS[name]
        if place >= len(sent) or sent[place] in (None, "", {}, []):
            fault = f"expected by method {_function(call)}, but not given."
            raise RestError("ERROR_CORE", _wrong_text(f"Param #{place} ({parameter}) {fault}"))
        value = sent[place] if name == "FIELDS" else to_integer(sent[place])
        if value is None or (name == "FIELDS" and not isinstance(value, dict)):
            kind = "array" if name == "FIELDS" else "integer"
            raise _wrong(call, place, parameter, f'expected to be of type "{kind}", but given something else.')
        values.append(value)
    return values


def _found(call: Call, task_id: int, item_id: int) -> tuple[Record, Record]:
    task = store.visible(call, task_id)
    item = checklists.find(call.database, task, item_id) if task else None
    if task is None or item is None:
        text = "TASKS_ERROR_EXCEPTION_#512; Check listitem not found or not accessible; "
        raise RestError("ERROR_CORE", text + "512/TE/ITEM_NOT_FOUND_OR_NOT_ACCESSIBLE")
    return task, item


def _cleaned(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    sent = {name.upper(): value for name, value in fields.items()}
    cleaned: dict[str, Any] = {name: "Y" if is_true(sent[name]) else "N" for name in _FLAGS if name in sent}
    cleaned |= {name: to_integer(sent[name]) or 0 for name in _NUMBERS if sent.get(name) not in (None, "")}
    if "TITLE" in sent:
        cleaned["TITLE"] = str(sent["TITLE"] or "").strip()
    if "MEMBERS" in sent:
        cleaned["MEMBERS"] = _members(call, sent["MEMBERS"])
    return cleaned


def _members(call: Call, sent: Any) -> dict[str, str]:
    """Roles by user id; people that the portal does not know are passed over."""
    given = sent.items() if isinstance(sent, dict) else ()
    roles = {str(key): str(entry.get("TYPE")) for key, entry in given if isinstance(entry, dict)}
    known = (checklists.PARTICIPANT, checklists.OBSERVER)
    return {
        key: role
        for key, role in roles.items()
        if role in known and people.find(call.database, to_integer(key) or 0) is not None
    }


def _row(database: Database, item: Record) -> dict[str, Any]:
    numbers = ("CREATED_BY", "SORT_INDEX", "TOGGLED_BY")
    row = {name: item[name] for name in ("PARENT_ID", *numbers, "TITLE", *_FLAGS, "TOGGLED_DATE")}
    row |= {name: str(item[name]) for name in numbers if item[name] is not None}
    row["PARENT_ID"] = str(item["PARENT_ID"]) if item["PARENT_ID"] else 0
    members = [_member(database, int(user_id), role) for user_id, role in item["MEMBERS"].items()]
    return {"ID": str(item["id"]), "TASK_ID": str(item["task_id"]), **row, "MEMBERS": members, "ATTACHMENTS": []}


def _member(database: Database, user_id: int, role: str) -> dict[str, Any]:
    user = database.collection("users").get(user_id) or {}
    photo = user.get("PERSONAL_PHOTO") or ""
    return {
        "ID": str(user_id),
        "TYPE": role,
        "NAME": f"{user.get('NAME') or ''} {user.get('LAST_NAME') or ''}".strip(),
        "PERSONAL_PHOTO": None,
        "PERSONAL_GENDER": user.get("PERSONAL_GENDER") or "",
        "IMAGE": photo,
        "IS_COLLABER": False,
    }


def _function(call: Call) -> str:
    return f"ctaskchecklistitem::{call.method.rpartition('.')[2]}()"


def _failed(text: str) -> RestError:
    return RestError("ERROR_CORE", f"TASKS_ERROR_EXCEPTION_#8; {text}; 8/TE/ACTION_FAILED_TO_BE_PROCESSED")


def _wrong(call: Call, place: int, parameter: str, fault: str) -> RestError:
    text = f"Param #{place} ({parameter}) for method {_function(call)} {fault}"
    return RestError("ERROR_CORE", _wrong_text(text))


def _wrong_text(text: str) -> str:
    return f"TASKS_ERROR_EXCEPTION_#256; {text}; 256/TE/WRONG_ARGUMENTS"
