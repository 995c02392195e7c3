"""CRM directories: pipelines, statuses and stages, smart process types."""

from __future__ import annotations

from typing import Any

from bitrix_node.sandbox.binding import bound_integer
from bitrix_node.sandbox.crm.entity_types import EntityType, entity_type
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, Page, method

CATEGORIES = family("category")
STATUSES = family("status")


@method("crm.category.list", scope="crm")
def category_list(call: Call) -> Page:
    """List a type's pipelines."""
    kind = _with_categories(call)
    rows = CATEGORIES.collection(call.database).find(entityTypeId=kind.id)
    ordered = sorted(rows, key=lambda row: (row["sort"], row["id"]))
    return Page({"categories": [CATEGORIES.show(row) for row in ordered]}, len(ordered))


@method("crm.category.get", scope="crm")
def category_get(call: Call) -> dict[str, Any]:
    """Fetch a pipeline."""
    kind = _with_categories(call)
    row = CATEGORIES.collection(call.database).get(bound_integer(call, "id"))
    if row is None or row["entityTypeId"] != kind.id:
        raise RestError("NOT_FOUND", "Element not found")
    return {"category": CATEGORIES.show(row)}


@method("crm.category.fields", scope="crm")
def category_fields(call: Call) -> dict[str, Any]:
    """Document the fields of pipelines."""
    _with_categories(call)
    return {"fields": {name: field.describe() for name, field in CATEGORIES.fields.items()}}


@method("crm.status.list", scope="crm")
def status_list(call: Call) -> Page:
    """List statuses: stages, sources, types and every other choice; never in pages."""
    order = call.mapping("order") or {"SORT": "ASC"}
    rows, _ = STATUSES.collection(call.database).query(
        call.mapping("filter"), order, limit=-1, field_name=STATUSES.field_name
    )
    return Page([STATUSES.show(row) for row in rows], len(rows))


@method("crm.status.fields", scope="crm")
def status_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of statuses."""
    return STATUSES.describe()


@method("crm.type.list", scope="crm")
def type_list(call: Call) -> Page:
    """List smart process types."""
    rows, total = call.database.collection("crm_smart_process_types").query(
        call.mapping("filter"), call.mapping("order"), start=call.start
    )
    return call.page([], total, {"types": rows})


def _with_categories(call: Call) -> EntityType:
    kind = entity_type(bound_integer(call, "entityTypeId"))
    if not kind.has_categories:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {kind.name} is not supported")
    return kind
