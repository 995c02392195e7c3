"""The value of a field mapper: which fields get which values, as n8n's panel stores it or as a script writes it down.

n8n keeps `{"mappingMode": …, "value": {field: value}, "schema": [{"id": field, "type": …, "removed": …}, …]}`; a plain
object of fields and values means the same.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.json_text import UnreadableJson, parse_json
from bitrix_node.parameters.transforms.dates import Moment, iso_date
from bitrix_node.parameters.transforms.general import decimal, yes_no

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MODE = "mappingMode"
AUTOMATIC = "autoMapInputData"

_NUMBERS = re.compile(r"\s*[0-9]+(\s*,\s*[0-9]+)+\s*")
_TRUE, _FALSE = {"true", "y", "yes", "1"}, {"false", "n", "no", "0"}


def mapped_fields(raw: Any) -> dict[str, Any]:
    """The fields that a mapper gives values to; one without a value, or removed from the panel, is not among them.

    Args:
        raw: the mapper's value, expressions already evaluated, or a plain object. A text is read as JSON.

    Raises:
        UnusableValue: when it is neither, or when a value is not of its field's type.
    """
    value = _parsed(raw)
    if MODE not in value:
        return {name: _typed(name, entry, "") for name, entry in value.items() if entry is not None}
    if is_automatic(value):
        raise UnusableValue("mapped to known fields; open the node's panel, so that it reads them", "none")
    fields, schema = value.get("value"), _described(value)
    if fields is not None and not isinstance(fields, dict):
        raise UnusableValue("an object of fields and values")
    return {
        name: _chosen(name, _typed(name, entry, str(schema.get(name, {}).get("type", ""))), schema.get(name, {}))
        for name, entry in (fields or {}).items()
        if entry is not None and not schema.get(name, {}).get("removed")
    }


def from_input(parameters: Mapping[str, Any], json_data: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters with every mapper that maps automatically filled in: from the item's JSON, what its schema knows.

    Args:
        parameters: one item's parameters.
        json_data: the item's JSON.
    """
    return {name: _filled(value, json_data) if is_automatic(value) else value for name, value in parameters.items()}


def is_automatic(value: Any) -> bool:
    """Whether a parameter's value is a mapper that takes the fields of the input item."""
    return isinstance(value, dict) and value.get(MODE) == AUTOMATIC


def _filled(value: Mapping[str, Any], json_data: Mapping[str, Any]) -> dict[str, Any]:
    schema = _described(value)
    if not schema:
        return dict(value)
    mapped = {name: json_data[name] for name in schema if name in json_data}
    return {MODE: "defineBelow", "value": mapped, "schema": [{**schema[name], "removed": False} for name in mapped]}


def _described(value: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The mapper's schema by field."""
    rows = value.get("schema") or []
    return {str(row["id"]): row for row in rows if isinstance(row, dict) and "id" in row}


def _parsed(raw: Any) -> dict[str, Any]:
    if isinstance(raw, str):
        try:
            raw = parse_json(raw)
        except UnreadableJson:
            raw = None
    if not isinstance(raw, dict):
        raise UnusableValue('an object of fields and values, such as {"title": "New order"}')
    return raw


def _typed(name: str, value: Any, kind: str) -> Any:
    """A value as its field takes it; an empty text stays, as it empties the field."""
    if isinstance(value, bool):
        return yes_no(value)
    if value == "" or kind not in _READERS:
        return value
    try:
        return _READERS[kind](value)
    except UnusableValue as fault:
        raise UnusableValue(f"filled in rightly: {name} must be {fault}", fault.got or _shown(value)) from None


def _chosen(name: str, value: Any, described: Mapping[str, Any]) -> Any:
    """The values of choices that a list names; numbers stay, as they are values that came after the schema."""
    options = described.get("options")
    if not options or not isinstance(value, list):
        return value
    values = {str(option["name"]).casefold(): option["value"] for option in options}
    known = {str(option["value"]) for option in options}
    for entry in value:
        if str(entry) not in known and str(entry).casefold() not in values and not str(entry).isdigit():
            names = ", ".join(str(option["name"]) for option in options)
            raise UnusableValue(f"filled in rightly: {name} must be a list of {names}", _shown(entry))
    return [entry if str(entry) in known else values.get(str(entry).casefold(), entry) for entry in value]


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


def _boolean(value: Any) -> str:
    text = str(value).strip().lower()
    if text not in _TRUE | _FALSE:
        raise UnusableValue("true or false")
    return yes_no(text in _TRUE)


def _moment(value: Any) -> Moment:
    return Moment(iso_date(value))


def _several(value: Any) -> list[Any]:
    """The values of a field that takes several: a list, JSON, numbers with commas, or a single value."""
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = parse_json(value)
        except UnreadableJson:
            raise UnusableValue("a JSON array, such as [12, 15], or a single value") from None
    if isinstance(value, str) and _NUMBERS.fullmatch(value):
        return [int(part) for part in value.split(",")]
    entries = value if isinstance(value, list) else [value]
    return [yes_no(entry) if isinstance(entry, bool) else entry for entry in entries]


_READERS: dict[str, Callable[[Any], Any]] = {
    "array": _several,
    "boolean": _boolean,
    "dateTime": _moment,
    "number": decimal,
}
"""n8n's type of a field -> how its value is read; values of other types are sent as they are."""
