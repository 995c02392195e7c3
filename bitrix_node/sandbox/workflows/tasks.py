"""Tasks that workflows set people: approvals, things to read, requests for information.

A task is kept once for each of its people, with that person's answer; all of them share `TASK_ID`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.workflows.run import Activity, Run

RUNNING, YES, NO, OK, CANCEL = range(5)
_CANCELED_TASK = 5
ANSWERS = {"1": YES, "yes": YES, "2": NO, "no": NO, "3": OK, "ok": OK, "4": CANCEL, "cancel": CANCEL}


@dataclass(frozen=True, slots=True)
class TaskKind:
    """What one type of task is like.

    Attributes:
        answers: what people may answer, with the child activity that follows.
        asks: whether it asks for values.
        labels: names of the buttons, as tasks show them, with the activity's setting and its default.
    """

    answers: Mapping[int, int | None]
    asks: bool
    labels: Mapping[str, tuple[str, str]]


KINDS: Mapping[str, TaskKind] = {
    "ApproveActivity": TaskKind(
        {YES: 0, NO: 1},
        False,
        {"StatusYesLabel": ("TaskButton1Message", "Approve"), "StatusNoLabel": ("TaskButton2Message", "Reject")},
    ),
    "ReviewActivity": TaskKind({OK: None}, False, {"StatusOkLabel": ("TaskButtonMessage", "Acknowledge")}),
    "RequestInformationActivity": TaskKind({OK: None}, True, {"StatusOkLabel": ("TaskButtonMessage", "Save")}),
    "RequestInformationOptionalActivity": TaskKind(
        {OK: 0, CANCEL: 1},
        True,
        {"StatusOkLabel": ("TaskButtonMessage", "Save"), "StatusCancelLabel": ("TaskButtonCancelMessage", "Cancel")},
    ),
}


def collection(database: Database) -> Collection:
    """The answers that tasks wait for or have got."""
    return database.collection("bizproc_tasks", index=("TASK_ID", "WORKFLOW_ID"))


def of_task(database: Database, task_id: int) -> list[Record]:
    """The answers to one task."""
    return collection(database).find(TASK_ID=task_id)


def set_task(run: Run, activity: Activity) -> None:
    """Set a task and let the workflow wait for the answers."""
    settings = activity.get("Properties") or {}
    kind = KINDS[activity["Type"]]
    moment = timestamp(run.call.now)
    shared: Record = {
        "NAME": run.text(settings.get("Name")) or activity["Type"],
        "DESCRIPTION": run.text(settings.get("Description")),
        "WORKFLOW_ID": run.id,
        "WORKFLOW_STARTED": run.record["STARTED"],
        "WORKFLOW_STARTED_BY": run.record["STARTED_BY"],
        "WORKFLOW_TEMPLATE_ID": run.record["TEMPLATE_ID"],
        "WORKFLOW_TEMPLATE_NAME": run.record["TEMPLATE_NAME"],
        "MODULE_ID": run.document.module,
        "ENTITY": run.document.entity,
        "DOCUMENT_ID": run.document.id,
        "DOCUMENT_NAME": run.document.name,
        "DOCUMENT_URL": run.document.url,
        "ACTIVITY": activity["Type"],
        "ACTIVITY_NAME": activity["Name"],
        "OVERDUE_DATE": None,
        "MODIFIED": moment,
        "STATUS": RUNNING,
        "PARAMETERS": _parameters(run, kind, settings),
    }
    if settings.get("SetStatusMessage") == "Y" or settings.get("StatusMessage"):
        run.set_state(run.text(settings.get("StatusMessage")))
    shared["WORKFLOW_STATE"] = run.record["STATE"]
    _insert(run, shared, run.people(settings.get("Users")))
    run.wait(activity)


def answer(run: Run, task: Record, status: int, comment: str, fields: Mapping[str, Any]) -> None:
    """Take a person's answer, and carry the workflow on when it decides the task.

    Args:
        run: the workflow that waits.
        task: the person's part of the task.
        status: the answer.
        comment: for the log.
        fields: values that the task asks for.

    Raises:
        RestError: the answer lacks a comment or a value.
    """
    activity = run.record["WAITING"]["activity"]
    kind = KINDS[activity["Type"]]
    _check_comment(task, status, comment)
    values = _values(task, fields) if kind.asks and status == OK else {}
    _record(run, task, status)
    run.note(f"User {run.call.user_id} answered '{task['NAME']}'. {comment}".strip(), activity)
    decision = _decision(run, task, activity, status)
    if decision is None:
        return
    _close(run, task["TASK_ID"], decision)
    run.record["VARIABLES"] |= values
    results = {"Comments": comment, "TaskId": task["TASK_ID"], "LastApprover": run.call.user_id, **values}
    run.resume(kind.answers[decision], results)


def withdraw(database: Database, workflow_id: str, *, all_of_them: bool = False) -> None:
    """Remove the tasks of a workflow that stops.

    Args:
        database: the portal's data.
        workflow_id: the workflow.
        all_of_them: whether tasks that are done go, too.
    """
    for task in collection(database).find(WORKFLOW_ID=workflow_id):
        if all_of_them or task["STATUS"] == RUNNING:
            collection(database).delete(task["id"])


def show_state(database: Database, workflow_id: str, title: str) -> None:
    """Write the state of a workflow into its tasks."""
    for task in collection(database).find(WORKFLOW_ID=workflow_id):
        collection(database).update(task["id"], {"WORKFLOW_STATE": title})


def _insert(run: Run, shared: Record, people: list[int]) -> None:
    tasks = collection(run.call.database)
    task_id = 0
    for person in people:
        row = {**shared, "USER_ID": person, "USER_STATUS": RUNNING, "TASK_ID": task_id}
        row_id = tasks.insert(row)
        if not task_id:
            task_id = row_id
            tasks.update(row_id, {"TASK_ID": task_id})


def _parameters(run: Run, kind: TaskKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    shown = {
        "CommentLabel": settings.get("CommentLabelMessage") or "Comment",
        "CommentRequired": settings.get("CommentRequired") or "N",
        "ShowComment": settings.get("ShowComment") or "Y",
        **{label: settings.get(setting) or default for label, (setting, default) in kind.labels.items()},
    }
    if kind.asks:
        shown["Fields"] = [_field(run, entry) for entry in settings.get("RequestedInformation") or []]
    return shown


def _field(run: Run, entry: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Id": entry.get("Name"),
        "Type": entry.get("Type") or "string",
        "Name": entry.get("Title") or entry.get("Name"),
        "Description": entry.get("Description") or "",
        "Multiple": entry.get("Multiple") in (True, "Y", "1", 1),
        "Required": entry.get("Required") in (True, "Y", "1", 1),
        "Options": entry.get("Options") or None,
        "Settings": None,
        "Default": run.value(entry.get("Default") or ""),
    }


def _check_comment(task: Record, status: int, comment: str) -> None:
    needed = {"Y": (YES, NO, OK, CANCEL), "YA": (YES,), "YR": (NO,)}.get(task["PARAMETERS"]["CommentRequired"], ())
    if status in needed and not comment.strip():
        raise RestError("ERROR_TASK_EXECUTION", f"The field '{task['PARAMETERS']['CommentLabel']}' is required.")


def _values(task: Record, fields: Mapping[str, Any]) -> dict[str, Any]:
    described = task["PARAMETERS"]["Fields"]
    for field in described:
        if field["Required"] and fields.get(field["Id"], field["Default"]) in (None, "", []):
            raise RestError("ERROR_TASK_EXECUTION", f"The field '{field['Name']}' is required.")
    return {field["Id"]: fields.get(field["Id"], field["Default"]) for field in described}


def _record(run: Run, task: Record, status: int) -> None:
    changes = {"USER_STATUS": status, "MODIFIED": timestamp(run.call.now)}
    collection(run.call.database).update(task["id"], changes)


def _decision(run: Run, task: Record, activity: Activity, status: int) -> int | None:
    """What the answers come to; None while others still have to answer."""
    settings = activity.get("Properties") or {}
    everyone = str(settings.get("ApproveType") or settings.get("ApproveMinPercent") or "all") == "all"
    if activity["Type"] not in {"ApproveActivity", "ReviewActivity"} or not everyone or status == NO:
        return status
    waiting = [row for row in of_task(run.call.database, task["TASK_ID"]) if row["USER_STATUS"] == RUNNING]
    return None if waiting else status


def _close(run: Run, task_id: int, decision: int) -> None:
    status = _CANCELED_TASK if decision == CANCEL else decision
    for row in of_task(run.call.database, task_id):
        collection(run.call.database).update(row["id"], {"STATUS": status, "MODIFIED": timestamp(run.call.now)})
