"""Product rows: what a record sells, and the amount that follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.fields import whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.database import Database, Record

ROWS = family("product_row")
_MEASURES = {6: "m", 112: "l", 163: "g", 166: "kg", 796: "pcs"}
_PIECES = 796
_ABSOLUTE = 1
_PERCENT = 100
_TYPED_IN = 5


def rows_of(database: Database, kind: EntityType, item_id: int) -> list[Record]:
    """Fetch the product rows of a record.

    Args:
        database: the portal's data.
        kind: type of the record.
        item_id: the record.

    Returns:
        the rows in their order.
    """
    rows = ROWS.collection(database).find(ownerType=kind.code, ownerId=item_id)
    return sorted(rows, key=lambda row: (row["sort"] or 0, row["id"]))


def complete_row(database: Database, row: Record, sent: Mapping[str, Any]) -> Record:
    """Fill in what the catalogue knows of the product, and the prices that follow from the price.

    Args:
        database: the portal's data.
        row: cleaned fields of the row.
        sent: names that were sent just now; a discount is kept in the way it was given.

    Returns:
        the whole row.

    Raises:
        RestError: `0` when there is no such product.
    """
    product = _product(database, row.get("productId") or 0)
    if not row.get("productName"):
        row = {**row, "productName": (product or {}).get("name") or ""}
    measure = row.get("measureCode") or _PIECES
    row |= {"measureCode": measure, "measureName": row.get("measureName") or _MEASURES.get(measure, "")}
    row |= {"type": product.get("type", 1) if product else _TYPED_IN, "customized": "Y", "xmlId": ""}
    return row | _prices(row, by_sum="discountSum" in sent and row.get("discountTypeId") == _ABSOLUTE)


def settle_amount(database: Database, kind: EntityType, item_id: int) -> None:
    """Bring the amount of a record in line with its product rows, unless it is set by hand.

    Args:
        database: the portal's data.
        kind: type of the record.
        item_id: the record.
    """
    items = kind.collection(database)
    record = items.get(item_id)
    if record is None or record.get("isManualOpportunity") == "Y":
        return
    rows = rows_of(database, kind, item_id)
    amount = sum(row["price"] * row["quantity"] for row in rows)
    tax = sum((row["price"] - row["priceExclusive"]) * row["quantity"] for row in rows)
    items.update(item_id, {"opportunity": _money(amount), "taxValue": _money(tax)})


def forget_rows(database: Database, kind: EntityType, item_id: int) -> None:
    """Remove the product rows of a record.

    Args:
        database: the portal's data.
        kind: type of the record.
        item_id: the record.
    """
    rows = ROWS.collection(database)
    for row in rows.find(ownerType=kind.code, ownerId=item_id):
        rows.delete(row["id"])


def _prices(row: Record, *, by_sum: bool) -> Record:
    """Derive the prices without tax, without discount, and without both from the price with both."""
    price, tax = row.get("price") or 0, 1 + (row.get("taxRate") or 0) / _PERCENT
    exclusive = _money(price / tax)
    if by_sum:
        netto = _money(exclusive + (row.get("discountSum") or 0))
        rate = _money((netto - exclusive) / netto * _PERCENT) if netto else 0
    else:
        rate = row.get("discountRate") or 0
        netto = _money(exclusive / (1 - rate / _PERCENT)) if rate < _PERCENT else exclusive
    return {
        "price": price,
        "priceAccount": price,
        "priceExclusive": exclusive,
        "priceNetto": netto,
        "priceBrutto": _money(netto * tax),
        "discountRate": rate,
        "discountSum": _money(netto - exclusive),
    }


def _product(database: Database, product_id: int) -> Record | None:
    if not product_id:
        return None
    product = family("product").collection(database).get(product_id)
    if product is None:
        raise RestError("0", f"Product {product_id} is not found")
    return product


def _money(value: float) -> float | int:
    return whole(round(value, 2))
