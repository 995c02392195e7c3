"""Merges CRM records: the first takes over what the others have, and everything that pointed at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.crm import multifields
from bitrix_node.sandbox.crm.entity_types import all_entity_types
from bitrix_node.sandbox.crm.product_rows import ROWS, settle_amount

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.crm.items import Items
    from bitrix_node.sandbox.database import Database, Record
    from bitrix_node.sandbox.fields import Field

_POINTERS = {"crm_lead": 1, "crm_deal": 2, "crm_contact": 3, "crm_company": 4, "crm_quote": 7}
_OWN = {"name", "secondName", "lastName", "birthdate", "honorific", "bankingDetails"}
_JOINED = ("comments", "sourceDescription")


def conflicts(items: Items, records: list[Record]) -> list[str]:
    """Find the fields in which records contradict each other, so that a person has to decide.

    Args:
        items: the records' type.
        records: those to be merged.

    Returns:
        names of the fields: names, dates of birth and custom fields with several different values.
    """
    watched = [name for name, field in items.fields.items() if name in _OWN or (field.dynamic and not field.multiple)]
    return [name for name in watched if len({str(row[name]) for row in records if row.get(name)}) > 1]


def merge(items: Items, main: Record, others: list[Record]) -> None:
    """Merge records into one and delete the rest.

    Args:
        items: the records' type.
        main: the record that stays; what it has is kept.
        others: those that end; they give what the first lacks, and their phones, e-mails, comments and lists.
    """
    merged = dict(main)
    for other in others:
        for name, field in items.fields.items():
            merged[name] = _merged(name, field, merged.get(name), other.get(name))
    if "fm" in items.fields:
        merged |= multifields.derived(merged["fm"])
    items.kind.collection(items.call.database).update(main["id"], merged)
    ended = [other["id"] for other in others]
    _move_belongings(items.call.database, items.kind, ended, main["id"])
    for item_id in ended:
        items.delete(item_id)
    settle_amount(items.call.database, items.kind, main["id"])


def _merged(name: str, field: Field, kept: Any, added: Any) -> Any:
    if field.type == "crm_multifield":
        known = {(entry["typeId"], entry["value"]) for entry in kept or []}
        return [*(kept or []), *(entry for entry in added or [] if (entry["typeId"], entry["value"]) not in known)]
    if field.multiple:
        return [*(kept or []), *(entry for entry in added or [] if entry not in (kept or []))]
    if name in _JOINED and kept and added and kept != added:
        return f"{kept}\n{added}"
    return added if kept in (None, "") and not field.read_only else kept


def _move_belongings(database: Database, kind: EntityType, old: list[int], new: int) -> None:
    """Let activities, product rows and the links of other records point to the record that stays."""
    activities = database.collection("crm_activities", ("OWNER_ID",))
    rows = ROWS.collection(database)
    for item_id in old:
        for activity in activities.find(OWNER_ID=item_id, OWNER_TYPE_ID=kind.id):
            activities.update(activity["id"], {"OWNER_ID": new})
        for row in rows.find(ownerType=kind.code, ownerId=item_id):
            rows.update(row["id"], {"ownerId": new})
    for other in all_entity_types(database):
        _redirect(database, other, _pointers(other.all_fields(database).values(), kind), old, new)


def _pointers(fields: Iterable[Field], kind: EntityType) -> list[Field]:
    return [field for field in fields if _POINTERS.get(field.type) == kind.id or field.name == f"parentId{kind.id}"]


def _redirect(database: Database, kind: EntityType, pointers: list[Field], old: list[int], new: int) -> None:
    items = kind.collection(database)
    for field in pointers:
        found, _ = items.query({f"@{field.name}": old}, limit=-1, start=-1)
        for record in found:
            items.update(record["id"], {field.name: _redirected(record[field.name], old, new)})


def _redirected(value: Any, old: list[int], new: int) -> Any:
    if not isinstance(value, list):
        return new
    return list(dict.fromkeys(new if entry in old else entry for entry in value))
