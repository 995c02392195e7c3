"""`catalog.product.*`: the products of a catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.catalog import images, properties
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import descriptions, family
from bitrix_node.sandbox.families.described import Described, forget
from bitrix_node.sandbox.registry import Call, Download, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

CATALOGS = family("catalog")
PRODUCTS = family("product")
_HIDDEN, _DENIED = "200040300010", "200040300040"
_AS_SET_UP = ("canBuyZero", "quantityTrace", "subscribe")
"""Fields that take `D`: as the catalogue is set up."""


@method("catalog.product.list", scope="catalog")
def product_list(call: Call) -> Page:
    """List products; `id` and `iblockId` must be selected, `iblockId` must be filtered by."""
    select = call.sequence("select")
    if "*" not in select and not {"id", "iblockId"} <= set(select):
        raise RestError("0", "Required select fields: id, iblockId")
    if not any(name.lstrip("=@") == "iblockId" for name in call.mapping("filter")):
        raise RestError("0", "Required filter fields: iblockId")
    rows, total = PRODUCTS.query(call, field_name=_known)
    return call.page([], total, {"products": [_shown(call, row, select) for row in rows]})


@method("catalog.product.get", scope="catalog")
def product_get(call: Call) -> dict[str, Any]:
    """Fetch a product."""
    _require_administrator(call, _HIDDEN)
    return {"product": _shown(call, _found(call))}


@method("catalog.product.add", scope="catalog")
def product_add(call: Call) -> dict[str, Any]:
    """Make a product."""
    _require_administrator(call, _DENIED)
    moment = timestamp(call.now)
    record: Record = {"createdBy": call.user_id, "modifiedBy": call.user_id, "dateCreate": moment}
    record |= _cleaned(call, new=True)
    missing = PRODUCTS.missing(record)
    if missing:
        raise RestError("0", f"Required fields: {', '.join(missing)}")
    _check(call, record)
    _require_unique_code(call, record)
    product_id = PRODUCTS.collection(call.database).insert({**record, "timestampX": moment})
    return _saved(call, {"id": product_id, **record})


@method("catalog.product.update", scope="catalog")
def product_update(call: Call) -> dict[str, Any]:
    """Change a product."""
    _require_administrator(call, _DENIED)
    product = _found(call)
    changes = {"modifiedBy": call.user_id, **_cleaned(call, new=False), "timestampX": timestamp(call.now)}
    _check(call, changes)
    _require_unique_code(call, {**product, **changes})
    PRODUCTS.collection(call.database).update(product["id"], changes)
    return _saved(call, product)


@method("catalog.product.delete", scope="catalog")
def product_delete(call: Call) -> bool:
    """Remove a product with its prices and pictures."""
    _require_administrator(call, _DENIED)
    return forget(call.database, "product", _found(call)["id"])


@method("catalog.product.download", scope="catalog", batchable=False)
def product_download(call: Call) -> Download:
    """Fetch a file of a product."""
    _require_administrator(call, _HIDDEN)
    wanted = call.mapping("fields", required="100", message="Could not find value for parameter {fields}")
    missing = [name for name in ("fileId", "productId", "fieldName") if not wanted.get(name)]
    if missing:
        raise RestError("0", f"Required fields: {', '.join(missing)}")
    file = images.IMAGES.collection(call.database).get(to_integer(wanted["fileId"]) or 0)
    if file is None or str(file["productId"]) != str(wanted["productId"]):
        raise RestError("0", "file does not exist")
    return Download(call.database.blobs.get(file["blob"]) or b"", file["name"])


@method("catalog.product.getFieldsByFilter", scope="catalog")
def product_fields(call: Call) -> dict[str, Any]:
    """Document the fields of a catalogue's products, its properties among them."""
    _require_administrator(call, _HIDDEN)
    conditions = call.mapping("filter", required="100", message="Could not find value for parameter {filter}")
    if not conditions.get("iblockId"):
        raise RestError("0", "Required fields: iblockId")
    described: dict[str, Any] = {}
    for name, field in PRODUCTS.fields.items():
        described[name] = {
            "isImmutable": field.immutable,
            "isReadOnly": field.read_only,
            "isRequired": field.required,
            "name": field.title,
            "type": field.type,
        }
    for entry in properties.of_catalog(call.database, int(conditions["iblockId"])):
        described[f"property{entry['id']}"] = properties.describe(entry)
    return {"product": described}


def _shown(call: Call, product: Record, select: list[Any] | None = None) -> dict[str, Any]:
    names = [str(name) for name in select or []]
    row = PRODUCTS.show(product, names)
    for field, kind in images.FIELDS.items():
        if field in row:
            file = images.IMAGES.collection(call.database).first(productId=product["id"], type=kind)
            row[field] = images.as_field(file, field) if file else None
    return row | properties.shown(call.database, product, names)


def _saved(call: Call, product: Record) -> dict[str, Any]:
    """Keep the pictures and properties that were sent with a product; the product as it now is."""
    sent = call.mapping("fields")
    for field, kind in images.FIELDS.items():
        if isinstance(sent.get(field), dict):
            _save_picture(call, product["id"], kind, sent[field])
    properties.save(call.database, product, sent, call.now)
    return {"element": _shown(call, PRODUCTS.collection(call.database).get(product["id"]) or {})}


def _save_picture(call: Call, product_id: int, kind: str, sent: dict[str, Any]) -> None:
    if sent.get("remove") == "Y":
        images.remove(call.database, product_id, kind)
    elif "fileData" in sent:
        file = images.decode(sent["fileData"])
        images.require_image(file[1])
        images.add(call.database, product_id, kind, file, call.now)


def _known(name: str) -> str:
    try:
        return properties.stored_name(name) or PRODUCTS.field_name(name)
    except RestError as refusal:
        raise RestError("0", f"Unknown field in filter or order: {name}") from refusal


def _cleaned(call: Call, *, new: bool) -> Record:
    sent = call.mapping("fields", required="100", message="Could not find value for parameter {fields}")
    for name in _AS_SET_UP:
        if sent.get(name) == "D":
            sent[name] = PRODUCTS.fields[name].default
    try:
        record = PRODUCTS.clean({name: value for name, value in sent.items() if name not in images.FIELDS}, new=new)
        if record.get("purchasingPrice"):
            record["purchasingPrice"] = f"{float(record['purchasingPrice']):.6f}"
    except ValueError as problem:
        raise RestError("0", str(problem)) from problem
    return record


def _check(call: Call, record: Record) -> None:
    """Refuse values that name records which are not there."""
    Described.parse("product", descriptions()["product"]).check_links(call.database, record)
    users = call.database.collection("users")
    for name in ("createdBy", "modifiedBy"):
        if name in record and users.get(record[name] or 0) is None:
            raise RestError("0", f"User does not exist: {name}")
    currency = record.get("purchasingCurrency")
    if currency and not (len(currency) == len("EUR") and currency.isalpha() and currency.isupper()):
        raise RestError("0", "Currency does not exist")


def _require_unique_code(call: Call, record: Record) -> None:
    code = record.get("code")
    other = PRODUCTS.collection(call.database).first(iblockId=record["iblockId"], code=code) if code else None
    if other is not None and other["id"] != record.get("id"):
        raise RestError("0", "An element with this symbolic code already exists")


def _require_administrator(call: Call, code: str) -> None:
    if not call.is_admin:
        raise RestError(code, "Access Denied")


def _found(call: Call) -> Record:
    product_id = call.integer("id", required="100", message="Could not find value for parameter {id}")
    product = PRODUCTS.collection(call.database).get(product_id)
    if product is None:
        raise RestError("0", "product does not exist")
    return product
