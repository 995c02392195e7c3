"""Duplicates: found by phone and e-mail, searched by further fields, and merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.binding import bound_integer, bound_text, whole_numbers
from bitrix_node.sandbox.crm.communications import records_with
from bitrix_node.sandbox.crm.entity_types import EntityType, entity_types, find_entity_type
from bitrix_node.sandbox.crm.items import Items
from bitrix_node.sandbox.crm.merging import conflicts, merge
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from collections.abc import Iterator

SEARCHED = {"LEAD": 1, "CONTACT": 3, "COMPANY": 4}
FIELDS = family("duplicate_field")
_MOST_VALUES = 20
_MOST_FIELDS = 7
_FEWEST_MERGED = 2
_TEXT_TYPES = frozenset({"string", "text", "integer", "double", "date", "datetime"})


@method("crm.duplicate.findbycomm", scope="crm")
def find_by_communication(call: Call) -> dict[str, list[int]] | list[Any]:
    """Find leads, contacts and companies with one of these phone numbers or e-mail addresses."""
    kind = call.text("type", required="", message="Communication type is not defined").upper()
    if kind not in ("PHONE", "EMAIL"):
        raise RestError("", f"Communication type '{kind}' is not supported in current context")
    values = call.sequence("values", required="", message="Communication values is not defined")[:_MOST_VALUES]
    wanted = call.text("entity_type").upper()
    found = {
        name: records_with(call.database, entity_types()[number], kind, values)
        for name, number in SEARCHED.items()
        if wanted in ("", name)
    }
    return {name: ids for name, ids in found.items() if ids} or []


@method("crm.duplicate.volatileType.fields", scope="crm")
def duplicate_fields(call: Call) -> list[dict[str, Any]]:
    """List the fields that the search for duplicates could look at."""
    _require_administrator(call)
    return list(_available(call, call.integer("entityTypeId")))


@method("crm.duplicate.volatileType.list", scope="crm")
def duplicate_field_list(call: Call) -> list[dict[str, Any]]:
    """List the fields that the search for duplicates looks at besides its own."""
    _require_administrator(call)
    return [FIELDS.show(row) for row in FIELDS.collection(call.database).all()]


@method("crm.duplicate.volatileType.register", scope="crm")
def duplicate_field_register(call: Call) -> dict[str, int]:
    """Let the search for duplicates look at a field."""
    _require_administrator(call)
    number, code = bound_integer(call, "entityTypeId"), bound_text(call, "fieldCode")
    if all(field["fieldCode"] != code for field in _available(call, number)):
        raise RestError("FIELD_NOT_FOUND", "Field not found")
    fields = FIELDS.collection(call.database)
    present = fields.first(entityTypeId=number, fieldCode=code)
    if present is not None:
        return {"id": present["id"]}
    if fields.count() >= _MOST_FIELDS:
        raise RestError("MAX_TYPES_COUNT_EXCEEDED", "There is already a maximum number of volatile types")
    return {"id": fields.insert({"entityTypeId": number, "fieldCode": code})}


@method("crm.duplicate.volatileType.unregister", scope="crm")
def duplicate_field_unregister(call: Call) -> bool:
    """Let the search for duplicates no longer look at a field."""
    _require_administrator(call)
    if not FIELDS.collection(call.database).delete(bound_integer(call, "id")):
        raise RestError("TYPE_IS_NOT_ASSIGNED", "This type is not assigned")
    return True


@method("crm.entity.mergeBatch", scope="crm")
def merge_batch(call: Call) -> dict[str, Any]:
    """Merge records into the first one, unless they contradict each other."""
    parameters = call.mapping("params")
    number = to_integer(parameters.get("entityTypeId"))
    if not number:
        raise RestError("0", "The parameter entityTypeId is required.")
    kind = find_entity_type(call.database, number)
    if kind is None:
        raise RestError("0", f"Entity type {number} is not supported")
    items = Items.of(call, kind)
    records = [record for record in (items.get(item_id) for item_id in _ids(parameters)) if record is not None]
    if len(records) < _FEWEST_MERGED:
        raise RestError("0", "Owner was not found")
    if conflicts(items, records):
        return {"STATUS": "CONFLICT", "ENTITY_IDS": []}
    merge(items, records[0], records[1:])
    return {"STATUS": "SUCCESS", "ENTITY_IDS": [record["id"] for record in records[1:]]}


def _ids(parameters: dict[str, Any]) -> list[int]:
    ids = list(dict.fromkeys(whole_numbers(parameters.get("entityIds"))))
    if not ids:
        raise RestError("0", "The parameter entityIds does not contains valid elements.")
    if len(ids) < _FEWEST_MERGED:
        raise RestError("0", "The parameter entityIds must contains at least two elements.")
    return ids


def _available(call: Call, number: int) -> Iterator[dict[str, Any]]:
    for kind in _searched_types(number):
        for field in kind.all_fields(call.database).values():
            if field.type in _TEXT_TYPES and field.classic and not field.read_only:
                yield {"entityTypeId": kind.id, "fieldCode": field.classic, "fieldTitle": field.title}


def _searched_types(number: int) -> list[EntityType]:
    return [entity_types()[known] for known in SEARCHED.values() if number in (0, known)]


def _require_administrator(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied")
