"""Starts workflows, carries them on to their end, and stops them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.workflows import run as running
from bitrix_node.sandbox.workflows import tasks
from bitrix_node.sandbox.workflows.activities import carry_out
from bitrix_node.sandbox.workflows.run import Run

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call
    from bitrix_node.sandbox.workflows.documents import Document

_RUNNING, _DONE = "In progress", "Completed"


def start(call: Call, template: Record, document: Document, parameters: dict[str, Any]) -> str:
    """Start a workflow; it runs until it waits for something, or to its end.

    Args:
        call: who starts it, and when.
        template: what it does.
        document: what it runs on.
        parameters: values of the template's parameters.

    Returns:
        its id.

    Raises:
        RestError: a required parameter has no value.
    """
    values = running.first_values(template["PARAMETERS"], parameters)
    for name, described in template["PARAMETERS"].items():
        needed = isinstance(described, dict) and described.get("Required") in (True, "1", 1, "Y")
        if needed and values.get(name) in (None, "", []):
            raise RestError("", f"The parameter '{described.get('Name') or name}' is required.")
    moment = timestamp(call.now)
    record: Record = {
        "WORKFLOW_ID": running.new_id(call),
        "TEMPLATE_ID": template["id"],
        "TEMPLATE_NAME": template["NAME"],
        "MODULE_ID": document.module,
        "ENTITY": document.entity,
        "DOCUMENT_ID": document.id,
        "STARTED": moment,
        "STARTED_BY": call.user_id,
        "MODIFIED": moment,
        "OWNED_UNTIL": None,
        "STATE": _RUNNING,
        "PARAMETERS": values,
        "VARIABLES": running.first_values(template["VARIABLES"]),
        "CONSTANTS": running.first_values(template["CONSTANTS"]),
        "RESULTS": {},
        "AGENDA": template["TEMPLATE"],
        "WAITING": None,
    }
    record["id"] = running.workflows(call.database).insert(record)
    carry_on(Run(call, record, document))
    return str(record["WORKFLOW_ID"])


def carry_on(run: Run) -> None:
    """Do what is to be done until the workflow waits, or ends; one that ended is not found any more."""
    while run.record["AGENDA"] and not run.is_waiting:
        activity = run.record["AGENDA"].pop(0)
        carry_out(run, activity)
    if run.is_waiting:
        run.save()
    else:
        title = _DONE if run.record["STATE"] == _RUNNING else run.record["STATE"]
        _remove(run.call, run.record, title)


def stop(call: Call, record: Record, title: str) -> None:
    """Stop a workflow and keep the tasks that were answered.

    Args:
        call: the call that stops it.
        record: the workflow.
        title: its state from now on.
    """
    tasks.withdraw(call.database, record["WORKFLOW_ID"])
    _remove(call, record, title or "Terminated")


def destroy(call: Call, record: Record) -> None:
    """Stop a workflow and remove everything it left."""
    tasks.withdraw(call.database, record["WORKFLOW_ID"], all_of_them=True)
    log = call.database.collection("bizproc_log")
    for entry in log.find(WORKFLOW_ID=record["WORKFLOW_ID"]):
        log.delete(entry["id"])
    running.workflows(call.database).delete(record["id"])


def _remove(call: Call, record: Record, title: str) -> None:
    tasks.show_state(call.database, record["WORKFLOW_ID"], title)
    running.workflows(call.database).delete(record["id"])
