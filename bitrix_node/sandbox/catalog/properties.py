"""Values of the properties that a catalogue gives its products: `property12` is the value of property 12."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.catalog import images
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bitrix_node.sandbox.database import Database, Record

PROPERTIES = family("property")
ENUMS = family("property_enum")
_NAME = re.compile(r"property(\d+)\Z", re.IGNORECASE)


def of_catalog(database: Database, iblock_id: int) -> list[Record]:
    """The properties of a catalogue's products."""
    return PROPERTIES.collection(database).find(iblockId=iblock_id)


def stored_name(name: str) -> str | None:
    """Where a product keeps the bare values of a property, for filters; None for any other field."""
    match = _NAME.match(name)
    return f"propertyValues{match.group(1)}" if match else None


def describe(entry: Record) -> dict[str, Any]:
    """A property among the fields of products."""
    return {
        "isDynamic": True,
        "isImmutable": False,
        "isMultiple": entry["multiple"] == "Y",
        "isReadOnly": False,
        "isRequired": entry["isRequired"] == "Y",
        "name": entry["name"],
        "propertyType": entry["propertyType"],
        "type": "productproperty",
        "userType": entry.get("userType") or "",
    }


def shown(database: Database, product: Record, select: Iterable[str]) -> dict[str, Any]:
    """The properties of a product as a row shows them.

    Args:
        database: the portal's data.
        product: as it is stored.
        select: wanted fields; nothing or `*` for all.
    """
    wanted = set(select)
    row: dict[str, Any] = {}
    for entry in of_catalog(database, product["iblockId"]):
        name = f"property{entry['id']}"
        if wanted and "*" not in wanted and name not in wanted:
            continue
        values = [_shown(database, entry, name, value) for value in product.get(name) or []]
        row[name] = (values or None) if entry["multiple"] == "Y" else next(iter(values), None)
    return row


def save(database: Database, product: Record, sent: Mapping[str, Any], now: datetime) -> None:
    """Keep the values of properties that are sent for a product; properties that are not named stay.

    Args:
        database: the portal's data.
        product: as it is stored.
        sent: fields of the product.
        now: the moment.

    Raises:
        RestError: a value is not of its property's type.
    """
    changes: Record = {}
    for entry in of_catalog(database, product["iblockId"]):
        name = f"property{entry['id']}"
        if name not in sent:
            continue
        values = [_stored(database, product, entry, value, now) for value in _entries(sent[name], entry)]
        changes[name] = values
        changes[f"propertyValues{entry['id']}"] = [value["value"] for value in values]
    if changes:
        family("product").collection(database).update(product["id"], changes)


def _entries(sent: Any, entry: Record) -> list[Any]:
    several = entry["multiple"] == "Y" and isinstance(sent, list)
    return [value for value in (sent if several else [sent]) if not _is_empty(_bare(value))]


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})


def _stored(database: Database, product: Record, entry: Record, sent: Any, now: datetime) -> dict[str, Any]:
    known = {value["valueId"]: value for value in product.get(f"property{entry['id']}") or []}
    number = str(sent.get("valueId") or "") if isinstance(sent, dict) else ""
    value = _value(database, product, entry, _bare(sent), now)
    if number not in known:
        number = str(database.collection("catalog_property_values").insert({}))
    return {"value": value, "valueId": number}


def _value(database: Database, product: Record, entry: Record, value: Any, now: datetime) -> Any:
    kind = entry["propertyType"]
    if kind == "F" and isinstance(value, dict) and "fileData" in value:
        file = images.decode(value["fileData"])
        return images.add(database, product["id"], f"PROPERTY_{entry['id']}", file, now)["id"]
    if kind == "N":
        return str(_number(value, entry))
    if kind in "LEGF":
        return _reference(database, value, entry)
    return str(value)


def _number(value: Any, entry: Record) -> float | int:
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _mistyped(entry) from None
    return int(number) if number.is_integer() else number


def _reference(database: Database, value: Any, entry: Record) -> str:
    number = to_integer(value)
    choice = ENUMS.collection(database).get(number) if number and entry["propertyType"] == "L" else None
    if number is None or (entry["propertyType"] == "L" and (choice is None or choice["propertyId"] != entry["id"])):
        raise _mistyped(entry)
    return str(number)


def _shown(database: Database, entry: Record, name: str, value: dict[str, Any]) -> dict[str, Any]:
    if entry["propertyType"] == "L":
        choice = ENUMS.collection(database).get(int(value["value"]))
        return {**value, "valueEnum": choice["value"] if choice else None}
    if entry["propertyType"] == "F":
        file = images.IMAGES.collection(database).get(int(value["value"]))
        return {**value, "value": images.as_field(file, name) if file else None}
    return value


def _bare(sent: Any) -> Any:
    return sent.get("value") if isinstance(sent, dict) and "fileData" not in sent else sent


def _mistyped(entry: Record) -> RestError:
    return RestError("0", f"Wrong format of field `property{entry['id']}`")
