"""The lists themselves (information blocks), and who may do what with them."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.lists import refusals
from bitrix_node.sandbox.portal_dates import portal_form, read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

TYPES = ("lists", "bitrix_processes", "lists_socnet")
OF_GROUPS = "lists_socnet"
_BLOCKS = family("list")
_LABELS = {
    "ELEMENTS_NAME": "Elements",
    "ELEMENT_NAME": "Element",
    "ELEMENT_ADD": "Add element",
    "ELEMENT_EDIT": "Edit element",
    "ELEMENT_DELETE": "Delete element",
    "SECTIONS_NAME": "Sections",
    "SECTION_NAME": "Section",
    "SECTION_ADD": "Add section",
    "SECTION_EDIT": "Edit section",
    "SECTION_DELETE": "Delete section",
}


class Right(IntEnum):
    """What somebody may do with a list; each includes those before it."""

    NONE = 0
    READ = 1
    ADD = 2
    EDIT_SOME = 3
    EDIT = 4
    FULL = 5


_LETTERS = {
    "D": Right.NONE,
    "R": Right.READ,
    "S": Right.READ,
    "E": Right.ADD,
    "T": Right.ADD,
    "U": Right.EDIT_SOME,
    "W": Right.EDIT,
    "X": Right.FULL,
}


def collection(database: Database) -> Collection:
    """The stored lists."""
    return _BLOCKS.collection(database)


def found(call: Call, needed: Right) -> Record:
    """The list that a call names by type and by id or code.

    Args:
        call: names `IBLOCK_TYPE_ID`, and `IBLOCK_ID` or `IBLOCK_CODE`.
        needed: what the caller is about to do.

    Raises:
        RestError: an argument is missing, there is no such list, or the caller lacks the right.
    """
    refusals.require(call, "IBLOCK_TYPE_ID", "IBLOCK_ID|IBLOCK_CODE")
    block = named(call)
    if block is None or block["IBLOCK_TYPE_ID"] != call.text("IBLOCK_TYPE_ID"):
        raise refusals.not_found("Iblock")
    if right(call, block) < needed:
        raise refusals.denied()
    return block


def named(call: Call) -> Record | None:
    """The list that a call names by id or code, or None."""
    number = to_integer(call.value("IBLOCK_ID"))
    if number:
        return collection(call.database).get(number)
    code = call.text("IBLOCK_CODE")
    return collection(call.database).first(CODE=code) if code else None


def right(call: Call, block: Record) -> Right:
    """What the caller may do with a list."""
    if call.is_admin:
        return Right.FULL
    given = [_LETTERS[letter] for code, letter in block["RIGHTS"].items() if code in _access_codes(call)]
    if block["SOCNET_GROUP_ID"]:
        group = call.database.collection("workgroups").get(block["SOCNET_GROUP_ID"]) or {}
        given += [Right.EDIT] if call.user_id in group.get("members", ()) else []
        given += [Right.FULL] if call.user_id == group.get("OWNER_ID") else []
    return max(given, default=Right.NONE)


def add(call: Call) -> int:
    """Make a list.

    Raises:
        RestError: a list with this code exists, or a value cannot stand.
    """
    code, kind = call.text("IBLOCK_CODE"), call.text("IBLOCK_TYPE_ID")
    if collection(call.database).first(CODE=code) is not None:
        raise RestError("ERROR_IBLOCK_ALREADY_EXISTS", "Iblock already exists")
    if kind not in TYPES:
        raise RestError("ERROR_ADD_IBLOCK", f"There is no type of information blocks {kind}")
    values = _values(call, "ERROR_ADD_IBLOCK")
    if not values.get("NAME"):
        raise RestError("ERROR_ADD_IBLOCK", "The name of the list is required")
    record = {
        **_BLOCKS.clean({}, new=True),
        **_LABELS,
        "RIGHTS": {f"U{call.user_id}": "X"},
        **values,
        "IBLOCK_TYPE_ID": kind,
        "CODE": code,
        "SOCNET_GROUP_ID": call.integer("SOCNET_GROUP_ID") or None,
        "CREATED_BY": call.user_id,
        "TIMESTAMP_X": timestamp(call.now),
    }
    return collection(call.database).insert(record)


def change(call: Call, block: Record) -> None:
    """Change a list; rights are added for people who have none yet.

    Raises:
        RestError: a value cannot stand.
    """
    values = _values(call, "ERROR_UPDATE_IBLOCK")
    if values.get("NAME", "kept") in (None, ""):
        raise RestError("ERROR_UPDATE_IBLOCK", "The name of the list is required")
    if "RIGHTS" in values:
        values["RIGHTS"] = {**values["RIGHTS"], **block["RIGHTS"]}
    collection(call.database).update(block["id"], {**values, "TIMESTAMP_X": timestamp(call.now)})


def show(block: Record) -> dict[str, Any]:
    """Write a list."""
    shown = _BLOCKS.show(block)
    return {**shown, "TIMESTAMP_X": portal_form(read(block["TIMESTAMP_X"]))}


def field_name(name: str) -> str:
    """Translate a name in the order of lists."""
    stored = {"ID": "id", "IBLOCK_TYPE": "IBLOCK_TYPE_ID"}
    return stored.get(name.upper(), name.upper())


def _values(call: Call, code: str) -> Record:
    sent = {name.upper(): value for name, value in call.mapping("FIELDS").items()}
    picture = sent.pop("PICTURE", None)
    try:
        values = _BLOCKS.clean(sent, new=False)
        if picture:
            values["PICTURE"] = _picture(call, picture)
    except ValueError as problem:
        raise RestError(code, str(problem)) from problem
    values |= {name: str(text) for name, text in call.mapping("MESSAGES").items() if name in _LABELS}
    if call.mapping("RIGHTS"):
        values["RIGHTS"] = _rights(call.mapping("RIGHTS"), code)
    return values


def _picture(call: Call, sent: Any) -> str:
    name, content = uploads.decode(sent.get("fileData") if isinstance(sent, dict) else sent)
    return uploads.keep(call.database, name, content)


def _rights(sent: Mapping[str, Any], code: str) -> dict[str, str]:
    if any(str(letter) not in _LETTERS for letter in sent.values()):
        raise RestError(code, f"A right is one of {', '.join(_LETTERS)}")
    return dict(sent)


def _access_codes(call: Call) -> set[str]:
    user = call.database.collection("users").get(call.user_id) or {}
    departments = call.database.collection("departments")
    codes = {"*", f"U{call.user_id}"}
    for department_id in user.get("UF_DEPARTMENT") or []:
        codes.add(f"D{department_id}")
        above: int | None = department_id
        while above and f"DR{above}" not in codes:
            codes.add(f"DR{above}")
            above = (departments.get(above) or {}).get("PARENT")
    return codes
