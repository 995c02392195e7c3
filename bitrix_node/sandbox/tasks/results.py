"""Results: what has come of a task, written for its own sake or taken from what was said about the task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.tasks import store

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call


def collection(database: Database) -> Collection:
    """The stored results of all tasks."""
    return database.collection("task_results", index=("task_id",))


def add(call: Call, task: Record, text: str, **source: Any) -> Record:
    """Record a result in the caller's name.

    Args:
        call: the call that asks for it.
        task: the stored task.
        text: what has come of the task.
        **source: `messageId`, `commentId` or `authorId` of what it was taken from.

    Returns:
        the stored result.
    """
    result: Record = {
        "task_id": task["id"],
        "text": text,
        "authorId": call.user_id,
        "createdAt": timestamp(call.now),
        "updatedAt": None,
        "status": "open",
        "fileIds": [],
        "messageId": None,
        "commentId": None,
        **source,
    }
    return {"id": collection(call.database).insert(result), **result}


def editable(call: Call, result_id: int) -> Record | None:
    """The result with this id if the caller may change and remove it: its author, and who may edit the task."""
    result = collection(call.database).get(result_id)
    task = store.visible(call, result["task_id"]) if result else None
    return result if result and task and may_change(call, task, result) else None


def may_change(call: Call, task: Record, result: Record) -> bool:
    """Whether the caller may change and remove a result of a task."""
    return store.may_edit(call, task) or result["authorId"] == call.user_id
