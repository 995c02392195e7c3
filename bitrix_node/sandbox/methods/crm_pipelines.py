"""`crm.category.*`: pipelines of deals, invoices and smart processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_mapping
from bitrix_node.sandbox.crm.entity_types import EntityType, entity_type
from bitrix_node.sandbox.crm.pipelines import CATEGORIES, DEALS, add_pipeline, make_default, remove_pipeline
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_LONGEST_NAME = 255
_OF_DEALS = ("originId", "originatorId")


@method("crm.category.list", scope="crm")
def category_list(call: Call) -> Page:
    """List a type's pipelines."""
    kind = _with_categories(call)
    rows = CATEGORIES.collection(call.database).find(entityTypeId=kind.id)
    ordered = sorted(rows, key=lambda row: (row["sort"], row["id"]))
    return Page({"categories": [_shown(kind, row) for row in ordered]}, len(ordered))


@method("crm.category.get", scope="crm")
def category_get(call: Call) -> dict[str, Any]:
    """Fetch a pipeline."""
    kind = _with_categories(call)
    return {"category": _shown(kind, _found(call, kind))}


@method("crm.category.fields", scope="crm")
def category_fields(call: Call) -> dict[str, Any]:
    """Document the fields of pipelines."""
    _with_categories(call)
    return {"fields": {name: field.describe() for name, field in CATEGORIES.fields.items()}}


@method("crm.category.add", scope="crm")
def category_add(call: Call) -> dict[str, Any]:
    """Make a pipeline with the stages it starts with."""
    kind = _with_categories(call)
    _require_administrator(call)
    values = _cleaned(call, kind)
    if not values.get("name"):
        raise RestError("0", "Field 'NAME' is required")
    return {"category": _shown(kind, add_pipeline(call.database, kind, values))}


@method("crm.category.update", scope="crm")
def category_update(call: Call) -> dict[str, Any]:
    """Change a pipeline; the default one stays the default one until another becomes it."""
    kind = _with_categories(call)
    category = _found(call, kind)
    _require_administrator(call)
    values = _cleaned(call, kind)
    if "name" in values and not values["name"]:
        raise RestError("0", "Field 'NAME' is required")
    becomes_default = values.pop("isDefault", "N") == "Y"
    CATEGORIES.collection(call.database).update(category["id"], values)
    if becomes_default:
        make_default(call.database, kind, category["id"])
    return {"category": _shown(kind, _found(call, kind))}


@method("crm.category.delete", scope="crm")
def category_delete(call: Call) -> None:
    """Remove a pipeline that is empty and not the default one."""
    kind = _with_categories(call)
    category = _found(call, kind)
    _require_administrator(call)
    remove_pipeline(call.database, kind, category)


def _with_categories(call: Call) -> EntityType:
    kind = entity_type(call.database, bound_integer(call, "entityTypeId"))
    if not kind.has_categories:
        raise RestError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {kind.name} is not supported")
    return kind


def _found(call: Call, kind: EntityType) -> Record:
    row = CATEGORIES.collection(call.database).get(bound_integer(call, "id"))
    if row is None or row["entityTypeId"] != kind.id:
        raise RestError("NOT_FOUND", "Element not found")
    return row


def _cleaned(call: Call, kind: EntityType) -> Record:
    sent = bound_mapping(call, "fields")
    try:
        values = CATEGORIES.clean(sent, new=False)
    except ValueError as problem:
        raise RestError("0", str(problem)) from problem
    if "name" in values:
        values["name"] = (values["name"] or "").strip()[:_LONGEST_NAME]
    if values.get("sort") is not None:
        values["sort"] = max(values["sort"], 0)
    if kind.id == DEALS:
        values.pop("isDefault", None)
    return {name: value for name, value in values.items() if value is not None}


def _shown(kind: EntityType, row: Record) -> dict[str, Any]:
    shown = CATEGORIES.show(row)
    return shown if kind.id == DEALS else {name: value for name, value in shown.items() if name not in _OF_DEALS}


def _require_administrator(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ACCESS_DENIED", "Access denied")
