"""Stages: the board of a group, and the planner of a person, which has its own place for every task."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record

GROUP, PERSON = "G", "U"
_BOARD = ("ENTITY_TYPE", "ENTITY_ID")
_FIRST_STAGES: dict[str, list[tuple[str, str, str | None]]] = {
    GROUP: [("New", "00C4FB", "NEW"), ("In progress", "47D1E2", "WORK"), ("Done", "75D900", "FINISH")],
    PERSON: [
        ("Not planned", "00C4FB", "NEW"),
        ("This week", "47D1E2", None),
        ("Next week", "75D900", None),
    ],
}


def collection(database: Database) -> Collection:
    """The stored stages of all boards."""
    return database.collection("task_stages", index=("ENTITY_ID",))


def of_board(database: Database, entity_type: str, entity_id: int) -> list[Record]:
    """The stages of a board in their order; a board that nobody has looked at yet gets its first ones.

    Args:
        database: the portal's data.
        entity_type: `GROUP` or `PERSON`.
        entity_id: whose board it is.

    Returns:
        the stored stages.
    """
    board = {"ENTITY_TYPE": entity_type, "ENTITY_ID": entity_id}
    stages = collection(database)
    if not stages.count(**board):
        for place, (title, color, system_type) in enumerate(_FIRST_STAGES[entity_type], 1):
            stages.insert({"TITLE": title, "SORT": place * 100, "COLOR": color, "SYSTEM_TYPE": system_type, **board})
    return sorted(stages.find(**board), key=lambda stage: (stage["SORT"], stage["id"]))


def place(database: Database, task: Record, stage: Record, *, before: int = 0, after: int = 0) -> None:
    """Put a task into a stage.

    Args:
        database: the portal's data.
        task: the stored task.
        stage: the stored stage, of a board that the task is on.
        before: a task of the stage above which it is put, or 0.
        after: a task of the stage below which it is put, or 0; without both it comes last.
    """
    places = database.collection("task_places", index=("STAGE_ID", "TASK_ID"))
    board = {other["id"] for other in collection(database).find(**{key: stage[key] for key in _BOARD})}
    for old in places.find(TASK_ID=task["id"]):
        if old["STAGE_ID"] in board:
            places.delete(old["id"])
    entries = sorted(places.find(STAGE_ID=stage["id"]), key=lambda entry: int(entry["SORT"]))
    order = [entry["TASK_ID"] for entry in entries]
    position = order.index(before) if before in order else order.index(after) + 1 if after in order else len(order)
    order.insert(position, task["id"])
    for entry in entries:
        places.delete(entry["id"])
    for number, task_id in enumerate(order, 1):
        places.insert({"STAGE_ID": stage["id"], "TASK_ID": task_id, "SORT": number})
    if stage["ENTITY_TYPE"] == GROUP:
        database.collection("tasks").update(task["id"], {"STAGE_ID": stage["id"]})
