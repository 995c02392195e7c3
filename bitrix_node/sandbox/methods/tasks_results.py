"""`tasks.task.result.*` of REST 3.0, and of REST 2, where results are comments that were picked out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import rest3
from bitrix_node.sandbox.binding import bound_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, messages
from bitrix_node.sandbox.messenger.refusals import Refusal
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.tasks import results, store, views

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_ENTITY = "ResultDto"
_SCOPE = "tasks"
_FILTERABLE = {"taskId": "task_id", "id": "id", "authorId": "authorId", "status": "status", "messageId": "messageId"}
_SORTABLE = frozenset({"id", "authorId", "createdAt", "updatedAt", "status", "messageId"})
_LISTED = ("id", "taskId", "text", "authorId", "createdAt", "status", "messageId")
_SHOWN = ("id", "taskId", "text", "authorId", "createdAt", "updatedAt", "status", "fileIds", "rights", "messageId")
_MARKUP = {"[B]": "<b>", "[/B]": "</b>", "[I]": "<i>", "[/I]": "</i>"}


@method("tasks.task.result.add", scope=_SCOPE, version=3)
def add(call: Call) -> dict[str, Any]:
    """Record what has come of a task."""
    fields = _fields(call, "taskId", "text")
    task_id = rest3.required(fields, "taskId", int)
    if task_id < 0:
        raise rest3.invalid(("taskId", "`Task id must be positive`"))
    return _item(call, results.add(call, _task(call, task_id), str(fields["text"])))


@method("tasks.task.result.addfromchatmessage", scope=_SCOPE, version=3)
def add_from_message(call: Call) -> dict[str, Any]:
    """Make a message of a task's chat a result."""
    message_id = rest3.required(_fields(call, "messageId"), "messageId", int)
    try:
        message = messages.find(call.database, message_id)
    except Refusal as problem:
        raise rest3.invalid(("messageId", "`Message is not from task chat`")) from problem
    chat = chats.load(call.database, message.chat_id)
    if chat is None or chat.entity_type != "TASKS_TASK":
        raise rest3.invalid(("messageId", "`Message is not from task chat`"))
    task = _task(call, int(chat.entity_id))
    return _item(call, results.add(call, task, message.text, messageId=message.id, authorId=message.author_id))


@method("tasks.task.result.list", scope=_SCOPE, version=3)
def list_results(call: Call) -> dict[str, Any]:
    """List the results of one task, which the filter has to name."""
    conditions = _conditions(call)
    if store.visible(call, conditions["=task_id"]) is None:
        raise rest3.denied()
    select = [_known(str(name)) for name in call.sequence("select")] or list(_LISTED)
    order = {name: rest3.direction(_known(name), way, _SORTABLE) for name, way in call.mapping("order").items()}
    offset, limit = rest3.window(call.mapping("pagination"))
    found, _ = results.collection(call.database).query(conditions, order or {"id": "ASC"}, start=offset, limit=limit)
    return {"items": [{name: _row(call, result)[name] for name in select} for result in found]}


@method("tasks.task.result.update", scope=_SCOPE, version=3)
def update(call: Call) -> dict[str, Any]:
    """Change the text of a result."""
    result = _editable(call)
    changes = {"text": str(_fields(call, "text")["text"]), "updatedAt": timestamp(call.now)}
    results.collection(call.database).update(result["id"], changes)
    return _item(call, {**result, **changes})


@method("tasks.task.result.delete", scope=_SCOPE, version=3)
def delete(call: Call) -> dict[str, bool]:
    """Remove a result."""
    results.collection(call.database).delete(_editable(call)["id"])
    return {"result": True}


@method("tasks.task.result.list", scope="task")
def list_picked(call: Call) -> list[dict[str, Any]]:
    """List the results of a task as REST 2 does, the newest first."""
    task = store.visible(call, bound_integer(call, "taskId"))
    if task is None:
        raise RestError("0", "Access denied.")
    return [_row_v2(result) for result in reversed(results.collection(call.database).find(task_id=task["id"]))]


