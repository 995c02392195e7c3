"""Templates of workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.workflows import templates
from bitrix_node.sandbox.workflows.refusals import require_administrator, require_application

if TYPE_CHECKING:
    from bitrix_node.sandbox.authentication import Application
    from bitrix_node.sandbox.database import Record


@method("bizproc.workflow.template.list", scope="bizproc")
def template_list(call: Call) -> Page:
    """List templates."""
    require_administrator(call)
    return templates.LISTING.page(call)


@method("bizproc.workflow.template.add", scope="bizproc")
def template_add(call: Call) -> int:
    """Make a template from a file."""
    application = require_application(call)
    record = {"AUTO_EXECUTE": 0, "DESCRIPTION": "", **templates.values(call, call.arguments, new=True)}
    owned = {"OWNER": application.client_id, "SYSTEM_CODE": _system_code(application), "IS_MODIFIED": "N"}
    return templates.collection(call.database).insert({**record, **owned, **_stamps(call)})


@method("bizproc.workflow.template.update", scope="bizproc")
def template_update(call: Call) -> int:
    """Change a template of the calling application."""
    application = require_application(call)
    fields = call.mapping("FIELDS")
    if not fields:
        raise templates.nothing_to_change()
    template = _own(call, application)
    changes = templates.values(call, fields, new=False)
    if not changes:
        raise templates.nothing_to_change()
    templates.collection(call.database).update(template["id"], {**changes, "IS_MODIFIED": "Y", **_stamps(call)})
    return int(template["id"])


@method("bizproc.workflow.template.delete", scope="bizproc")
def template_delete(call: Call) -> None:
    """Remove a template of the calling application."""
    template = _own(call, require_application(call))
    templates.collection(call.database).delete(template["id"])


def _own(call: Call, application: Application) -> Record:
    template = templates.find(call.database, call.integer("ID"))
    if template is None:
        raise RestError("ERROR_TEMPLATE_NOT_FOUND", "Workflow template not found.")
    if template.get("OWNER") != application.client_id:
        message = "You can update ONLY templates created by current application"
        raise RestError("ERROR_TEMPLATE_NOT_OWNER", message)
    return template


def _stamps(call: Call) -> Record:
    return {"MODIFIED": timestamp(call.now), "USER_ID": call.user_id}


def _system_code(application: Application) -> str:
    return f"rest_app_{application.code}"
