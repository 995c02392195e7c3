"""CRM field names and values: the classic spelling (TITLE, COMPANY_ID, PHONE) for the current methods (crm.item.*).

The current methods want camelCase names and keep phones, e-mails, sites and messengers together in `fm`; custom
fields keep their own names because every call says `useOriginalUfNames`.
See crm.item.add and its object description in the REST documentation.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.binary import BinaryData
from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import listed_names
from bitrix_node.parameters.transforms.money import money_fields

if TYPE_CHECKING:
    from collections.abc import Callable

MULTI_FIELDS = ("PHONE", "EMAIL", "WEB", "IM", "LINK")
"""The kinds of contact data that `fm` holds."""

RENAMED = {
    "COMPANY_TYPE": "typeId",
    "CREATED_BY_ID": "createdBy",
    "DATE_CREATE": "createdTime",
    "DATE_MODIFY": "updatedTime",
    "MODIFY_BY_ID": "updatedBy",
    "MOVED_BY_ID": "movedBy",
    "STATUS_ID": "stageId",
}
"""Classic names whose current name is another word."""

_OPERATOR = re.compile(r"^([<>=!@%?~*]*)(.*)$", re.DOTALL)
_CAMEL_CUSTOM = re.compile(r"^ufCrm(\d*)_?(.*)$")
_HOLDS_LINKS = re.compile(r"(Id|Ids|By)$|^(observers|UF_.*)$")
_LINK = re.compile(r"[^\[\],]*\[([0-9]+)\]")
_STAGE_OF_PIPELINE = re.compile(r"(?:C|DT[0-9]+_)([0-9]+):")
_CAMEL_BORDER = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@lru_cache(maxsize=4096)
def field_name(name: str) -> str:
    """The current name of a field: `COMPANY_ID` is `companyId`, custom fields are `UF_CRM_…`, the rest stays."""
    custom = _CAMEL_CUSTOM.match(name)
    if custom:
        parts = ["UF_CRM", custom.group(1), _CAMEL_BORDER.sub("_", custom.group(2)).upper()]
        return "_".join(part for part in parts if part)
    if name.upper() != name or name.startswith("UF_"):
        return name
    return RENAMED.get(name) or camel_case(name)


def camel_case(name: str) -> str:
    """`SECTION_ID` as `sectionId`; a name that is not all capitals stays."""
    if name.upper() != name:
        return name
    head, *tail = name.lower().split("_")
    return head + "".join(part.capitalize() for part in tail)


def field_rows(value: Any) -> dict[str, Any]:
    """Field name -> value, from the panel's rows or from a JSON object; names stay as they are."""
    if not isinstance(value, dict):
        raise UnusableValue("fields with their values")
    rows = value.get("fieldItems")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return value
    return {row["fieldName"]: row.get("fieldValue", "") for row in rows if row.get("fieldName")}


def item_fields(value: Any) -> dict[str, Any]:
    """The `fields` of crm.item.add and crm.item.update, from the panel's rows or from a JSON object."""
    fields: dict[str, Any] = {}
    for name, entry in field_rows(value).items():
        kind = name.upper()
        if kind in MULTI_FIELDS:
            fields.setdefault("fm", []).extend(_multi_values(kind, entry))
        elif name == "fm":
            fields.setdefault("fm", []).extend(entry if isinstance(entry, list) else [entry])
        else:
            current = field_name(name)
            fields.update(money_fields(current, linked(current, entry)))
    return fields


def mapped_fields(value: Any) -> dict[str, Any]:
    """Like `item_fields`, for fields whose stage was picked from all pipelines: the record goes into that pipeline."""
    fields = item_fields(value)
    stage = _STAGE_OF_PIPELINE.match(str(fields.get("stageId", "")))
    return fields if stage is None else {"categoryId": int(stage.group(1)), **fields}


def linked(name: str, value: Any) -> Any:
    """The number of a person or record that was given as Bitrix24 shows it, `Ann [12]`, for a field that holds such."""
    if isinstance(value, list):
        return [linked(name, entry) for entry in value]
    may_be_link = isinstance(value, str) and "]" in value and _HOLDS_LINKS.search(name)
    found = _LINK.fullmatch(value.strip()) if may_be_link else None
    return int(found.group(1)) if found else value


def emptied_fields(value: Any) -> dict[str, str]:
    """Fields to empty, under their current names: an empty text clears a field, which leaving it out does not."""
    return {field_name(name): "" for name in listed_names(value)}


def multi_fields(value: Any) -> dict[str, Any]:
    """The part of `fields` that the panel's rows of phones or e-mails make up: `{"fm": […]}`."""
    kinds = {"phoneItems": "PHONE", "emailItems": "EMAIL", "webItems": "WEB", "imItems": "IM"}
    return {
        "fm": [entry for group, kind in kinds.items() if group in value for entry in _multi_values(kind, value[group])]
    }


def item_filter(value: Any) -> dict[str, Any]:
    """A filter with current names; operators in front of a name stay, nested conditions are translated too."""
    return translated_filter(value, field_name)


