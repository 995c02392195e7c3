"""`tasks.task.*` in REST 3.0: camelCase fields with real types, refusals by field, and the task's chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import rest3, settings
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError, method_not_found
from bitrix_node.sandbox.messenger import chats, membership, messages
from bitrix_node.sandbox.messenger.chats import Chat, Kind
from bitrix_node.sandbox.messenger.messages import Draft
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.tasks import store, views
from bitrix_node.sandbox.tasks.fields import FIELDS, FIELDS_V3, TaskField
from bitrix_node.sandbox.tasks.store import TaskFault

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_RELATIONS = {
    "creator": "CREATED_BY",
    "responsible": "RESPONSIBLE_ID",
    "changedBy": "CHANGED_BY",
    "closedBy": "CLOSED_BY",
    "statusChangedBy": "STATUS_CHANGED_BY",
}
_RELATED_USER = {"id": "id", "name": "NAME", "lastName": "LAST_NAME", "email": "EMAIL"}
_SORTABLE = frozenset(
    {
        "id", "title", "creatorId", "created", "responsibleId", "deadline", "startPlan", "endPlan", "groupId",
        "priority", "status", "started", "estimatedTime", "changed", "closed", "activity", "mark",
        "allowsChangeDeadline", "allowsTimeTracking",
    }
)  # fmt: skip
_REQUIRED = ("title", "creatorId", "responsibleId")
_KINDS = {"integer": "int", "datetime": "DateTime", "text": "string", "people": "array", "list": "array"}


@method("tasks.task.add", scope=("tasks", "task"), version=3)
def add(call: Call) -> Any:
    """Make a task."""
    fields = rest3.required(call.arguments, "fields", dict)
    missing = [name for name in _REQUIRED if fields.get(name) in (None, "")]
    if missing:
        raise rest3.invalid(*((name, f"Required field `{name}` is missing") for name in missing))
    try:
        task = store.create(call, _stored(fields))
    except TaskFault as fault:
        raise rest3.invalid((FIELDS[fault.field].v3, fault.message)) from fault
    return {"item": views.item(call, task)}


@method("tasks.task.get", scope=("tasks", "task"), version=3)
def get(call: Call) -> Any:
    """Describe a task; related people appear when `select` names their fields, as `responsible.name`."""
    task_id = rest3.required(call.arguments, "id", int)
    task = store.visible(call, task_id)
    if task is None:
        raise RestError(f"{rest3.PREFIX}ENTITYNOTFOUNDEXCEPTION", f"Record with ID = `{task_id}` not found")
    return {"item": _selected(call, task, call.sequence("select") or list(views.item(call, task)))}


@method("tasks.task.list", scope=("tasks", "task"), version=3)
def list_tasks(call: Call) -> Any:
    """List tasks; only ids without `select`, and filtered by id alone, as the documentation has it."""
    offset, limit = rest3.window(call.mapping("pagination"))
    conditions = {"0": _conditions(call.sequence("filter")), "1": store.visibility(call)}
    tasks, _ = store.collection(call.database).query(
        {key: value for key, value in conditions.items() if value}, _order(call), start=offset, limit=limit
    )
    select = call.sequence("select") or ["id"]
    return {"items": [_selected(call, task, select) for task in tasks]}


@method("tasks.task.update", scope=("tasks", "task"), version=3)
def update(call: Call) -> Any:
    """Change a task; who made it cannot be changed."""
    task_id, fields = rest3.required(call.arguments, "id", int), rest3.required(call.arguments, "fields", dict)
    task = _editable(call, task_id)
    fixed = [name for name in fields if name in FIELDS_V3 and FIELDS_V3[name].by == "creation"]
    if fixed:
        text = "In DTO `TaskDto`, the field `{}` requires the presence of the `Editable` attribute for such a request"
        raise rest3.invalid(*((name, text.format(name)) for name in fixed))
    try:
        store.update(call, task, _stored(fields))
    except TaskFault as fault:
        raise rest3.invalid((FIELDS[fault.field].v3, fault.message)) from fault
    return {"result": True}


@method("tasks.task.delete", scope=("tasks", "task"), version=3)
def delete(call: Call) -> Any:
    """Remove a task."""
    store.remove(call.database, _editable(call, rest3.required(call.arguments, "id", int)))
    return {"result": True}


@method("tasks.task.chat.message.send", scope=("tasks", "task"), version=3)
def send_message(call: Call) -> Any:
    """Say something in a task's chat; on an older portal this method does not exist."""
    if settings.is_on(call.database, settings.OLDER_PORTAL):
        raise method_not_found(3)
    fields = call.mapping("fields")
    missing = [name for name in ("taskId", "text") if fields.get(name) in (None, "")]
    if missing:
        raise rest3.invalid_record(*((name, f'The required field "{name}" is not filled') for name in missing))
    task = store.visible(call, rest3.required(fields, "taskId", int))
    if task is None:
        raise rest3.denied()
    messages.post(call.database, _chat_of(call, task), call.user_id, Draft(str(fields["text"])), call.now)
    return {"result": True}


