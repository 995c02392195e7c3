"""`crm.item.productrow.*`: what deals, leads, estimates, invoices and smart processes sell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_mapping, bound_sequence, bound_text
from bitrix_node.sandbox.crm.entity_types import EntityType, entity_type_named
from bitrix_node.sandbox.crm.product_rows import ROWS, complete_row, forget_rows, rows_of, settle_amount
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_OWNER = ("ownerType", "ownerId")


@method("crm.item.productrow.list", scope="crm")
def row_list(call: Call) -> Page:
    """List the rows of one record, which the filter has to name."""
    conditions = bound_mapping(call, "filter")
    named = {name for operator, name in map(split_operator, conditions) if operator in ("", "=")}
    for name in _OWNER:
        if name not in named:
            raise RestError("100", f"Could not find value for parameter {{{name}}}")
    rows, total = ROWS.query(call, conditions=conditions, order=call.mapping("order") or {"sort": "ASC"})
    return call.page([], total, {"productRows": [ROWS.show(row) for row in rows]})


@method("crm.item.productrow.get", scope="crm")
def row_get(call: Call) -> dict[str, Any]:
    """Fetch a row."""
    return {"productRow": ROWS.show(_found(call))}


@method("crm.item.productrow.add", scope="crm")
def row_add(call: Call) -> dict[str, Any]:
    """Add a row to a record."""
    sent = bound_mapping(call, "fields")
    for name in _OWNER:
        if sent.get(name) in (None, ""):
            raise RestError("100", f"Could not find value for parameter {{{name}}}")
    row = _cleaned(sent, new=True)
    kind = _owner(call, row["ownerType"], row["ownerId"])
    return {"productRow": ROWS.show(_insert(call, kind, row, sent))}


@method("crm.item.productrow.set", scope="crm")
def row_set(call: Call) -> dict[str, Any]:
    """Give a record these rows in place of those that it had."""
    owner_type, owner_id = bound_text(call, "ownerType"), bound_integer(call, "ownerId")
    rows = bound_sequence(call, "productRows")
    kind = _owner(call, owner_type, owner_id)
    forget_rows(call.database, kind, owner_id)
    for sent in rows:
        if not isinstance(sent, dict):
            raise RestError("INVALID_ARG_VALUE", "A product row is an object with fields")
        owned = {**sent, "ownerType": owner_type, "ownerId": owner_id}
        _insert(call, kind, _cleaned(owned, new=True), sent)
    settle_amount(call.database, kind, owner_id)
    return {"productRows": [ROWS.show(row) for row in rows_of(call.database, kind, owner_id)]}


@method("crm.item.productrow.update", scope="crm")
def row_update(call: Call) -> dict[str, Any]:
    """Change a row."""
    row, sent = _found(call), bound_mapping(call, "fields")
    for name in sent:
        field = ROWS.fields.get(name)
        if field is None or field.read_only or field.immutable:
            raise RestError("INVALID_ARG_VALUE", f"The field '{name}' cannot be changed")
    changed = complete_row(call.database, {**row, **_cleaned(sent, new=False)}, sent)
    ROWS.collection(call.database).update(row["id"], changed)
    _settle(call, row)
    return {"productRow": ROWS.show(changed)}


@method("crm.item.productrow.delete", scope="crm")
def row_delete(call: Call) -> None:
    """Remove a row."""
    row = _found(call)
    ROWS.collection(call.database).delete(row["id"])
    _settle(call, row)


@method("crm.item.productrow.fields", scope="crm")
def row_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of rows."""
    return {"fields": ROWS.describe()}


@method("crm.item.productrow.getAvailableForPayment", scope="crm")
def row_list_unpaid(call: Call) -> dict[str, Any]:
    """List the rows of a record that no payment covers: the portal has no payments, so all of them."""
    owner_id = bound_integer(call, "ownerId")
    kind = _owner(call, bound_text(call, "ownerType"), owner_id)
    return {"productRows": [ROWS.show(row) for row in rows_of(call.database, kind, owner_id)]}


def _insert(call: Call, kind: EntityType, row: Record, sent: dict[str, Any]) -> Record:
    rows = ROWS.collection(call.database)
    completed = complete_row(call.database, {**row, "ownerType": kind.code}, sent)
    completed["id"] = rows.insert(completed)
    settle_amount(call.database, kind, completed["ownerId"])
    return completed


def _owner(call: Call, code: str, item_id: int) -> EntityType:
    kind = entity_type_named(call.database, code)
    if kind is None or "opportunity" not in kind.fields:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", f"Records of the type '{code}' have no products")
    if kind.collection(call.database).get(item_id) is None:
        raise RestError("OWNER_NOT_FOUND", "Owner was not found")
    return kind


def _settle(call: Call, row: Record) -> None:
    kind = entity_type_named(call.database, row["ownerType"])
    if kind is not None:
        settle_amount(call.database, kind, row["ownerId"])


def _found(call: Call) -> Record:
    row = ROWS.collection(call.database).get(bound_integer(call, "id"))
    if row is None:
        raise RestError("NOT_FOUND", "Item not found")
    return row


def _cleaned(sent: dict[str, Any], *, new: bool) -> Record:
    try:
        cleaned = ROWS.clean(sent, new=new)
    except ValueError as problem:
        raise RestError("INVALID_ARG_VALUE", str(problem)) from problem
    return {name: ROWS.fields[name].default if value is None else value for name, value in cleaned.items()}
