"""Universal lists: how lists, elements, sections and their fields are named, and what updates must send back.

See the chapter on lists (lists.*): whatever is looked up goes by an ID or by a symbolic code, and updates want
fields that a person does not mean to change.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.json_text import UnreadableJson, parse_json
from bitrix_node.parameters.transforms.dates import Moment
from bitrix_node.parameters.transforms.general import integer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_NUMBER = re.compile(r"[0-9]+")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_PROPERTY = re.compile(r"(?:PROPERTY_)?([0-9]+)", re.IGNORECASE)
_ATTACHED = re.compile(r"/disk/uf\.php\?(?:.*&)?attachedId=([0-9]+)")

_NOT_REWRITABLE = {"F", "N:Sequence", "PREVIEW_PICTURE", "DETAIL_PICTURE"}
"""Kinds of field that lists.element.update does not take back as lists.element.get hands them out, or keeps anyway."""

_AUTOMATIC = {"DATE_CREATE", "CREATED_BY", "TIMESTAMP_X", "MODIFIED_BY"}
"""Fields that the portal fills in itself."""

_SETTINGS_OF_A_LIST = ("NAME", "DESCRIPTION", "SORT", "BIZPROC")
_SETTINGS_OF_A_SECTION = ("NAME", "EXTERNAL_ID", "XML_ID", "SORT", "ACTIVE")
_SETTINGS_OF_A_FIELD = ("NAME", "TYPE", "CODE")


def id_or_code(value: Any) -> int | str:
    """A number as a number, and a symbolic code as it is."""
    text = str(value).strip()
    if _NUMBER.fullmatch(text):
        return int(text)
    if _CODE.fullmatch(text):
        return text
    raise UnusableValue("a number such as 47, or a symbolic code such as holiday_requests")


def reference(kind: str, value: Any) -> dict[str, int | str]:
    """The argument that names a list, element or section: `{"IBLOCK_ID": 47}` or `{"IBLOCK_CODE": "holidays"}`."""
    named = id_or_code(value)
    return {f"{kind}_{'ID' if isinstance(named, int) else 'CODE'}": named}


def section_filter(value: Any) -> dict[str, int | str]:
    """The filter of lists.section.get for a single section."""
    named = id_or_code(value)
    return {"ID" if isinstance(named, int) else "CODE": named}


def field_id(value: Any) -> str:
    """A field of a list: a property by its number (951 is PROPERTY_951), a system field by its name."""
    text = str(value).strip()
    match = _PROPERTY.fullmatch(text)
    if match:
        return f"PROPERTY_{match.group(1)}"
    if _CODE.fullmatch(text):
        return text.upper()
    raise UnusableValue("the ID of a field, such as PROPERTY_951, 951 or NAME")


def property_number(value: Any) -> int:
    """The number of a property, from PROPERTY_951 or from 951."""
    match = _PROPERTY.fullmatch(str(value).strip())
    if match is None:
        raise UnusableValue("the ID of a property, such as PROPERTY_951 or 951")
    return int(match.group(1))


def fields(value: Any) -> dict[str, Any]:
    """Field name -> value, from the panel's rows; a field with several rows has several values.

    A value that is written as a JSON array or object is one: lists of values, and the value of a field whose form
    is an object.
    """
    found: dict[str, list[Any]] = {}
    for row in value.get("fieldsValues", []):
        if row.get("fieldName"):
            found.setdefault(str(row["fieldName"]).strip(), []).append(_plain_or_json(row.get("fieldValue", "")))
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def mapped_fields(value: Any) -> dict[str, Any]:
    """Fields of the field mapper, with a blank between day and time, as lists.element.add writes moments."""
    return {name: _moment(entry) for name, entry in value.items()}


def _moment(value: Any) -> Any:
    if isinstance(value, list):
        return [_moment(entry) for entry in value]
    return str(value).replace("T", " ", 1) if isinstance(value, Moment) and value.is_local else value


def files(value: Any) -> dict[str, Any]:
    """Field ID -> file as name and Base64 content, or a list of them where the field takes several."""
    found: dict[str, list[Any]] = {}
    several = set()
    for row in value.get("files", []):
        name = field_id(row["fieldId"])
        found.setdefault(name, []).append(named_file(row["binaryPropertyName"]))
        if row.get("multiple"):
            several.add(name)
    return {name: pairs if len(pairs) > 1 or name in several else pairs[0] for name, pairs in found.items()}


def named_file(value: Any) -> list[str]:
    """Binary data as lists take a file: its name and its content in Base64."""
    return [value.file_name or "file", value.data]


def rewritable_fields(value: Any) -> list[str]:
    """The names of the fields to read before an update: all that can be sent back (from lists.field.get)."""
    rows = list(value.values()) if isinstance(value, dict) else value
    names = [str(row["FIELD_ID"]) for row in rows if row.get("TYPE") not in _NOT_REWRITABLE | _AUTOMATIC]
    return list(dict.fromkeys(["ID", "NAME", *names]))


def rewritten_fields(value: Any) -> dict[str, Any]:
    """The fields of an element as lists.element.update takes them back; an update empties what it is not sent.

    Values of properties keep the IDs under which lists.element.get lists them.
    """
    return {name: entry for name, entry in value.items() if name != "ID" and entry not in (None, "", [], {})}


def picked(names: Iterable[str], value: Any) -> dict[str, Any]:
    """The settings that an update has to send again, from the record as it is."""
    return {name: value[name] for name in names if value.get(name) not in (None, "", False)}


def attached_objects(value: Any) -> list[int]:
    """The IDs of the attachments behind the links to files of the Drive; other links give none."""
    matches = (_ATTACHED.search(str(link)) for link in value)
    return [integer(match.group(1)) for match in matches if match]


def list_values(value: Any) -> str:
    """The choices of a field of type List, one a line, from lines, commas or a JSON array."""
    if isinstance(value, list):
        return "\n".join(str(entry) for entry in value)
    text = str(value)
    return text if "\n" in text else "\n".join(entry.strip() for entry in text.split(",") if entry.strip())


def _plain_or_json(value: Any) -> Any:
    if isinstance(value, str) and value.strip()[:1] in {"[", "{"}:
        try:
            return parse_json(value)
        except UnreadableJson:
            return value
    return value


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "attachedObjects": attached_objects,
    "elementReference": partial(reference, "ELEMENT"),
    "idOrCode": id_or_code,
    "listFieldId": field_id,
    "listFields": fields,
    "listMappedFields": mapped_fields,
    "listFieldSettings": partial(picked, _SETTINGS_OF_A_FIELD),
    "listFiles": files,
    "listReference": partial(reference, "IBLOCK"),
    "listSettings": partial(picked, _SETTINGS_OF_A_LIST),
    "listValues": list_values,
    "namedFile": named_file,
    "propertyNumber": property_number,
    "rewritableFields": rewritable_fields,
    "rewrittenFields": rewritten_fields,
    "sectionFilter": section_filter,
    "sectionReference": partial(reference, "SECTION"),
    "sectionSettings": partial(picked, _SETTINGS_OF_A_SECTION),
}
