"""Custom fields (userfieldconfig.*): which object they belong to, their full names, and their settings.

A definition may be spelled as the current methods have it (fieldName) or as the older ones (FIELD_NAME).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.crm import camel_case, translated_filter, translated_order
from bitrix_node.parameters.transforms.general import integer, name_list

if TYPE_CHECKING:
    from collections.abc import Callable

NAMED_ENTITIES = {"LEAD", "DEAL", "CONTACT", "COMPANY", "QUOTE", "SMART_INVOICE"}
"""Objects of the CRM that are called CRM_ and their name."""

MODULES = ("crm", "rpa", "calendar", "tasks")
"""Modules whose objects are told by the first word of the object's ID."""

LONGEST_NAME = 50
"""The most characters that the name of a field may have, prefix included."""

_RENAMED = {"LIST": "enum"}
_TYPES = {"crm_entity": "crm"}
_FLAGS = {"multiple", "mandatory", "showInList", "editInList", "isSearchable"}
_FIELD_KEYS = _FLAGS | {
    "entityId",
    "fieldName",
    "userTypeId",
    "xmlId",
    "sort",
    "showFilter",
    "settings",
    "editFormLabel",
    "listColumnLabel",
    "listFilterLabel",
    "errorMessage",
    "helpMessage",
    "enum",
}
"""What a definition has of its own; everything else in the settings of a row belongs to the field's type."""

_NAME = re.compile(r"[A-Z0-9_]+")
_ENTITY = re.compile(r"[A-Z][A-Z0-9_]*")
_SMART_PROCESS = re.compile(r"(?:CRM_)?([0-9]+)")


def entity_id(value: Any) -> str:
    """The object that fields belong to, as the methods call it: DEAL is CRM_DEAL, 7 is the smart process CRM_7."""
    text = str(value).strip().upper()
    process = _SMART_PROCESS.fullmatch(text)
    if process:
        return f"CRM_{process.group(1)}"
    if text in NAMED_ENTITIES:
        return f"CRM_{text}"
    if _ENTITY.fullmatch(text):
        return text
    raise UnusableValue("the ID of an object, such as DEAL, CRM_7 or RPA_1")


def smart_process(value: Any) -> str:
    """The object of a smart process, from its ID."""
    process = _SMART_PROCESS.fullmatch(str(value).strip().upper())
    if process is None:
        raise UnusableValue("the ID of a smart process, such as 7")
    return f"CRM_{process.group(1)}"


def entity_module(value: Any) -> str:
    """The module that an object belongs to, by the first word of its ID; that of the CRM where it is none other."""
    word = entity_id(value).partition("_")[0].lower()
    return word if word in MODULES else "crm"


def chosen_entity(value: Any) -> str:
    """The object from what the panel shows: a kind, and with some kinds an ID beside it."""
    given = value.get("customEntityType") or value.get("smartProcessType") or value.get("entityType")
    if not given:
        raise UnusableValue("a field with the entityId that it belongs to, such as CRM_DEAL or CRM_7")
    return entity_id(given)


def field_code(value: Any) -> str:
    """The name of a field in capitals, with or without the prefix that tells its object."""
    name = str(value).strip().upper()
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise UnusableValue(f"Latin letters, digits and underscores, at most {LONGEST_NAME} with the prefix")
    return name


def definition(value: Any) -> dict[str, Any]:
    """The `field` of userfieldconfig.add.

    Args:
        value: the panel's choice of an object, and under `definition` the field's own settings; these win. Without a
            choice, the settings alone.
    """
    field = settings(value.get("definition", value))
    if not field.get("fieldName") or not field.get("userTypeId"):
        raise UnusableValue('a field with its name and type, as {"fieldName": "NOTE", "userTypeId": "string"}')
    field["entityId"] = entity_id(field["entityId"]) if "entityId" in field else chosen_entity(value)
    prefix = f"UF_{field['entityId']}_"
    name = field_code(field.get("fieldName", ""))
    field["fieldName"] = field_code(name if name.startswith("UF_") else f"{prefix}{name}")
    return field


def definitions(value: Any) -> list[dict[str, Any]]:
    """Definitions of several fields, from the panel's rows or from a JSON array."""
    rows = value.get("fields", []) if isinstance(value, dict) else value
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise UnusableValue('a JSON array of fields, such as [{"fieldName": "NOTE", "userTypeId": "string"}]')
    return [_row(row) for row in rows]


