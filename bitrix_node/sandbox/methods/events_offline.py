"""`event.offline.*`: the queue of events that an application fetches when it likes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import whole_numbers
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.events import offline
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


@method("event.offline.get", application_only=True)
def offline_get(call: Call) -> dict[str, Any]:
    """Take the oldest events out of the queue, or reserve them when `clear` is 0."""
    process_id = call.text("process_id")
    conditions = {"=PROCESS_ID": process_id, "=ERROR": "1" if call.flag("error") else "0"}
    rows, _ = _query(call, conditions, "TIMESTAMP_X", limit=max(call.integer("limit", PAGE_SIZE), 1))
    if call.flag("clear", default=True):
        _drop(call, rows)
    else:
        process_id = process_id or offline.reserve(call.database, rows)
    return {"process_id": process_id or None, "events": [offline.shown(row) for row in rows]}


@method("event.offline.list", application_only=True)
def offline_list(call: Call) -> Page:
    """List the queue without touching it."""
    rows, total = _query(call, {}, "ID", start=call.start)
    return call.page([offline.shown(row, states=True) for row in rows], total)


@method("event.offline.clear", application_only=True)
def offline_clear(call: Call) -> bool:
    """Drop events that were reserved: all of a process, or those that are named."""
    rows = _reserved(call)
    if call.has("id"):
        rows = [row for row in rows if row["id"] in whole_numbers(call.sequence("id"))]
    elif call.has("message_id"):
        rows = _with_message_ids(call, rows)
    _drop(call, rows)
    return True


@method("event.offline.error", application_only=True)
def offline_error(call: Call) -> bool:
    """Mark reserved events as those that could not be dealt with."""
    rows = _reserved(call)
    if call.has("message_id"):
        rows = _with_message_ids(call, rows)
    for row in rows:
        offline.queue(call.database).update(row["id"], {"ERROR": "1"})
    return True


def _query(
    call: Call, conditions: dict[str, Any], order: str, *, start: int = 0, limit: int = PAGE_SIZE
) -> tuple[list[Record], int]:
    _require_administrator(call)
    own = {"=APPLICATION": _application(call), "=CONNECTOR": call.text("auth_connector"), **conditions}
    try:
        return offline.queue(call.database).query(
            {"0": call.mapping("filter"), "1": own},
            call.mapping("order") or {order: "ASC", "ID": "ASC"},
            start=start,
            limit=limit,
            field_name=offline.stored_name,
        )
    except ValueError as problem:
        raise RestError("ERROR_ARGUMENT", f"There is no field {problem} in the queue") from problem


def _reserved(call: Call) -> list[Record]:
    _require_administrator(call)
    process_id = call.text("process_id", required="ERROR_ARGUMENT", message="Argument 'PROCESS_ID' is null or empty")
    return offline.queue(call.database).find(APPLICATION=_application(call), PROCESS_ID=process_id)


def _with_message_ids(call: Call, rows: list[Record]) -> list[Record]:
    wanted = {str(entry) for entry in call.sequence("message_id")}
    return [row for row in rows if row["MESSAGE_ID"] in wanted]


def _drop(call: Call, rows: list[Record]) -> None:
    for row in rows:
        offline.queue(call.database).delete(row["id"])


def _require_administrator(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied!", 403)


def _application(call: Call) -> str:
    return call.application.client_id if call.application else ""
