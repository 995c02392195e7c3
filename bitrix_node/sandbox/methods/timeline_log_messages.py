"""`crm.timeline.logmessage.*`: entries that an application writes and nobody edits."""

from __future__ import annotations

from typing import Any

from bitrix_node.sandbox.binding import bound_integer, bound_mapping
from bitrix_node.sandbox.crm.owners import Owner, require_owner
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.timeline import entries

_PAGE = 10
_STORED = {"id": "id", "created": "CREATED"}
_REQUIRED = ("entityTypeId", "entityId", "title", "text", "iconCode")


@method("crm.timeline.logmessage.add", scope="crm")
def log_message_add(call: Call) -> dict[str, Any]:
    """Write a log message."""
    fields = bound_mapping(call, "fields")
    for name in _REQUIRED:
        if fields.get(name) in (None, ""):
            raise RestError("100", f"Could not find value for parameter {{{name}}}")
    owner = require_owner(call.database, fields["entityTypeId"], fields["entityId"])
    values = {name: str(fields[name]) for name in ("title", "text", "iconCode")}
    return {"logMessage": _shown(entries.add(call, entries.LOG_MESSAGE, owner, values))}


@method("crm.timeline.logmessage.get", scope="crm")
def log_message_get(call: Call) -> dict[str, Any]:
    """Fetch a log message."""
    return {"logMessage": _shown(_found(call))}


@method("crm.timeline.logmessage.list", scope="crm")
def log_message_list(call: Call) -> Page:
    """List the log messages of a record, ten at a time, the latest first."""
    owner = Owner(bound_integer(call, "entityTypeId"), bound_integer(call, "entityId"))
    order = {_STORED[name]: way for name, way in call.mapping("order").items() if name in _STORED}
    start = max(call.start, 0)
    conditions = {"@id": entries.entries_of(call.database, owner), "=KIND": entries.LOG_MESSAGE}
    rows, total = entries.entries(call.database).query(conditions, order or {"id": "DESC"}, start=start, limit=_PAGE)
    following = start + _PAGE
    return Page([_shown(row) for row in rows], total, following if following < total else None)


@method("crm.timeline.logmessage.delete", scope="crm")
def log_message_delete(call: Call) -> bool:
    """Remove a log message, for the application that wrote it."""
    record = _found(call)
    if record["APPLICATION"] != (call.application.client_id if call.application else ""):
        raise RestError("REMOVING_DISABLED", "Another application wrote this entry")
    entries.remove(call.database, record["id"])
    return True


def _found(call: Call) -> dict[str, Any]:
    record = entries.find(call.database, entries.LOG_MESSAGE, bound_integer(call, "id"))
    if record is None:
        raise RestError("NOT_FOUND", "Element not found")
    return record


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    shown = {"id": record["id"], "created": record["CREATED"], "authorId": record["AUTHOR_ID"]}
    return shown | {name: record[name] for name in ("title", "text", "iconCode")}
