"""`crm.lead.*`, `crm.deal.*`, `crm.contact.*`, `crm.company.*`, `crm.quote.*` over the same records as `crm.item.*`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.entity_types import EntityType, entity_types
from bitrix_node.sandbox.crm.files import FieldFiles
from bitrix_node.sandbox.crm.items import Items
from bitrix_node.sandbox.crm.multifields import KINDS, from_classic, values_field
from bitrix_node.sandbox.crm.views import ClassicView
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Callable

CLASSIC = {"lead": 1, "deal": 2, "contact": 3, "company": 4, "quote": 7}


def classic_add(call: Call, kind: EntityType) -> int:
    """Make a record and answer its id."""
    items, view = _open(call, kind)
    sent = _fields(call)
    return int(items.add(view.from_request(sent), from_classic(sent))["id"])


def classic_get(call: Call, kind: EntityType) -> dict[str, Any]:
    """Fetch a record."""
    items, view = _open(call, kind)
    record = items.get(_id(call))
    if record is None:
        raise _not_found()
    return view.show(record)


def classic_update(call: Call, kind: EntityType) -> bool:
    """Change a record."""
    items, view = _open(call, kind)
    item_id, sent = _id(call), _fields(call)
    if items.update(item_id, view.from_request(sent), from_classic(sent) or None) is None:
        raise _not_found()
    return True


def classic_delete(call: Call, kind: EntityType) -> bool:
    """Remove a record."""
    items, _ = _open(call, kind)
    if not items.delete(_id(call)):
        raise _not_found()
    return True


def classic_list(call: Call, kind: EntityType) -> Page:
    """List records."""
    _, view = _open(call, kind)
    order = {name: way for name, way in call.mapping("order").items() if name.upper() in view.by_name}
    conditions = _known_conditions(call.mapping("filter"), view)
    records, total = kind.collection(call.database).query(
        conditions, order, start=call.start, limit=PAGE_SIZE, field_name=lambda name: _stored(name, view)
    )
    select = [str(name) for name in call.sequence("select")] or ["*", "UF_*"]
    return call.page([view.show(record, select) for record in records], total)


def classic_fields(call: Call, kind: EntityType) -> dict[str, Any]:
    """Document the fields of a type."""
    _, view = _open(call, kind)
    described = {name: field.describe(classic=True) for name, field in view.by_name.items()}
    if view.communicates:
        template = view.fields["fm"].describe(classic=True)
        described |= {name: {**template, "title": name} for name in KINDS}
    return described


OPERATIONS: dict[str, Callable[[Call, EntityType], Any]] = {
    "add": classic_add,
    "get": classic_get,
    "list": classic_list,
    "update": classic_update,
    "delete": classic_delete,
    "fields": classic_fields,
}


def _declare(entity: str, operation: str) -> None:
    kind, function = entity_types()[CLASSIC[entity]], OPERATIONS[operation]
    method(f"crm.{entity}.{operation}", scope="crm")(lambda call: function(call, kind))


for _entity in CLASSIC:
    for _operation in OPERATIONS:
        _declare(_entity, _operation)


def _open(call: Call, kind: EntityType) -> tuple[Items, ClassicView]:
    items = Items.of(call, kind)
    return items, ClassicView(items.fields, FieldFiles(call.database, call.portal))


def _fields(call: Call) -> dict[str, Any]:
    if not isinstance(call.value("fields", {}), (dict, list)):
        raise RestError("", "Parameter 'fields' must be array.")
    return call.mapping("fields")


def _id(call: Call) -> int:
    number = to_integer(call.value("id"))
    if not number or number < 0:
        raise RestError("", "ID is not defined or invalid.")
    return number


def _not_found() -> RestError:
    return RestError("", "Not found")


def _known_conditions(conditions: dict[str, Any], view: ClassicView) -> dict[str, Any]:
    """Keep what the type can be filtered by; classic methods ignore the rest in silence."""
    known = {}
    for key, value in conditions.items():
        name = key.lstrip("!<>=%@?").upper()
        if name in view.by_name or name == "LOGIC" or name.isdigit() or (view.communicates and name in KINDS):
            known[key] = value
    return known


def _stored(name: str, view: ClassicView) -> str:
    field = view.by_name.get(name.upper())
    return values_field(name.upper()) if field is None else field.name