def _chat_of(call: Call, task: Record) -> Chat:
    """The task's chat with the caller in it; it is opened with the first message."""
    people = [task["CREATED_BY"], task["RESPONSIBLE_ID"], *task["ACCOMPLICES"], *task["AUDITORS"], call.user_id]
    chat = chats.load(call.database, task["CHAT_ID"]) if task["CHAT_ID"] else None
    if chat is None:
        new = Chat(0, Kind.GROUP, task["CREATED_BY"], timestamp(call.now), task["TITLE"])
        new.entity_type, new.entity_id = "TASKS_TASK", str(task["id"])
        chat = chats.create(call.database, new)
        store.collection(call.database).update(task["id"], {"CHAT_ID": chat.id})
    membership.add(call.database, chat, people)
    return chat


def _editable(call: Call, task_id: int) -> Record:
    task = store.visible(call, task_id)
    if task is None or not store.may_edit(call, task):
        raise rest3.denied()
    return task


def _stored(fields: dict[str, Any]) -> dict[str, Any]:
    stored: dict[str, Any] = {}
    for name, value in fields.items():
        field = FIELDS_V3.get(name)
        if field is None or field.by == "portal":
            continue
        try:
            stored[field.name] = field.store_v3(value)
        except (TypeError, ValueError) as problem:
            raise rest3.invalid((name, rest3.mistyped(name, _kind(field)))) from problem
    return stored


def _kind(field: TaskField) -> str:
    return _KINDS.get(field.type, "string")


def _selected(call: Call, task: Record, select: list[Any]) -> dict[str, Any]:
    basic = views.item(call, task)
    shown: dict[str, Any] = {"id": task["id"]}
    for name in map(str, select):
        relation, dot, field = name.partition(".")
        if not dot:
            shown |= {name: basic[name]} if name in basic else {}
            continue
        if relation not in _RELATIONS or field not in _RELATED_USER:
            raise rest3.unknown_field(field, "TaskDto")
        user = call.database.collection("users").get(task[_RELATIONS[relation]] or 0)
        shown.setdefault(relation, {} if user else None)
        if user:
            shown[relation][field] = user.get(_RELATED_USER[field])
    return shown


def _conditions(given: list[Any]) -> dict[str, Any]:
    compiled: dict[str, Any] = {}
    for place, entry in enumerate(given):
        if isinstance(entry, dict):
            logic = "OR" if str(entry.get("logic")).lower() == "or" else "AND"
            compiled[str(place)] = {"LOGIC": logic, **_conditions(entry.get("conditions") or [])}
        else:
            compiled[str(place)] = _triple(entry)
    return compiled


def _triple(entry: Any) -> dict[str, Any]:
    name, operator, value = rest3.condition(entry)
    if name not in ("id", *FIELDS_V3):
        raise rest3.unknown_field(name, "TaskDto")
    if name != "id":
        text = f"In DTO `TaskDto`, the `{name}` field requires the `Filterable` attribute for such a request"
        raise rest3.invalid((name, text))
    return {f"{operator}id": value}


def _order(call: Call) -> dict[str, Any]:
    order: dict[str, Any] = {}
    for name, way in call.mapping("order").items():
        chosen = rest3.direction(name, way, _SORTABLE)
        order["id" if name == "id" else FIELDS_V3[name].name] = chosen
    return order or {"id": "ASC"}
