"""Sections of lists: a tree in which elements lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.lists.naming import named
from bitrix_node.sandbox.portal_dates import portal_form, read

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_SECTIONS = family("list_section")
_MOMENTS = ("TIMESTAMP_X", "DATE_CREATE")


def collection(database: Database) -> Collection:
    """The stored sections of all lists."""
    return database.collection("lists_sections", index=("IBLOCK_ID",))


def found(call: Call, block: Record) -> Record:
    """The section that a call names by id or code.

    Raises:
        RestError: none is named, or the list has no such section.
    """
    return named(call, block, collection(call.database), "Section")


def add(call: Call, block: Record) -> int:
    """Make a section.

    Raises:
        RestError: a value cannot stand, the code is taken, or there is no such section to put it into.
    """
    code, parent = call.text("SECTION_CODE"), call.integer("IBLOCK_SECTION_ID")
    sections = collection(call.database)
    if sections.first(IBLOCK_ID=block["id"], CODE=code) is not None:
        raise RestError("ERROR_ADD_SECTION", "A section with this symbolic code already exists.")
    above = sections.get(parent) if parent else None
    if parent and (above is None or above["IBLOCK_ID"] != block["id"]):
        raise RestError("ERROR_ADD_SECTION", "The parent section is not found.")
    record = _cleaned(call, "ERROR_ADD_SECTION", new=True)
    moment = timestamp(call.now)
    record |= {"IBLOCK_ID": block["id"], "CODE": code, "IBLOCK_SECTION_ID": parent or None}
    record |= {"DATE_CREATE": moment, "CREATED_BY": call.user_id, "TIMESTAMP_X": moment, "MODIFIED_BY": call.user_id}
    section_id = sections.insert(record)
    _arrange(call.database, block["id"])
    return section_id


def change(call: Call, block: Record, section: Record) -> None:
    """Change a section; fields not named stay.

    Raises:
        RestError: a value cannot stand.
    """
    values = _cleaned(call, "ERROR_UPDATE_SECTION", new=False)
    stamps = {"TIMESTAMP_X": timestamp(call.now), "MODIFIED_BY": call.user_id}
    collection(call.database).update(section["id"], {**values, **stamps})
    _arrange(call.database, block["id"])


def delete(database: Database, section: Record) -> list[int]:
    """Remove a section with those below it.

    Returns:
        the ids of all that are gone.
    """
    gone = [section["id"]]
    for below in collection(database).find(IBLOCK_SECTION_ID=section["id"]):
        gone += delete(database, below)
    collection(database).delete(section["id"])
    _arrange(database, section["IBLOCK_ID"])
    return gone


def show(section: Record, names: list[str]) -> dict[str, Any]:
    """Write a section.

    Args:
        section: the stored section.
        names: wanted fields; all of them when empty.
    """
    row = _SECTIONS.show(section, names)
    return {name: portal_form(read(value)) if name in _MOMENTS else value for name, value in row.items()}


def field_name(name: str) -> str:
    """Translate a name in a filter."""
    return "id" if name.upper() == "ID" else name.upper()


def _cleaned(call: Call, code: str, *, new: bool) -> Record:
    sent = {name.upper(): value for name, value in call.mapping("FIELDS").items()}
    outer = sent.get("EXTERNAL_ID") or sent.get("XML_ID")
    if outer:
        sent |= {"EXTERNAL_ID": outer, "XML_ID": outer}
    try:
        record = _SECTIONS.clean(sent, new=new)
    except ValueError as problem:
        raise RestError(code, str(problem)) from problem
    if record.get("NAME", None if new else "kept") in (None, ""):
        raise RestError(code, "The name of the section is required.")
    if "NAME" in record:
        record["SEARCHABLE_CONTENT"] = f"{record['NAME'].upper()}\r\n"
    return record


def _arrange(database: Database, block_id: int) -> None:
    """Write where in the tree each section is: its level and the margins of its part."""
    below: dict[int | None, list[Record]] = {}
    for section in collection(database).find(IBLOCK_ID=block_id):
        below.setdefault(section["IBLOCK_SECTION_ID"], []).append(section)
    _place(database, below, None, 1, 1, "Y")


def _place(
    database: Database, below: dict[int | None, list[Record]], above: int | None, level: int, margin: int, active: str
) -> int:
    for section in sorted(below.get(above, []), key=lambda entry: (entry["SORT"], entry["id"])):
        in_use = "Y" if active == section["ACTIVE"] == "Y" else "N"
        right = _place(database, below, section["id"], level + 1, margin + 1, in_use)
        place = {"DEPTH_LEVEL": level, "LEFT_MARGIN": margin, "RIGHT_MARGIN": right, "GLOBAL_ACTIVE": in_use}
        collection(database).update(section["id"], place)
        margin = right + 1
    return margin
