"""`crm.item.*`: every CRM entity type through one set of methods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer
from bitrix_node.sandbox.crm.entity_types import EntityType, entity_type
from bitrix_node.sandbox.crm.files import FieldFiles
from bitrix_node.sandbox.crm.items import Items
from bitrix_node.sandbox.crm.views import ItemView
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


@method("crm.item.add", scope="crm")
def item_add(call: Call) -> dict[str, Any]:
    """Make a record."""
    items, view = _open(call)
    return {"item": view.show(items.add(view.from_request(_fields(call))))}


@method("crm.item.import", scope="crm")
def item_import(call: Call) -> dict[str, Any]:
    """Make a record and answer its id only."""
    items, view = _open(call)
    return {"item": {"id": items.add(view.from_request(_fields(call)))["id"]}}


@method("crm.item.get", scope="crm")
def item_get(call: Call) -> dict[str, Any]:
    """Fetch a record."""
    items, view = _open(call)
    return {"item": view.show(_found(items.get(bound_integer(call, "id"))))}


@method("crm.item.update", scope="crm")
def item_update(call: Call) -> dict[str, Any]:
    """Change a record."""
    items, view = _open(call)
    return {"item": view.show(_found(items.update(bound_integer(call, "id"), view.from_request(_fields(call)))))}


@method("crm.item.delete", scope="crm")
def item_delete(call: Call) -> list[Any]:
    """Remove a record."""
    items, _ = _open(call)
    if not items.delete(bound_integer(call, "id")):
        raise _not_found()
    return []


@method("crm.item.list", scope="crm")
def item_list(call: Call) -> Page:
    """List records."""
    items, view = _open(call)
    select = call.sequence("select")
    records, total = items.kind.collection(call.database).query(
        _checked_filter(call.mapping("filter"), view),
        _checked_order(call.mapping("order"), view),
        start=call.start,
        limit=PAGE_SIZE,
        field_name=_name_checker(view, "filter"),
    )
    show: Callable[[Record], dict[str, Any]] = view.show_without_communications
    if select:
        show = lambda record: view.show(record, select)  # noqa: E731 - one of two ways to show a row
    return call.page([], total, {"items": [show(record) for record in records]})


@method("crm.item.fields", scope="crm")
def item_fields(call: Call) -> dict[str, Any]:
    """Document the fields of a type."""
    items, view = _open(call)
    described = {}
    for name, field in items.fields.items():
        description = field.describe()
        if name == "stageId":
            description["statusType"] = items.kind.stage_directory(0)
        described[description["upperName"] if view.original_names and field.dynamic else name] = description
    return {"fields": described}


def _open(call: Call) -> tuple[Items, ItemView]:
    kind: EntityType = entity_type(call.database, bound_integer(call, "entityTypeId"))
    items = Items.of(call, kind)
    return items, ItemView(kind, items.fields, FieldFiles(call.database, call.portal), call.flag("useOriginalUfNames"))


def _fields(call: Call) -> dict[str, Any]:
    value = call.value("fields")
    if value is None:
        raise RestError("100", "Could not find value for parameter {fields}")
    if not isinstance(value, (dict, list)):
        raise RestError(
            "100", f"Invalid value {{{value}}} to match with parameter {{fields}}. Should be value of type array."
        )
    return call.mapping("fields")


def _found(record: Record | None) -> Record:
    if record is None:
        raise _not_found()
    return record


def _not_found() -> RestError:
    return RestError("NOT_FOUND", "Item not found")


def _name_checker(view: ItemView, part: str) -> Callable[[str], str]:
    def check(name: str) -> str:
        stored = view.listed_name(name)
        if stored is None or stored == "fm":
            raise RestError("INVALID_ARG_VALUE", f"Invalid {part}: field '{name}' is not allowed in {part}")
        return stored

    return check


def _checked_filter(conditions: Mapping[str, Any], view: ItemView) -> dict[str, Any]:
    """Refuse values that no field of that type could be compared with."""
    for key, value in conditions.items():
        _, name = split_operator(key)
        stored = view.listed_name(name)
        if stored and view.fields[stored].type in ("integer", "user", "double") and isinstance(value, Mapping):
            raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' has invalid value")
    return dict(conditions)


def _checked_order(order: Mapping[str, Any], view: ItemView) -> dict[str, Any]:
    check = _name_checker(view, "order")
    checked = {}
    for name, direction in order.items():
        if str(direction).upper() not in ("ASC", "DESC"):
            text = f"allowed sort directions are `ASC, DESC`. But got '{direction}' for field '{name}'"
            raise RestError("INVALID_ARG_VALUE", f"Invalid order: {text}")
        checked[check(name)] = direction
    return checked
