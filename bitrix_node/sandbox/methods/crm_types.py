"""`crm.type.*`: smart processes and what is switched on for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.binding import bound_integer, bound_mapping
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm.smart_processes import TYPES, add_type, change_type, remove_type, show_type
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


@method("crm.type.list", scope="crm")
def type_list(call: Call) -> Page:
    """List smart processes."""
    _require_administrator(call)
    order = call.mapping("order")
    for name, direction in order.items():
        if TYPES.fields.get(name) is None:
            raise RestError("INVALID_ARG_VALUE", f"Invalid order: field '{name}' is not allowed in order")
        if str(direction).upper() not in ("ASC", "DESC"):
            text = f"allowed sort directions are `ASC, DESC`. But got '{direction}' for field '{name}'"
            raise RestError("INVALID_ARG_VALUE", f"Invalid order: {text}")
    rows, total = TYPES.query(call, conditions=_checked_filter(call), order=order)
    return call.page([], total, {"types": [TYPES.show(row) for row in rows]})


@method("crm.type.get", scope="crm")
def type_get(call: Call) -> dict[str, Any]:
    """Fetch a smart process by its own id."""
    _require_administrator(call)
    return {"type": show_type(call.database, _found(call))}


@method("crm.type.getByEntityTypeId", scope="crm")
def type_get_by_number(call: Call) -> dict[str, Any]:
    """Fetch a smart process by its entity type id."""
    row = TYPES.collection(call.database).first(entityTypeId=bound_integer(call, "entityTypeId"))
    if row is None:
        raise _not_found()
    return {"type": show_type(call.database, row)}


@method("crm.type.add", scope="crm")
def type_add(call: Call) -> dict[str, Any]:
    """Make a smart process."""
    sent = bound_mapping(call, "fields")
    _require_administrator(call)
    values = _cleaned(sent, new=True)
    if not values.get("title"):
        raise RestError("BX_EMPTY_REQUIRED", "The required field 'Title' is not filled")
    _check_workplace(sent)
    moment, user = timestamp(call.now), call.user_id
    stamps = {"createdTime": moment, "updatedTime": moment, "createdBy": user, "updatedBy": user}
    row = add_type(call.database, {**values, **stamps}, sent)
    return {"type": show_type(call.database, row)}


@method("crm.type.update", scope="crm")
def type_update(call: Call) -> dict[str, Any]:
    """Change the settings of a smart process."""
    row, sent = _found(call), call.mapping("fields")
    _require_administrator(call)
    values = _cleaned(sent, new=False)
    if "title" in values and not values["title"]:
        raise RestError("BX_EMPTY_REQUIRED", "The required field 'Title' is not filled")
    _check_workplace(sent)
    stamps = {"updatedTime": timestamp(call.now), "updatedBy": call.user_id}
    return {"type": show_type(call.database, change_type(call.database, row, {**values, **stamps}, sent))}


@method("crm.type.delete", scope="crm")
def type_delete(call: Call) -> list[Any] | None:
    """Remove a smart process that has no items; without an id nothing happens and nothing is answered."""
    if call.value("id") in (None, ""):
        return None
    row = _found(call)
    _require_administrator(call)
    remove_type(call.database, row)
    return []


@method("crm.type.fields", scope="crm")
def type_fields(call: Call) -> dict[str, Any]:
    """Document the settings of smart processes."""
    _require_administrator(call)
    return {"fields": {name: field.describe() for name, field in TYPES.fields.items()}}


def _cleaned(sent: dict[str, Any], *, new: bool) -> Record:
    try:
        values = TYPES.clean(sent, new=new)
    except ValueError as problem:
        raise RestError("INVALID_ARG_VALUE", str(problem)) from problem
    return {name: value for name, value in values.items() if value is not None or name == "title"}


def _check_workplace(sent: dict[str, Any]) -> None:
    if is_true(sent.get("isExternal", "N")) and not to_integer(sent.get("customSectionId")):
        raise RestError("0", "Select a workplace where the smart process will be located")


def _checked_filter(call: Call) -> dict[str, Any]:
    """Refuse what no smart process could be found by."""
    conditions = call.mapping("filter")
    for key, value in conditions.items():
        name = split_operator(key)[1]
        field = TYPES.fields.get(name)
        if field is not None and field.type in ("integer", "user") and isinstance(value, dict):
            raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' has invalid value")
    return conditions


def _found(call: Call) -> Record:
    row = TYPES.collection(call.database).get(bound_integer(call, "id"))
    if row is None:
        raise _not_found()
    return row


def _not_found() -> RestError:
    return RestError("0", "Smart process not found")


def _require_administrator(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied")
