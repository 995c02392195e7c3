"""`….template.*` of both worlds of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.answers import php_array
from bitrix_node.sandbox.binding import bound_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.documents import docx, numbering, templates
from bitrix_node.sandbox.documents.documents import record_data
from bitrix_node.sandbox.documents.filling import NUMBER, TITLE, Filling
from bitrix_node.sandbox.documents.worlds import World, declare
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record

_REQUIRED = ("name", "numeratorId", "region")


def add(world: World, call: Call) -> dict[str, Any]:
    """Make a template from a Word file."""
    sent = _fields(call)
    required = (*_REQUIRED, "entityTypeId") if world.is_crm else _REQUIRED
    missing = [name for name in required if sent.get(name) in (None, "", [])]
    if missing:
        raise RestError("0", f"Empty required fields: {', '.join(missing)}")
    record = templates.cleaned(call, world, sent, new=True)
    return _shown(call, world, world.templates(call.database).insert(record))


def update(world: World, call: Call) -> dict[str, Any]:
    """Change a template, or put another file in its place."""
    template = templates.find(call, world)
    changes = templates.cleaned(call, world, _fields(call), new=False)
    if "file" in changes:
        uploads.forget(call.database, template["file"])
    world.templates(call.database).update(template["id"], changes)
    return _shown(call, world, template["id"])


def get(world: World, call: Call) -> dict[str, Any]:
    """Describe a template."""
    return {"template": templates.show(call, world, templates.find(call, world))}


def get_list(world: World, call: Call) -> Page:
    """List the templates that the caller may use."""
    conditions = call.mapping("filter")
    if not any(name.lstrip("=!@<>%") == "isDeleted" for name in conditions):
        conditions["isDeleted"] = "N"
    usable = [entry["id"] for entry in world.templates(call.database).all() if templates.may_use(call, entry)]
    rows, total = world.templates(call.database).query(
        {"0": conditions, "1": {"@id": usable}}, call.mapping("order"), start=call.start, limit=PAGE_SIZE
    )
    select = [str(name) for name in call.sequence("select")]
    found = {str(row["id"]): templates.show_in_list(call, world, row, select) for row in rows}
    return call.page([], total, {"templates": php_array(found)})


def delete(world: World, call: Call) -> None:
    """Remove a template; one that documents were made from is only marked."""
    template = templates.find(call, world)
    if world.documents(call.database).count(templateId=template["id"]):
        world.templates(call.database).update(template["id"], {"isDeleted": "Y"})
        return
    uploads.forget(call.database, template["file"])
    world.templates(call.database).delete(template["id"])


def get_fields(world: World, call: Call) -> dict[str, Any]:
    """Describe the fields of a template and what they would be filled with."""
    template = templates.find(call, world)
    if template["isDeleted"] == "Y":
        raise RestError("" if world.is_crm else "0", "Cannot get fields from deleted template")
    codes = docx.fields(templates.content(call, template))
    return {"templateFields": _filling(call, world, template).card(codes)}


_METHODS: dict[str, Callable[[World, Call], Any]] = {
    "add": add,
    "update": update,
    "get": get,
    "list": get_list,
    "delete": delete,
    "getfields": get_fields,
}

declare("template", _METHODS)


def _fields(call: Call) -> dict[str, Any]:
    sent = call.value("fields")
    if sent is None:
        raise RestError("100", "Could not find value for parameter {fields}")
    if not isinstance(sent, (dict, list)):
        raise RestError("100", "Invalid value to match with parameter {fields}. Should be value of type array.")
    return call.mapping("fields")


def _filling(call: Call, world: World, template: Record) -> Filling:
    values = call.mapping("values") if world.is_crm else {}
    kind = bound_integer(call, "entityTypeId") if world.is_crm else 0
    following = numbering.next_number(call.database, template["numeratorId"], call.now, taken=False) or ""
    number = str(values.get(NUMBER) or following)
    title = str(values.get(TITLE) or f"{template['name']} {number}")
    data = record_data(call, kind, call.value("entityId")) if world.is_crm else None
    return Filling(values, {}, number, title, timestamp(call.now), data)


def _shown(call: Call, world: World, number: int) -> dict[str, Any]:
    return {"template": templates.show(call, world, world.templates(call.database).get(number) or {})}