def settings(value: Any) -> dict[str, Any]:
    """Settings of a field in the current spelling: names, `Y` and `N`, and the choices of a list."""
    if not isinstance(value, dict):
        raise UnusableValue('a JSON object of settings, such as {"mandatory": "Y", "sort": 200}')
    named = {_RENAMED.get(name) or camel_case(name): entry for name, entry in value.items()}
    field = {name: _flag(entry) if name in _FLAGS else entry for name, entry in named.items()}
    if isinstance(field.get("showFilter"), bool):
        field["showFilter"] = _flag(field["showFilter"])
    if "enum" in field:
        field["enum"] = choices(field["enum"])
    if "userTypeId" in field:
        field["userTypeId"] = _TYPES.get(field["userTypeId"], field["userTypeId"])
    return field


def changes(value: Any) -> dict[str, Any]:
    """The `field` of userfieldconfig.update; choices only change where the type is named again."""
    field = settings(value)
    return {"userTypeId": "enumeration", **field} if "enum" in field else field


def changed_row(value: Any) -> dict[str, Any]:
    """A change from the panel's row of name and value."""
    rows = [row for row in value.get("field", []) if row.get("name")]
    return changes(
        {row["name"]: row.get("boolValue", False) if row.get("isBoolean") else row.get("value", "") for row in rows}
    )


def choices(value: Any) -> list[dict[str, Any]]:
    """The choices of a list, from texts, from objects with value, def, sort and xmlId, or from an object of texts."""
    entries = list(value.values()) if isinstance(value, dict) and "value" not in value else value
    if isinstance(entries, str):
        entries = name_list(entries)
    found = [_choice(entry) for entry in (entries if isinstance(entries, list) else [entries])]
    if not found:
        raise UnusableValue('choices of a list, such as ["New", "Done"]')
    return found


def changed_choices(value: Any) -> dict[str, Any]:
    """The part of `field` that changes the choices of a list."""
    return changes({"enum": value})


def selection(value: Any) -> dict[str, str]:
    """Names of settings to return, numbered, so that the language can stand beside them."""
    return {str(number): camel_case(name) for number, name in enumerate(name_list(value))}


def list_filter(value: Any) -> dict[str, Any]:
    """A filter of userfieldconfig.list in the current spelling."""
    return translated_filter(value, camel_case)


def list_order(value: Any) -> dict[str, str]:
    """A sort order of userfieldconfig.list in the current spelling."""
    return translated_order(value, camel_case)


def _row(row: dict[str, Any]) -> dict[str, Any]:
    """A definition with what its additional settings and its default value say put where it belongs."""
    given = {name: entry for name, entry in row.items() if name not in {"additionalSettings", "DEFAULT_VALUE"}}
    of_type: dict[str, Any] = {}
    for name, entry in (row.get("additionalSettings") or {}).items():
        key = _RENAMED.get(name) or camel_case(name)
        (given if key in _FIELD_KEYS else of_type)[name] = entry
    if row.get("DEFAULT_VALUE") not in (None, ""):
        of_type["DEFAULT_VALUE"] = row["DEFAULT_VALUE"]
    return settings(given | {"settings": {**of_type, **given.get("settings", {})}} if of_type else given)


def _choice(entry: Any) -> dict[str, Any]:
    if isinstance(entry, str | int | float) and not isinstance(entry, bool):
        return {"value": str(entry)}
    if not isinstance(entry, dict) or not entry:
        raise UnusableValue('choices of a list, such as ["New", "Done"] or [{"value": "New", "def": "Y"}]')
    given = {camel_case(str(name)): part for name, part in entry.items()}
    if "id" in given:
        given["id"] = _choice_id(given["id"])
    return {name: _flag(part) if name in {"def", "del"} else part for name, part in given.items()}


def _choice_id(given: Any) -> int:
    try:
        return integer(given)
    except UnusableValue:
        raise UnusableValue("choices of a list with a whole number as id, as Get shows it") from None


def _flag(value: Any) -> Any:
    return ("Y" if value else "N") if isinstance(value, bool) else value


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "fieldChanges": changes,
    "fieldChangeRow": changed_row,
    "fieldChoices": choices,
    "fieldChoiceChanges": changed_choices,
    "fieldCode": field_code,
    "fieldDefinition": definition,
    "fieldDefinitions": definitions,
    "fieldEntity": entity_id,
    "fieldEntityChosen": chosen_entity,
    "fieldEntityModule": entity_module,
    "fieldFilter": list_filter,
    "fieldOrder": list_order,
    "fieldSelection": selection,
    "fieldSettings": settings,
    "smartProcessEntity": smart_process,
}
