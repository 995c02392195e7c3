"""`crm.automatedsolution.*`: digital workplaces, which hold smart processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_mapping, whole_numbers
from bitrix_node.sandbox.crm.smart_processes import WORKPLACES, move_types, types_of
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


@method("crm.automatedsolution.list", scope="crm")
def workplace_list(call: Call) -> Page:
    """List workplaces."""
    _require_administrator(call)
    rows, total = WORKPLACES.query(call, field_name=_listed_name)
    return call.page([], total, {"automatedSolutions": [_shown(call, row) for row in rows]})


@method("crm.automatedsolution.get", scope="crm")
def workplace_get(call: Call) -> dict[str, Any]:
    """Fetch a workplace."""
    _require_administrator(call)
    return {"automatedSolution": _shown(call, _found(call))}


@method("crm.automatedsolution.add", scope="crm")
def workplace_add(call: Call) -> dict[str, Any]:
    """Make a workplace and move smart processes into it."""
    _require_administrator(call)
    sent = bound_mapping(call, "fields")
    row: Record = {"title": _title(sent)}
    row["id"] = WORKPLACES.collection(call.database).insert(row)
    move_types(call.database, row["id"], whole_numbers(sent.get("typeIds")))
    return {"automatedSolution": _shown(call, row)}


@method("crm.automatedsolution.update", scope="crm")
def workplace_update(call: Call) -> dict[str, Any]:
    """Rename a workplace, or change which smart processes it holds."""
    _require_administrator(call)
    row, sent = _found(call), bound_mapping(call, "fields")
    if "title" in sent:
        row["title"] = _title(sent)
        WORKPLACES.collection(call.database).update(row["id"], {"title": row["title"]})
    if "typeIds" in sent:
        move_types(call.database, row["id"], whole_numbers(sent["typeIds"]))
    return {"automatedSolution": _shown(call, row)}


@method("crm.automatedsolution.delete", scope="crm")
def workplace_delete(call: Call) -> None:
    """Remove a workplace that holds nothing any more."""
    _require_administrator(call)
    row = _found(call)
    if types_of(call.database, row["id"]):
        raise RestError("HAS_BOUND_TYPES", "The workplace still has smart processes. Move them to another one first")
    WORKPLACES.collection(call.database).delete(row["id"])


@method("crm.automatedsolution.fields", scope="crm")
def workplace_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of workplaces."""
    return {name: field.describe() for name, field in WORKPLACES.fields.items()}


def _title(sent: dict[str, Any]) -> str:
    title = str(sent.get("title") or "").strip()
    if not title:
        raise RestError("BX_EMPTY_REQUIRED", "The required field 'Title' is not filled")
    return title


def _shown(call: Call, row: Record) -> dict[str, Any]:
    return {"id": row["id"], "title": row["title"], "typeIds": types_of(call.database, row["id"])}


def _listed_name(name: str) -> str:
    if name not in ("id", "title"):
        raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter")
    return name


def _found(call: Call) -> Record:
    row = WORKPLACES.collection(call.database).get(bound_integer(call, "id"))
    if row is None:
        raise RestError("NOT_FOUND", "There is no digital workplace with this id")
    return row


def _require_administrator(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ACCESS_DENIED", "Insufficient permissions")
