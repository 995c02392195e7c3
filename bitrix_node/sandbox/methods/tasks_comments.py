"""`task.commentitem.*`: comments as they were before tasks had chats. Still answered, and all an older portal has."""

from __future__ import annotations

from typing import Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import store_date
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.tasks import store, views

_WRITABLE = ("POST_MESSAGE", "AUTHOR_ID", "POST_DATE", "UF_FORUM_MESSAGE_DOC")
_FILTERABLE = {
    "ID": "id",
    "AUTHOR_ID": "author_id",
    "AUTHOR_NAME": "author_name",
    "POST_DATE": "date",
    "POST_MESSAGE": "text",
}
_FILTER_OPERATORS = ("", "!", "<", "<=", ">", ">=")
_WRONG = "TASKS_ERROR_EXCEPTION_#256; Param #{place} ({parameter}) for method ctaskcommentitem::{function}() {fault}; 256/TE/WRONG_ARGUMENTS"  # noqa: E501


@method("task.commentitem.add", scope="task")
def add(call: Call) -> int:
    """Comment on a task."""
    task = store.visible(call, _task_id(call, "add"))
    fields = _known(_upper(call.mapping("FIELDS")))
    text = str(fields.get("POST_MESSAGE") or "").strip()
    if not text:
        raise RestError("ERROR_CORE", "Comment text is not specified")
    if task is None:
        raise RestError("ERROR_CORE", "Insufficient permissions to add a comment")
    author = to_integer(fields.get("AUTHOR_ID")) or call.user_id
    described = views.person(call.database, author)
    comment = {
        "task_id": task["id"],
        "author_id": author,
        "author_name": described["name"] if described else "",
        "date": _moment(call, fields.get("POST_DATE")),
        "text": text,
    }
    changes = {"COMMENTS_COUNT": (task["COMMENTS_COUNT"] or 0) + 1, "ACTIVITY_DATE": timestamp(call.now)}
    store.collection(call.database).update(task["id"], changes)
    return call.database.collection("task_comments", index=("task_id",)).insert(comment)


@method("task.commentitem.getlist", scope="task")
def get_list(call: Call) -> list[dict[str, Any]]:
    """List a task's comments, oldest first unless `ORDER` says otherwise."""
    task = store.visible(call, _task_id(call, "getlist"))
    if task is None:
        raise RestError("ERROR_CORE", "TASKS_ERROR_EXCEPTION_#8; Action failed; 8/TE/ACTION_FAILED_TO_BE_PROCESSED")
    order = {_field(name, 1, "arOrder")[1]: way for name, way in _upper(call.mapping("ORDER")).items()}
    conditions: dict[str, Any] = {"task_id": task["id"]}
    for key, value in _upper(call.mapping("FILTER")).items():
        operator, stored = _field(key, 2, "arFilter", _FILTER_OPERATORS)
        conditions[f"{operator}{stored}"] = value
    comments = call.database.collection("task_comments", index=("task_id",))
    rows, _ = comments.query(conditions, order, start=-1, limit=max(comments.count(task_id=task["id"]), 1))
    return [_row(comment) for comment in rows]


def _moment(call: Call, given: Any) -> str:
    try:
        return store_date(given) if given else timestamp(call.now)
    except ValueError as problem:
        raise RestError("ERROR_CORE", "Incorrect value in the field POST_DATE") from problem


def _row(comment: dict[str, Any]) -> dict[str, Any]:
    return {
        "POST_MESSAGE_HTML": None,
        "ID": str(comment["id"]),
        "AUTHOR_ID": str(comment["author_id"]),
        "AUTHOR_NAME": comment["author_name"],
        "AUTHOR_EMAIL": "",
        "POST_DATE": comment["date"],
        "POST_MESSAGE": comment["text"],
        "ATTACHED_OBJECTS": [],
    }


def _task_id(call: Call, function: str) -> int:
    number = to_integer(call.value("TASKID"))
    if number is None:
        fault = 'expected to be of type "integer", but given something else.'
        raise RestError("ERROR_CORE", _WRONG.format(place=0, parameter="taskId", function=function, fault=fault))
    return number


def _upper(given: dict[str, Any]) -> dict[str, Any]:
    return {key.upper(): value for key, value in given.items()}


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    for name in fields:
        if name not in _WRITABLE:
            raise _unexpected(name, 1, "arFields", "add")
    return fields


def _field(key: str, place: int, parameter: str, operators: tuple[str, ...] = ("",)) -> tuple[str, str]:
    operator, name = split_operator(key)
    if operator not in operators or name not in _FILTERABLE:
        raise _unexpected(key, place, parameter, "getlist")
    return operator, _FILTERABLE[name]


def _unexpected(key: str, place: int, parameter: str, function: str) -> RestError:
    text = _WRONG.format(place=place, parameter=parameter, function=function, fault=f'must not contain key "{key}".')
    return RestError("ERROR_CORE", text)
