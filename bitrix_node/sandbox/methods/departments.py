"""`department.*`: the structure of the company, a tree with a single top."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

DEPARTMENTS = family("department")


@method("department.get", scope=("department", "user"))
def department_get(call: Call) -> Page:
    """List departments."""
    conditions = {name: call.value(name) for name in DEPARTMENTS.fields if call.has(name) and not _is_order(call, name)}
    order = {call.text("sort", "ID"): call.text("order", "ASC")}
    if call.text("sort").upper() not in DEPARTMENTS.fields:
        order = {"ID": "ASC"}
    rows, total = DEPARTMENTS.query(call, conditions=conditions, order=order)
    return call.page([_without_empty(DEPARTMENTS.show(row)) for row in rows], total)


@method("department.fields", scope="department")
def department_fields(_call: Call) -> dict[str, str]:
    """Name the fields."""
    return {name: field.title for name, field in DEPARTMENTS.fields.items()}


@method("department.add", scope="department")
def department_add(call: Call) -> int:
    """Add a department below another one."""
    _require_admin(call)
    record = _cleaned(call, new=True)
    if not record.get("NAME"):
        raise RestError("ERROR_CORE", "Department name not provided.")
    _require_parent(call, record.get("PARENT"), 0)
    return DEPARTMENTS.collection(call.database).insert(record)


@method("department.update", scope="department")
def department_update(call: Call) -> bool:
    """Change a department, or move it with all that is below it."""
    _require_admin(call)
    department, changes = _found(call), _cleaned(call, new=False)
    if "NAME" in changes and not changes["NAME"]:
        raise RestError("ERROR_CORE", "Department name not provided.")
    if "PARENT" in changes and changes["PARENT"] != department.get("PARENT"):
        _require_parent(call, changes["PARENT"], department["id"])
    DEPARTMENTS.collection(call.database).update(department["id"], changes)
    return True


@method("department.delete", scope="department")
def department_delete(call: Call) -> bool:
    """Remove a department; its people and the departments below it go one level up."""
    _require_admin(call)
    department = _found(call)
    above = department.get("PARENT")
    if not above:
        raise RestError("ERROR_CORE", "The top-level department cannot be deleted")
    departments, users = DEPARTMENTS.collection(call.database), call.database.collection("users")
    for child in departments.find(PARENT=department["id"]):
        departments.update(child["id"], {"PARENT": above})
    for user in users.all():
        belongs_to = user.get("UF_DEPARTMENT") or []
        if department["id"] in belongs_to:
            moved = [above if number == department["id"] else number for number in belongs_to]
            users.update(user["id"], {"UF_DEPARTMENT": list(dict.fromkeys(moved))})
    return departments.delete(department["id"])


def _cleaned(call: Call, *, new: bool) -> Record:
    sent = {name.upper(): value for name, value in call.arguments.items()}
    try:
        return DEPARTMENTS.clean(sent, new=new)
    except ValueError as problem:
        raise RestError("ERROR_CORE", str(problem)) from problem


def _found(call: Call) -> Record:
    department = DEPARTMENTS.collection(call.database).get(call.integer("ID"))
    if department is None:
        raise RestError("ERROR_CORE", "Department not found")
    return department


def _require_parent(call: Call, parent_id: Any, department_id: int) -> None:
    """Refuse a parent that does not exist, and one that is below the department itself."""
    departments = DEPARTMENTS.collection(call.database)
    parent = departments.get(parent_id) if parent_id else None
    if parent is None:
        raise RestError("ERROR_CORE", "There can only be one top-level department in the company structure")
    while parent is not None:
        if parent["id"] == department_id:
            raise RestError("ERROR_CORE", "A department cannot be moved below itself")
        parent = departments.get(parent.get("PARENT") or 0)


def _require_admin(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ERROR_CORE", "Access denied")


def _is_order(call: Call, name: str) -> bool:
    """Whether `sort`, which differs from the field SORT in case alone, names a field to sort by."""
    return name == "SORT" and call.text("sort").upper() in DEPARTMENTS.fields


def _without_empty(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}
