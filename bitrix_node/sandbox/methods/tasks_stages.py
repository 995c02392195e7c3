"""`task.stages.*`: the stages of boards and planners, and the way of tasks through them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method
from bitrix_node.sandbox.tasks import stages, store

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


@method("task.stages.get", scope="task")
def get(call: Call) -> dict[str, Any]:
    """List the stages of a group's board, or of the caller's planner, by id."""
    group_id = call.integer("entityId")
    everything = call.is_admin and call.flag("isAdmin")
    if group_id and not _may_see(call, group_id, everything=everything):
        raise RestError("ACCESS_DENIED", "You cannot view stages in this group.")
    board = (stages.GROUP, group_id) if group_id else (stages.PERSON, call.user_id)
    return {str(stage["id"]): _row(stage) for stage in stages.of_board(call.database, *board)}


@method("task.stages.movetask", scope="task")
def move_task(call: Call) -> bool:
    """Put a task into a stage."""
    task = store.visible(call, call.integer("id"))
    if task is None:
        raise RestError("TASK_NOT_FOUND", "Task not found or access to it is denied")
    stage = stages.collection(call.database).get(call.integer("stageId"))
    if stage is None:
        raise RestError("NOT_FOUND", "Stage not found")
    if not _may_move(call, task, stage):
        raise RestError("ACCESS_DENIED_MOVE", "You cannot move this task")
    stages.place(call.database, task, stage, before=call.integer("before"), after=call.integer("after"))
    return True


def _may_see(call: Call, group_id: int, *, everything: bool) -> bool:
    group = call.database.collection("workgroups").get(group_id)
    return group is not None and (everything or call.user_id in group["members"])


def _may_move(call: Call, task: Record, stage: Record) -> bool:
    if stage["ENTITY_TYPE"] == stages.PERSON:
        return bool(stage["ENTITY_ID"] == call.user_id)
    same_group = stage["ENTITY_ID"] == task["GROUP_ID"]
    return bool(same_group and _may_see(call, task["GROUP_ID"], everything=call.is_admin))


def _row(stage: Record) -> dict[str, Any]:
    return {
        "ID": str(stage["id"]),
        "TITLE": stage["TITLE"],
        "SORT": str(stage["SORT"]),
        "COLOR": stage["COLOR"],
        "SYSTEM_TYPE": stage["SYSTEM_TYPE"],
        "ENTITY_ID": str(stage["ENTITY_ID"]),
        "ENTITY_TYPE": stage["ENTITY_TYPE"],
        "ADDITIONAL_FILTER": [],
        "TO_UPDATE": [],
        "TO_UPDATE_ACCESS": None,
    }
