"""`tasks.task.*` in REST 2: upper-case fields in, camelCase rows with text numbers out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.binding import bound_mapping
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.tasks import statuses, store, views
from bitrix_node.sandbox.tasks.fields import FIELDS, stored_name
from bitrix_node.sandbox.tasks.store import TaskFault

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_NOT_ALLOWED = "Action on the task is not allowed"
_FILTER_NAMES = {
    "REAL_STATUS": "STATUS",
    "ACCOMPLICE": "ACCOMPLICES",
    "AUDITOR": "AUDITORS",
    "TAG": "TAGS",
    "ID": "id",
}
_SORTABLE = {
    "ID": "id",
    "REAL_STATUS": "STATUS",
    "CREATED_BY_LAST_NAME": "CREATED_BY",
    "RESPONSIBLE_LAST_NAME": "RESPONSIBLE_ID",
}
_NOT_SORTABLE = frozenset({"ACCOMPLICES", "AUDITORS", "TAGS", "UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "DESCRIPTION"})
_MEMBER_FIELDS = ("CREATED_BY", "RESPONSIBLE_ID", "ACCOMPLICES", "AUDITORS")


@method("tasks.task.add", scope="task")
def add(call: Call) -> Any:
    """Make a task."""
    fields = _stored(bound_mapping(call, "fields"), changing=False)
    try:
        task = store.create(call, fields)
    except TaskFault as fault:
        raise RestError("ERROR_CORE", fault.message) from fault
    return {"task": views.whole(call, task)}


@method("tasks.task.get", scope="task")
def get(call: Call) -> Any:
    """Describe a task the caller may see; Bitrix24 does not tell a missing task from a hidden one."""
    task_id = _task_id(call)
    if call.has("select") and not isinstance(call.value("select"), (list, dict)):
        text = "Invalid value {} to match with parameter {select}. Should be value of type array. (internal error)"
        raise RestError("100", text)
    task = store.visible(call, task_id)
    if task is None:
        raise RestError("0", "Access denied.")
    return {"task": views.whole(call, task, call.sequence("select") or ["*", "UF_*"])}


@method("tasks.task.list", scope="task")
def list_tasks(call: Call) -> Page:
    """List the tasks the caller may see, newest first unless `order` says otherwise."""
    conditions = {"0": _conditions(call, call.mapping("filter")), "1": store.visibility(call)}
    order = {_sort_name(name): direction for name, direction in call.mapping("order").items()} or {"id": "DESC"}
    tasks, total = store.collection(call.database).query(
        {key: value for key, value in conditions.items() if value}, order, start=call.start
    )
    select = call.sequence("select")
    rows = [views.row(call, task, select) for task in tasks]
    return call.page(rows, total, {"tasks": rows})


@method("tasks.task.update", scope="task")
def update(call: Call) -> Any:
    """Change a task; its creator and administrators may."""
    task = _editable(call, "0", f"{_NOT_ALLOWED} (internal error)")
    fields = _stored(bound_mapping(call, "fields"), changing=True)
    try:
        changed = store.update(call, task, fields)
    except TaskFault as fault:
        raise RestError("ERROR_CORE", f"{fault.message}<br>") from fault
    return {"task": views.whole(call, changed)}


@method("tasks.task.delete", scope="task")
def delete(call: Call) -> Any:
    """Remove a task; its creator and administrators may."""
    store.remove(call.database, _editable(call, "1048582", "No access to delete the task"))
    return {"task": True}


@method("tasks.task.getFields", scope="task")
def get_fields(_call: Call) -> Any:
    """Document the fields."""
    number = {"title": "ID", "type": "integer", "primary": True}
    return {"fields": {"ID": number} | {name: field.describe() for name, field in FIELDS.items()}}


def _declare_action(action: str, transition: statuses.Transition) -> None:
    @method(f"tasks.task.{action}", scope="task")
    def move(call: Call) -> Any:
        task = store.visible(call, _task_id(call))
        if task is None or not statuses.is_possible(call, task, action):
            raise RestError(transition.error_code, _NOT_ALLOWED)
        return {"task": views.whole(call, store.act(call, task, action))}


for _action, _transition in statuses.TRANSITIONS.items():
    _declare_action(_action, _transition)


def _task_id(call: Call) -> int:
    value = call.value("taskId", call.value("id"))
    if value in (None, ""):
        text = "CTaskItem All parameters in the constructor must have real class type (internal error)"
        raise RestError("100", text)
    number = to_integer(value)
    if number is None:
        raise RestError("0", "wrong task id")
    return number


def _editable(call: Call, code: str, text: str) -> Record:
    task = store.visible(call, _task_id(call))
    if task is None or not store.may_edit(call, task):
        raise RestError(code, text)
    return task


def _stored(fields: dict[str, Any], *, changing: bool) -> dict[str, Any]:
    """Stored values of the fields a caller may write; custom fields are kept as they come, unknown ones passed over."""
    stored: dict[str, Any] = {}
    for given, value in fields.items():
        name = stored_name(given)
        field = FIELDS.get(name)
        if field is None and name.startswith("UF_"):
            stored[name] = value
        elif field is not None and field.by != "portal" and not (changing and field.by == "creation"):
            try:
                stored[name] = field.store(value)
            except (TypeError, ValueError) as problem:
                raise RestError("ERROR_CORE", f'Incorrect value in the field "{field.title}"') from problem
    return stored


def _conditions(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    """The filter in stored names, with the meta statuses and the nested filters of tasks spelled out."""
    conditions: dict[str, Any] = {}
    for key, value in given.items():
        operator, name = split_operator(key)
        upper = stored_name(name)
        if isinstance(value, dict) and (upper.startswith("::SUBFILTER") or key.isdigit()):
            conditions[str(len(conditions))] = _conditions(call, value)
        elif upper in ("LOGIC", "::LOGIC"):
            conditions["LOGIC"] = value
        elif upper == "MEMBER":
            conditions[str(len(conditions))] = {"LOGIC": "OR", **dict.fromkeys(_MEMBER_FIELDS, value)}
        elif upper == "STATUS" and str(value) in _meta_statuses(call):
            conditions[f"{operator}{len(conditions)}"] = _meta_statuses(call)[str(value)]
        elif upper in _FILTER_NAMES or upper in FIELDS or upper.startswith("UF_"):
            conditions[f"{operator}{_FILTER_NAMES.get(upper, upper)}"] = value
    return conditions


def _meta_statuses(call: Call) -> dict[str, dict[str, Any]]:
    now, soon = timestamp(call.now), timestamp(call.now + timedelta(days=1))
    unfinished = {"STATUS": list(statuses.OPEN), "!DEADLINE": ""}
    return {
        "-1": unfinished | {"<DEADLINE": now},
        "-2": {"NOT_VIEWED": "Y"},
        "-3": unfinished | {">=DEADLINE": now, "<DEADLINE": soon},
    }


def _sort_name(name: str) -> str:
    upper = stored_name(name)
    stored = _SORTABLE.get(upper, upper)
    if stored != "id" and (stored not in FIELDS or stored in _NOT_SORTABLE):
        raise RestError("0", "Invalid sorting key (internal error)")
    return stored
