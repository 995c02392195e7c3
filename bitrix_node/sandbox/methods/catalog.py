"""The trade catalogue: its information blocks and products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import Family, family
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

CATALOGS = family("catalog")
PRODUCTS = family("product")


@method("catalog.product.list", scope="catalog")
def product_list(call: Call) -> Page:
    """List products; `id` and `iblockId` must be selected, `iblockId` must be filtered by."""
    select = call.sequence("select")
    if "*" not in select and not {"id", "iblockId"} <= set(select):
        raise RestError("0", "Required select fields: id, iblockId")
    if not any(name.lstrip("=@") == "iblockId" for name in call.mapping("filter")):
        raise RestError("0", "Required filter fields: iblockId")
    return _page(call, PRODUCTS, "products")


@method("catalog.product.get", scope="catalog")
def product_get(call: Call) -> dict[str, Any]:
    """Fetch a product."""
    return {"product": PRODUCTS.show(_found(call))}


@method("catalog.product.add", scope="catalog")
def product_add(call: Call) -> dict[str, Any]:
    """Make a product."""
    moment = timestamp(call.now)
    record: Record = {"createdBy": call.user_id, "modifiedBy": call.user_id, "dateCreate": moment}
    record |= _cleaned(call, new=True)
    missing = PRODUCTS.missing(record)
    if missing:
        raise RestError("0", f"Required fields: {', '.join(missing)}")
    _require_catalog(call, record["iblockId"])
    _require_unique_code(call, record)
    product_id = PRODUCTS.collection(call.database).insert({**record, "timestampX": moment})
    return {"element": PRODUCTS.show(PRODUCTS.collection(call.database).get(product_id) or {})}


@method("catalog.product.update", scope="catalog")
def product_update(call: Call) -> dict[str, Any]:
    """Change a product."""
    product = _found(call)
    changes = {"modifiedBy": call.user_id, **_cleaned(call, new=False), "timestampX": timestamp(call.now)}
    PRODUCTS.collection(call.database).update(product["id"], changes)
    return {"element": PRODUCTS.show({**product, **changes})}


@method("catalog.product.delete", scope="catalog")
def product_delete(call: Call) -> bool:
    """Remove a product."""
    return PRODUCTS.collection(call.database).delete(_found(call)["id"])


@method("catalog.product.getFieldsByFilter", scope="catalog")
def product_fields(call: Call) -> dict[str, Any]:
    """Document the fields of a catalogue's products."""
    conditions = call.mapping("filter", required="100", message="Could not find value for parameter {filter}")
    if not conditions.get("iblockId"):
        raise RestError("0", "Required fields: iblockId")
    described = {}
    for name, field in PRODUCTS.fields.items():
        described[name] = {
            "isImmutable": field.immutable,
            "isReadOnly": field.read_only,
            "isRequired": field.required,
            "name": field.title,
            "type": field.type,
        }
    return {"product": described}


def _page(call: Call, kind: Family, name: str) -> Page:
    rows, total = kind.query(call, field_name=lambda field: _known(kind, field))
    return call.page([], total, {name: [kind.show(row, call.sequence("select")) for row in rows]})


def _known(kind: Family, name: str) -> str:
    try:
        return kind.field_name(name)
    except RestError as refusal:
        raise RestError("0", f"Unknown field in filter or order: {name}") from refusal


def _cleaned(call: Call, *, new: bool) -> Record:
    sent = call.mapping("fields", required="100", message="Could not find value for parameter {fields}")
    try:
        return PRODUCTS.clean(sent, new=new)
    except ValueError as problem:
        raise RestError("0", str(problem)) from problem


def _require_catalog(call: Call, iblock_id: int) -> None:
    if CATALOGS.collection(call.database).first(iblockId=iblock_id) is None:
        raise RestError("200040300000", "Iblock not found")


def _require_unique_code(call: Call, record: Record) -> None:
    code = record.get("code")
    if code and PRODUCTS.collection(call.database).first(iblockId=record["iblockId"], code=code):
        raise RestError("0", "An element with this symbolic code already exists")


def _found(call: Call) -> Record:
    product_id = call.integer("id", required="100", message="Could not find value for parameter {id}")
    product = PRODUCTS.collection(call.database).get(product_id)
    if product is None:
        raise RestError("0", "product does not exist")
    return product
