"""The properties that the items of a storage have beside the fields that all items have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.fields import whole

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Collection, Database, Record

TEXT, NUMBER, FILE = "S", "N", "F"
TYPES = (TEXT, NUMBER, FILE)
PREFIX = "PROPERTY_"


def collection(database: Database) -> Collection:
    """All properties of all storages."""
    return database.collection("entity_properties")


def of_storage(database: Database, storage: Record) -> list[Record]:
    """The properties of a storage, in their order."""
    found = collection(database).find(STORAGE=storage["id"])
    return sorted(found, key=lambda entry: (entry["SORT"], entry["id"]))


def shown(entry: Record) -> dict[str, str]:
    """A property as `entity.item.property.get` writes it."""
    return {name: str(entry[name]) for name in ("PROPERTY", "NAME", "TYPE", "SORT")}


def stored(database: Database, known: Iterable[Record], sent: dict[str, Any]) -> Record:
    """Values for an item's record; values of properties that the storage does not have are dropped.

    Raises:
        ValueError: a value is not of its property's type.
    """
    types = {entry["PROPERTY"]: entry["TYPE"] for entry in known}
    return {f"{PREFIX}{code}": _stored(database, types[code], sent[code]) for code in sent if code in types}


def values(known: Iterable[Record], item: Record, portal: str) -> dict[str, Any]:
    """The values of an item by the codes of their properties: numbers as text, files by their address."""
    return {entry["PROPERTY"]: _shown(entry, item.get(PREFIX + entry["PROPERTY"]), portal) for entry in known}


def rename(database: Database, storage: Record, code: str, new_code: str | None) -> None:
    """Carry the values of a property over to another code, or drop them."""
    items = database.collection("entity_items")
    for item in items.find(STORAGE=storage["id"]):
        value = item.get(PREFIX + code)
        items.update(item["id"], {PREFIX + code: None} | ({PREFIX + new_code: value} if new_code else {}))


def _stored(database: Database, kind: str, value: Any) -> Any:
    if value in (None, "", False):
        return None
    if kind == FILE:
        return uploads.keep(database, *uploads.decode(value))
    if isinstance(value, (dict, list)):
        return list(value.values()) if isinstance(value, dict) else value
    return whole(float(value)) if kind == NUMBER else str(value)


def _shown(entry: Record, value: Any, portal: str) -> Any:
    if entry["TYPE"] == FILE and value:
        return f"{portal}{value}"
    return str(value) if isinstance(value, (int, float)) else value
