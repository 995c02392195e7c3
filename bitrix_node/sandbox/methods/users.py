"""Users and departments."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Record

SCOPES = ("user", "user_basic", "user_brief")
DEPARTMENTS = family("department")
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_SEARCHED = ("NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION", "EMAIL")
_PEOPLE = ["employee", "extranet", "email"]
_CONTROLS = frozenset({"SORT", "ORDER", "FILTER", "ADMIN_MODE", "SELECT", "IMAGE_RESIZE", "START"})
_ALWAYS_SHOWN = ("ID", "ACTIVE", "NAME", "LAST_NAME", "EMAIL", "LAST_LOGIN", "DATE_REGISTER", "IS_ONLINE")


@cache
def user_fields_by_name() -> dict[str, str]:
    """Read the users' fields.

    Returns:
        captions by field name.
    """
    file = Path(__file__).parent.parent / "user_fields.yaml"
    fields: dict[str, str] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return fields


@method("user.fields", scope=SCOPES)
def user_fields(_call: Call) -> dict[str, str]:
    """Document the fields of users."""
    return user_fields_by_name()


@method("user.current", scope=SCOPES)
def user_current(call: Call) -> dict[str, Any]:
    """Fetch the caller."""
    return show_user(call.database.collection("users").get(call.user_id) or {"id": call.user_id})


@method("user.get", scope=SCOPES)
def user_get(call: Call) -> Page:
    """List users by filter."""
    return _list(call, _filter(call))


@method("user.search", scope=SCOPES)
def user_search(call: Call) -> Page:
    """List users by words in their personal data."""
    conditions = _filter(call)
    words = str(conditions.pop("FIND", "") or "").split()
    conditions = {key if split_operator(key)[0] else _like(key): value for key, value in conditions.items()}
    found = {str(index): _any_of(word) for index, word in enumerate(words)}
    return _list(call, {**conditions, **found})


@method("user.add", scope="user")
def user_add(call: Call) -> int:
    """Invite a user."""
    _require_admin(call)
    email = call.text("EMAIL")
    if not _EMAIL.match(email):
        raise RestError("ERROR_ARGUMENT", "wrong_email")
    if not call.sequence("UF_DEPARTMENT") and not is_true(call.value("EXTRANET", "N")):
        raise RestError("ERROR_ARGUMENT", "no_extranet_field")
    users = call.database.collection("users")
    if any(user.get("EMAIL", "").casefold() == email.casefold() for user in users.all()):
        raise RestError("ERROR_ARGUMENT", "A user with this email already exists")
    record = {**_sent_fields(call), "ACTIVE": True, "USER_TYPE": "employee", "DATE_REGISTER": timestamp(call.now)}
    return users.insert(record)


@method("user.update", scope="user")
def user_update(call: Call) -> bool:
    """Change a user."""
    user_id = call.integer("ID")
    if user_id != call.user_id:
        _require_admin(call)
    changes = _sent_fields(call)
    if call.has("ACTIVE"):
        changes["ACTIVE"] = call.flag("ACTIVE")
    if not call.database.collection("users").update(user_id, changes):
        raise RestError("ERROR_CORE", "Invalid user ID")
    return True


def show_user(record: Record, select: Iterable[str] = ()) -> dict[str, Any]:
    """Write a user as `user.get` does: the fields that are set, with ids as text.

    Args:
        record: the stored user.
        select: wanted names; all when empty.

    Returns:
        the row.
    """
    wanted = {str(name).upper() for name in select}
    row: dict[str, Any] = {"ID": str(record["id"])}
    for name in user_fields_by_name():
        if name != "ID" and (name in record or name in _ALWAYS_SHOWN):
            row[name] = record.get(name, "")
    row["IS_ONLINE"] = record.get("IS_ONLINE", "N")
    return {name: value for name, value in row.items() if not wanted or name in wanted or name == "ID"}


def _list(call: Call, conditions: dict[str, Any]) -> Page:
    order = {call.text("sort", "ID"): "ASC"} if not isinstance(call.value("order"), dict) else call.mapping("order")
    if isinstance(call.value("order"), str):
        order = {call.text("sort", "ID"): call.text("order")}
    known = user_fields_by_name()
    rows, total = call.database.collection("users").query(
        {"0": {"@USER_TYPE": _PEOPLE}, "1": conditions},
        {name: way for name, way in order.items() if name.upper() in known},
        start=call.start,
        limit=PAGE_SIZE,
        field_name=lambda name: "id" if name.upper() == "ID" else name.upper(),
    )
    return call.page([show_user(row, call.sequence("select")) for row in rows], total)


def _filter(call: Call) -> dict[str, Any]:
    """Gather conditions from `FILTER` and, as older programs send them, from the top level."""
    top_level = {key: value for key, value in call.arguments.items() if key.upper() not in _CONTROLS}
    conditions: dict[str, Any] = {}
    for key, value in {**top_level, **call.mapping("FILTER")}.items():
        operator, name = split_operator(key)
        upper = name.upper()
        if upper == "NAME_SEARCH":
            conditions["0"] = _any_of(str(value))
        elif upper == "ACTIVE":
            conditions[f"{operator}ACTIVE"] = is_true(value)
        elif upper in user_fields_by_name() or upper in ("FIND", "UF_DEPARTMENT_NAME"):
            conditions[f"{operator}{upper}"] = value
    return _with_department_ids(call, conditions)


def _with_department_ids(call: Call, conditions: dict[str, Any]) -> dict[str, Any]:
    name = conditions.pop("UF_DEPARTMENT_NAME", None)
    if name is None:
        return conditions
    departments, _ = DEPARTMENTS.collection(call.database).query({"%NAME": name}, limit=-1)
    return {**conditions, "@UF_DEPARTMENT": [department["id"] for department in departments]}


def _any_of(word: str) -> dict[str, Any]:
    return {"logic": "OR", **{f"%{name}": word for name in _SEARCHED}}


def _like(name: str) -> str:
    return f"%{name}" if name in _SEARCHED else name


def _sent_fields(call: Call) -> Record:
    record: Record = {}
    for key, value in call.arguments.items():
        name = key.upper()
        if name in user_fields_by_name() and name not in ("ID", "ACTIVE", "USER_TYPE"):
            record[name] = _department_ids(value) if name == "UF_DEPARTMENT" else value
    return record


def _department_ids(value: Any) -> list[int]:
    entries = value if isinstance(value, list) else [value]
    return [number for entry in entries if (number := to_integer(entry)) is not None]


def _require_admin(call: Call) -> None:
    if not call.is_admin:
        raise RestError("ERROR_CORE", "access_denied")