@method("tasks.task.result.addFromComment", scope="task")
def pick(call: Call) -> dict[str, Any]:
    """Make a comment a result."""
    comment = call.database.collection("task_comments").get(bound_integer(call, "commentId"))
    task = store.visible(call, comment["task_id"]) if comment else None
    if comment is None or task is None:
        raise RestError("0", "Access denied.")
    if results.collection(call.database).first(task_id=task["id"], commentId=comment["id"]):
        raise RestError("0", "The comment is a result already")
    source = {"commentId": comment["id"], "authorId": comment["author_id"]}
    return _row_v2(results.add(call, task, comment["text"], **source))


@method("tasks.task.result.deleteFromComment", scope="task")
def unpick(call: Call) -> None:
    """Make a comment a plain comment again."""
    result = results.collection(call.database).first(commentId=bound_integer(call, "commentId"))
    if result is None or results.editable(call, result["id"]) is None:
        raise RestError("0", "Access denied.")
    results.collection(call.database).delete(result["id"])


def _fields(call: Call, *names: str) -> dict[str, Any]:
    """The argument `fields` with these fields and no others."""
    fields: dict[str, Any] = rest3.required(call.arguments, "fields", dict)
    for name in fields:
        if name == "fileIds":
            raise rest3.invalid_record(("fileIds", "Field `fileIds` is not available for filling"))
        if name not in names:
            raise rest3.unknown_field(name, _ENTITY)
    missing = [name for name in names if fields.get(name) in (None, "")]
    if missing:
        raise rest3.invalid_record(*((name, f"Required field `{name}` is missing") for name in missing))
    return fields


def _task(call: Call, task_id: int) -> Record:
    if store.collection(call.database).get(task_id) is None:
        raise rest3.invalid(("taskId", "`Task not found`"))
    task = store.visible(call, task_id)
    if task is None:
        raise rest3.denied()
    return task


def _editable(call: Call) -> Record:
    if call.has("filter"):
        raise rest3.invalid(("id", "Only one of the values must be provided: `id`, `filter`"))
    result = results.editable(call, rest3.required(call.arguments, "id", int))
    if result is None:
        raise rest3.denied()
    return result


def _conditions(call: Call) -> dict[str, Any]:
    conditions: dict[str, Any] = {}
    if not call.sequence("filter"):
        raise rest3.invalid(("filter", "The field value cannot be empty"))
    for entry in call.sequence("filter"):
        name, operator, value = rest3.condition(entry)
        conditions[f"{operator}{_FILTERABLE[_known(name, _FILTERABLE)]}"] = value
    if "=task_id" not in conditions:
        code = "REQUESTFILTERVALIDATIONEXCEPTION"
        raise rest3.invalid(("filter.taskId", "A filter for the required field `taskId` must be specified"), code=code)
    if not isinstance(conditions["=task_id"], int):
        raise rest3.invalid(("taskId", rest3.mistyped("taskId", "int")))
    return conditions


def _known(name: str, names: Any = (*_SHOWN, "author")) -> str:
    if name not in names:
        raise rest3.unknown_field(name, _ENTITY)
    return name


def _item(call: Call, result: Record) -> dict[str, Any]:
    row = _row(call, result)
    return {"item": {name: row[name] for name in _SHOWN}}


def _row(call: Call, result: Record) -> dict[str, Any]:
    task = store.collection(call.database).get(result["task_id"])
    may = task is not None and results.may_change(call, task, result)
    author = views.person(call.database, result["authorId"])
    extra = {"taskId": result["task_id"], "rights": {"edit": may, "remove": may}, "author": author}
    return {**result, **extra}


def _row_v2(result: Record) -> dict[str, Any]:
    formatted = result["text"]
    for code, tag in _MARKUP.items():
        formatted = formatted.replace(code, tag).replace(code.lower(), tag)
    return {
        "id": result["id"],
        "taskId": result["task_id"],
        "commentId": result["commentId"],
        "createdBy": result["authorId"],
        "createdAt": result["createdAt"],
        "updatedAt": result["updatedAt"] or result["createdAt"],
        "status": int(result["status"] == "closed"),
        "text": result["text"],
        "formattedText": formatted,
        "files": result["fileIds"],
    }
