"""Transforms for an application's data storages (`entity.*`): their fields, and what an import takes from an export.

An export is an object with `storage`, `rights`, `properties`, `sections` and `items`, each as the portal answers it.
See the section on data storages in the REST documentation.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import text_list

if TYPE_CHECKING:
    from collections.abc import Callable

Json = dict[str, Any]

ACCESS_LEVELS = {"READ": "R", "WRITE": "W", "MANAGE": "X", "R": "R", "W": "W", "X": "X"}
"""How a level may be written -> its letter. A right of any other level would silently not be given."""

PICTURES = ("DETAIL_PICTURE", "PICTURE", "PREVIEW_PICTURE")

_KEPT_BY_THE_PORTAL = {
    "CREATED_BY",
    "DATE_CREATE",
    "DEPTH_LEVEL",
    "ENTITY",
    "ID",
    "LEFT_MARGIN",
    "MODIFIED_BY",
    "RIGHT_MARGIN",
    "SECTION",
    "TIMESTAMP_X",
}
_CODE = re.compile(r"[A-Za-z0-9_]+")
_PROPERTY = "PROPERTY_"


def storage_code(value: Any) -> str:
    """The code of a storage or property; the portal would silently leave out what a code cannot hold."""
    code = str(value).strip()
    if not _CODE.fullmatch(code):
        raise UnusableValue("a code of Latin letters, digits and underscores, such as dish_v2")
    return code


def storage_access(value: Any) -> dict[str, str]:
    """Access code -> level, with levels as letters."""
    wrong = UnusableValue(
        'a JSON object of access codes and levels (R read, W write, X manage), such as {"U1": "W", "AU": "R"}'
    )
    if not isinstance(value, dict):
        raise wrong
    levels = {str(code): ACCESS_LEVELS.get(str(level).strip().upper()) for code, level in value.items()}
    if None in levels.values():
        raise wrong
    return {code: level for code, level in levels.items() if level is not None}


def storage_fields(value: Any) -> Json:
    """Fields of a storage, with the rights among them checked."""
    if not isinstance(value, dict):
        raise UnusableValue('a JSON object such as {"NAME": "Dishes"}')
    return {**value, **({"ACCESS": storage_access(value["ACCESS"])} if "ACCESS" in value else {})}


def emptied_storage_fields(value: Any) -> Json:
    """Fields of a section or item to empty: pictures by `false`, `PROPERTY_price` among the property values."""
    names = [str(name) for name in text_list(value)]
    properties = {name.removeprefix(_PROPERTY): "" for name in names if name.startswith(_PROPERTY)}
    fields: Json = {name: False if name in PICTURES else "" for name in names if not name.startswith(_PROPERTY)}
    return fields | ({"PROPERTY_VALUES": properties} if properties else {})


def stored_fields(value: Any) -> Json:
    """What can be said of an exported section or item when it is made anew: neither numbers nor dates of the old one.

    Pictures are exported as addresses, which cannot be uploaded; one that is given as a name and Base64 content stays.
    """
    return {
        name: entry
        for name, entry in value.items()
        if name not in _KEPT_BY_THE_PORTAL
        and entry is not None
        and not (name in PICTURES and not isinstance(entry, list))
    }


def imported_code(value: Any) -> str:
    """The code of the exported storage."""
    code = _part(value, "storage", {}).get("ENTITY")
    if not code:
        raise UnusableValue("an export that names its storage, where 'Storage Code' is empty")
    return storage_code(code)


def imported_name(value: Any) -> str:
    """The name of the exported storage, or its code; empty where it has neither."""
    storage = _part(value, "storage", {})
    return str(storage.get("NAME") or storage.get("ENTITY") or "")


def imported_rights(value: Any) -> dict[str, str]:
    """The rights of the exported storage; none at all would take them away from everybody else."""
    rights = _part(value, "rights", {})
    if not rights:
        raise UnusableValue("an export that holds the rights of its storage, where 'Import Rights' is on")
    return storage_access(rights)


def imported_properties(value: Any) -> list[Json]:
    """The properties of the exported storage."""
    return _rows(value, "properties")


def imported_sections(value: Any) -> list[Json]:
    """The sections of the exported storage."""
    return _rows(value, "sections")


def imported_subsections(value: Any) -> list[Json]:
    """The exported sections that lie inside others."""
    return [section for section in imported_sections(value) if section.get("SECTION")]


def imported_items(value: Any) -> list[Json]:
    """The exported items, without the files among their properties that are only named and not there."""
    items = value if isinstance(value, list) else _part(value, "items", [])
    files = {row.get("PROPERTY") for row in imported_properties(value) if row.get("TYPE") == "F"}
    return [_without_named_files(item, files) for item in _objects(items)]


def _without_named_files(item: Json, files: set[Any]) -> Json:
    values = item.get("PROPERTY_VALUES")
    if not isinstance(values, dict):
        return {name: entry for name, entry in item.items() if name != "PROPERTY_VALUES"}
    kept = {code: entry for code, entry in values.items() if code not in files or isinstance(entry, list)}
    return {**item, "PROPERTY_VALUES": kept}


def _rows(value: Any, part: str) -> list[Json]:
    return [] if isinstance(value, list) else _objects(_part(value, part, []))


def _part(value: Any, part: str, otherwise: Any) -> Any:
    if isinstance(value, list):
        return otherwise
    found = value.get(part, otherwise) if isinstance(value, dict) else None
    if not isinstance(found, type(otherwise)) and found != []:
        raise _not_an_export()
    return found or otherwise


def _objects(rows: Any) -> list[Json]:
    if not all(isinstance(row, dict) for row in rows):
        raise _not_an_export()
    return list(rows)


def _not_an_export() -> UnusableValue:
    return UnusableValue('what \'Export\' returned, or a JSON array of items such as [{"NAME": "Soup"}]')


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "emptiedStorageFields": emptied_storage_fields,
    "importedCode": imported_code,
    "importedItems": imported_items,
    "importedName": imported_name,
    "importedProperties": imported_properties,
    "importedRights": imported_rights,
    "importedSections": imported_sections,
    "importedSubsections": imported_subsections,
    "storageAccess": storage_access,
    "storageCode": storage_code,
    "storageFields": storage_fields,
    "storedFields": stored_fields,
}
