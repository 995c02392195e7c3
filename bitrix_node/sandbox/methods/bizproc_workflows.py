"""Workflows: start them, look at those that run, stop them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.workflows import engine, run, templates
from bitrix_node.sandbox.workflows.documents import Document
from bitrix_node.sandbox.workflows.listing import Listing
from bitrix_node.sandbox.workflows.refusals import require_administrator

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_INSTANCES = Listing(
    collection="bizproc_workflows",
    fields=(
        "ID",
        "MODIFIED",
        "OWNED_UNTIL",
        "MODULE_ID",
        "ENTITY",
        "DOCUMENT_ID",
        "STARTED",
        "STARTED_BY",
        "TEMPLATE_ID",
    ),
    shown=("ID", "MODIFIED", "OWNED_UNTIL"),
    order={"MODIFIED": "DESC"},
    stored={"ID": "WORKFLOW_ID"},
)


@method("bizproc.workflow.start", scope="bizproc")
def workflow_start(call: Call) -> str:
    """Start a workflow on a document."""
    require_administrator(call, HTTPStatus.FORBIDDEN)
    template_id = call.integer("TEMPLATE_ID", required="ERROR_WRONG_WORKFLOW_ID", message="Empty TEMPLATE_ID")
    template = templates.find(call.database, template_id)
    if template is None:
        raise RestError("ERROR_WRONG_WORKFLOW_ID", "Template not found")
    document = Document.find(call.database, call.sequence("DOCUMENT_ID"))
    if (document.module, document.type) != (template["MODULE_ID"], template["DOCUMENT_TYPE"]):
        raise RestError("", "Template type and DOCUMENT_ID mismatch!")
    return engine.start(call, template, document, call.mapping("PARAMETERS"))


@method("bizproc.workflow.instances", scope="bizproc")
def workflow_instances(call: Call) -> Page:
    """List the workflows that run."""
    require_administrator(call, HTTPStatus.FORBIDDEN)
    return _INSTANCES.page(call)


@method("bizproc.workflow.terminate", scope="bizproc")
def workflow_terminate(call: Call) -> bool:
    """Stop a workflow and keep its history."""
    record = _running(call)
    if record is not None:
        engine.stop(call, record, call.text("STATUS"))
    return True


@method("bizproc.workflow.kill", scope="bizproc")
def workflow_kill(call: Call) -> bool:
    """Stop a workflow and remove everything it left."""
    record = _running(call)
    if record is not None:
        engine.destroy(call, record)
    return True


def _running(call: Call) -> Record | None:
    """The workflow a call names; None for one that has ended, which is no error."""
    require_administrator(call, HTTPStatus.FORBIDDEN)
    message = "Empty workflow instance ID"
    return run.find(call.database, call.text("ID", required="ERROR_WRONG_WORKFLOW_ID", message=message))
