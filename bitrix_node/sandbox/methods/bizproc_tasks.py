"""Tasks that workflows set people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.binding import whole_numbers
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.workflows import engine, run, tasks
from bitrix_node.sandbox.workflows.listing import Listing
from bitrix_node.sandbox.workflows.refusals import denied
from bitrix_node.sandbox.workflows.run import Run

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_TASKS = Listing(
    collection="bizproc_tasks",
    fields=(
        "ENTITY",
        "DOCUMENT_ID",
        "ID",
        "WORKFLOW_ID",
        "DOCUMENT_NAME",
        "DESCRIPTION",
        "NAME",
        "MODIFIED",
        "WORKFLOW_STARTED",
        "WORKFLOW_STARTED_BY",
        "OVERDUE_DATE",
        "WORKFLOW_TEMPLATE_ID",
        "WORKFLOW_TEMPLATE_NAME",
        "WORKFLOW_STATE",
        "STATUS",
        "USER_ID",
        "USER_STATUS",
        "MODULE_ID",
        "ACTIVITY",
        "ACTIVITY_NAME",
        "PARAMETERS",
        "DOCUMENT_URL",
    ),
    shown=("ENTITY", "DOCUMENT_ID", "ID", "WORKFLOW_ID", "DOCUMENT_NAME", "NAME", "DOCUMENT_URL"),
    order={"ID": "DESC"},
    stored={"ID": "TASK_ID"},
)


@method("bizproc.task.list", scope="bizproc")
def task_list(call: Call) -> Page:
    """List tasks: an administrator's own choice, everybody else's own and those of their people."""
    named = [value for name, value in call.mapping("filter").items() if split_operator(name.upper())[1] == "USER_ID"]
    if call.is_admin:
        return _TASKS.page(call)
    wanted = {number for value in named for number in whole_numbers(value if isinstance(value, list) else [value])}
    if any(user_id != call.user_id and not _leads(call, user_id) for user_id in wanted):
        raise denied()
    return _TASKS.page(call, None if named else {"=USER_ID": call.user_id})


@method("bizproc.task.complete", scope="bizproc")
def task_complete(call: Call) -> bool:
    """Answer a task, and let the workflow go on."""
    task_id = call.integer("TASK_ID", required="ERROR_TASK_VALIDATION", message="empty TASK_ID")
    status = tasks.ANSWERS.get(call.text("STATUS").lower())
    if status is None:
        raise RestError("ERROR_TASK_VALIDATION", "incorrect STATUS")
    task = next((row for row in tasks.of_task(call.database, task_id) if row["USER_ID"] == call.user_id), None)
    if task is None:
        raise RestError("ERROR_TASK_NOT_FOUND", "Task not found")
    if (task["STATUS"], task["USER_STATUS"]) != (tasks.RUNNING, tasks.RUNNING):
        raise RestError("ERROR_TASK_COMPLETED", "Task already completed")
    if status not in tasks.KINDS[task["ACTIVITY"]].answers:
        raise RestError("ERROR_TASK_VALIDATION", "incorrect STATUS")
    workflow = run.find(call.database, task["WORKFLOW_ID"])
    if workflow is None:
        raise RestError("ERROR_TASK_EXECUTION", "The workflow of this task has ended")
    going = Run.of(call, workflow)
    tasks.answer(going, task, status, call.text("COMMENT"), call.mapping("FIELDS"))
    engine.carry_on(going)
    return True


@method("bizproc.task.delegate", scope="bizproc")
def task_delegate(call: Call) -> bool:
    """Hand tasks that wait to somebody else."""
    wanted = whole_numbers(call.sequence("TASK_IDS"))
    if not wanted:
        raise RestError("ERROR_TASK_VALIDATION", "Invalid TASK_IDS")
    people = {name: _person(call, name) for name in ("FROM_USER_ID", "TO_USER_ID")}
    if people["TO_USER_ID"].get("USER_TYPE", "employee") != "employee":
        message = "Task delegation is only available for intranet users"
        raise RestError("ERROR_DELEGATION_NOT_ALLOWED", message)
    if call.user_id != people["FROM_USER_ID"]["id"] and not call.is_admin:
        raise denied()
    for task_id in wanted:
        _hand_over(call, task_id, people["FROM_USER_ID"]["id"], people["TO_USER_ID"]["id"])
    return True


def _hand_over(call: Call, task_id: int, giver: int, taker: int) -> None:
    rows = tasks.of_task(call.database, task_id)
    task = next((row for row in rows if row["USER_ID"] == giver and row["USER_STATUS"] == tasks.RUNNING), None)
    if task is None:
        raise RestError("ERROR_DELEGATION_NOT_ALLOWED", "User is not responsible for the task")
    tasks.collection(call.database).update(task["id"], {"USER_ID": taker})


def _person(call: Call, name: str) -> Record:
    user = call.database.collection("users").get(call.integer(name))
    if user is None:
        raise RestError("ERROR_INVALID_USER_ID", f"Invalid {name}")
    return user


def _leads(call: Call, user_id: int) -> bool:
    """Whether the caller heads a department of that person."""
    user = call.database.collection("users").get(user_id) or {}
    departments = [call.database.collection("departments").get(number) for number in user.get("UF_DEPARTMENT") or []]
    return any(department is not None and department.get("UF_HEAD") == call.user_id for department in departments)