def item_order(value: Any) -> dict[str, str]:
    """A sort order with current names."""
    return translated_order(value, field_name)


def translated_filter(value: Any, name_of: Callable[[str], str]) -> dict[str, Any]:
    """A filter with every name in it translated by `name_of`."""
    if not isinstance(value, dict):
        raise UnusableValue('a JSON object such as {">DATE_CREATE": "2026-01-01"}')
    translated: dict[str, Any] = {}
    for key, entry in value.items():
        name = _filter_key(key, name_of)
        if name in translated:
            raise UnusableValue(
                f"conditions that each have a key of their own ({key} is {name}, which is there already)", key
            )
        translated[name] = _translated_conditions(entry, name_of)
    return translated


def _translated_conditions(entry: Any, name_of: Callable[[str], str]) -> Any:
    """What stands under a key of a filter: a value or a list of them, or further conditions."""
    if isinstance(entry, list):
        return [_translated_conditions(single, name_of) for single in entry]
    return translated_filter(entry, name_of) if isinstance(entry, dict) else entry


def translated_order(value: Any, name_of: Callable[[str], str]) -> dict[str, str]:
    """A sort order with every name in it translated by `name_of`."""
    if not isinstance(value, dict):
        raise UnusableValue('a JSON object such as {"ID": "DESC"}')
    return {name_of(name): str(direction).upper() for name, direction in value.items()}


def item_select(value: Any) -> list[str]:
    """Field names to return; phones and e-mails only come (in `fm`) with all fields, see crm.item.list."""
    names = listed_names(value)
    translated = ["*" if name.upper() in {*MULTI_FIELDS, "FM"} else field_name(name) for name in names]
    return list(dict.fromkeys(translated))


def _filter_key(key: str, name_of: Callable[[str], str]) -> str:
    match = _OPERATOR.match(key)
    operator, name = match.groups() if match else ("", key)
    return key if name in {"LOGIC", "logic"} or name.isdigit() else f"{operator}{name_of(name)}"


def _multi_values(kind: str, entry: Any) -> list[dict[str, Any]]:
    entries = entry if isinstance(entry, list) else [entry]
    return [_multi_value(kind, single) for single in entries if single not in ("", None)]


def _multi_value(kind: str, entry: Any) -> dict[str, Any]:
    if not isinstance(entry, dict):
        return {"typeId": kind, "valueType": "WORK", "value": str(entry)}
    given = {key.upper().replace("_", ""): value for key, value in entry.items()}
    if "VALUE" not in given and not (given.get("ID") and given.get("DELETE")):
        raise UnusableValue(f"fields with their values, with a VALUE in each entry of {kind}")
    value: dict[str, Any] = {
        "typeId": kind,
        "valueType": given.get("VALUETYPE", "WORK"),
        "value": given.get("VALUE", ""),
    }
    if given.get("ID"):
        value["id"] = _row_number(kind, given["ID"])
    if str(given.get("DELETE", "")).upper() in {"Y", "TRUE", "1"}:
        value["value"] = ""
    return value


def _row_number(kind: str, given: Any) -> int:
    try:
        return int(given)
    except (TypeError, ValueError):
        raise UnusableValue(f"fields with their values, with a whole number as ID in {kind}") from None


def contact_data_changes(value: Any) -> Any:
    """Contact data as crm.item.update takes it: what has an ID is changed, or deleted if empty; the rest is new.

    Example: `{"n0": {"typeId": "PHONE", …}, "15": {"typeId": "EMAIL", "value": ""}}`.
    """
    if not isinstance(value, list):
        return value
    new = iter(range(len(value)))
    changes: dict[str, Any] = {}
    for entry in value:
        number = entry.get("id") if isinstance(entry, dict) else None
        rest = {key: part for key, part in entry.items() if key != "id"} if isinstance(entry, dict) else entry
        changes[str(number) if number else f"n{next(new)}"] = rest
    return changes


def record_files(value: Any) -> dict[str, Any]:
    """File fields from rows of field name and binary data: `["photo.jpg", "<base64>"]` each, or a list of such."""
    files: dict[str, list[list[str]]] = {}
    for row in value.get("files", []):
        name, data = row.get("fieldName"), row.get("binaryPropertyName")
        if not name or not isinstance(data, BinaryData):
            raise UnusableValue("rows with a field name and an input data field each")
        files.setdefault(field_name(name), []).append([data.file_name or "file", data.data])
    return {name: pairs[0] if len(pairs) == 1 else pairs for name, pairs in files.items()}


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "contactDataChanges": contact_data_changes,
    "crmField": field_name,
    "crmFields": item_fields,
    "crmFilter": item_filter,
    "crmFiles": record_files,
    "crmMappedFields": mapped_fields,
    "crmMultiFields": multi_fields,
    "crmOrder": item_order,
    "crmSelect": item_select,
    "emptiedCrmFields": emptied_fields,
    "fieldRows": field_rows,
}
