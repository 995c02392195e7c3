"""The calendars themselves, which Bitrix24 calls sections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.calendar import refusals
from bitrix_node.sandbox.calendar.owners import USER, Owner
from bitrix_node.sandbox.families import family

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Record
    from bitrix_node.sandbox.registry import Call

SECTIONS = family("calendar_section")
_FULL_ACCESS = 19
_RIGHTS = ("view_time", "view_title", "view_full", "add", "edit", "edit_section", "access")
_VIEWING = frozenset({"view_time", "view_title", "view_full"})
_ARGUMENTS = {
    "name": "NAME",
    "description": "DESCRIPTION",
    "color": "COLOR",
    "text_color": "TEXT_COLOR",
    "export": "EXPORT",
}


def collection(call: Call) -> Collection:
    """The stored calendars."""
    return SECTIONS.collection(call.database)


def of_owner(call: Call, owner: Owner) -> list[Record]:
    """The calendars of an owner; people always have one."""
    found = collection(call).find(**owner.key)
    if not found and owner.type == USER and owner.exists(call):
        return [first(call, owner)]
    return found


def first(call: Call, owner: Owner) -> Record:
    """The calendar that takes what names none; made where the owner has none yet."""
    found = collection(call).first(**owner.key)
    return found or add(call, owner, {"NAME": "My calendar" if owner.type == USER else "Calendar"})


def add(call: Call, owner: Owner, values: Record) -> Record:
    """Make a calendar.

    Args:
        call: who makes it, and when.
        owner: whose it will be.
        values: stored names and values.
    """
    moment = _moment(call)
    stamps = {"CREATED_BY": call.user_id, "DATE_CREATE": moment, "TIMESTAMP_X": moment}
    record = {**SECTIONS.clean(values, new=True), **owner.key, **stamps}
    return {"id": collection(call).insert(record), **record}


def change(call: Call, section: Record, values: Record) -> None:
    """Change a calendar's fields; those not named stay."""
    collection(call).update(section["id"], {**SECTIONS.clean(values, new=False), "TIMESTAMP_X": _moment(call)})


def sent_values(call: Call) -> Record:
    """The fields of a calendar that a call carries, by their stored names.

    Raises:
        RestError: name or description is no text.
    """
    values = {stored: call.value(name) for name, stored in _ARGUMENTS.items() if call.has(name)}
    for name in ("name", "description"):
        if isinstance(call.value(name), (dict, list)):
            raise refusals.invalid(name)
    if "EXPORT" in values:
        values["EXPORT"] = _export(values["EXPORT"])
    return values


def show(call: Call, section: Record) -> dict[str, Any]:
    """Write a calendar with the rights of the caller."""
    owner = Owner(section["CAL_TYPE"], section["OWNER_ID"])
    may_change = owner.may_change(call)
    rights = {right: may_change or right in _VIEWING for right in _RIGHTS}
    access = {f"U{section['CREATED_BY']}": _FULL_ACCESS}
    return {**SECTIONS.show(section), "ACCESS": access, "IS_COLLAB": False, "PERM": rights}


def _export(value: Any) -> dict[str, Any]:
    given = value[0] if isinstance(value, list) and value else value
    chosen = given if isinstance(given, dict) else {}
    allowed = chosen.get("ALLOW") in (True, 1, "1", "true", "Y")
    return {"ALLOW": True, "SET": chosen.get("SET", "all")} if allowed else {"ALLOW": False}


def _moment(call: Call) -> str:
    return call.now.strftime("%Y-%m-%d %H:%M:%S")
