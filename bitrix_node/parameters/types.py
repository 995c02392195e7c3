"""What a panel value of each parameter type may be, and the Python value it stands for."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.json_text import UnreadableJson, parse_json
from bitrix_node.parameters.mapping import mapped_fields
from bitrix_node.parameters.transforms.general import listed_names
from bitrix_node.parameters.values import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.definitions import Option, Parameter

TAKE_LISTS = {
    "anyValue",
    "commaText",
    "crmLinks",
    "crmSelect",
    "csv",
    "documentTypes",
    "driveAttachments",
    "emptied",
    "emptiedCrmFields",
    "emptiedStorageFields",
    "fieldSelection",
    "integerList",
    "listValues",
    "mergedIds",
    "nameList",
    "productSelect",
    "reminders",
    "removedFiles",
    "ruleDocumentType",
    "valueBatches",
    "workflowDocument",
}
"""Transforms of text with commas that take a list as well, which is what an expression often gives."""

ANY_VALUE = "anyValue"
"""The transform of a text that an expression may fill with any JSON value, for what becomes of a field's value."""

_WHOLE = re.compile(r"[+-]?[0-9]+")
_TRUE = {"true", "y", "yes", "1"}
_FALSE = {"false", "n", "no", "0"}


def read_typed(parameter: Parameter, raw: Any) -> Any:
    """The typed value of a plain (not nested) parameter, or `UNSET` where its field was left empty.

    Raises:
        UnusableValue: with what the value must be.
    """
    return _READERS.get(parameter.type, _text)(parameter, raw)


def shortened(value: Any) -> str:
    """A value for a message: as JSON, cut to a length that can be read."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"  # noqa: PLR2004


def _text(parameter: Parameter, raw: Any) -> Any:
    if isinstance(raw, str):
        return str(raw)
    if isinstance(raw, list) and parameter.transform in TAKE_LISTS:
        return raw
    if isinstance(raw, (dict, bool)) and parameter.transform == ANY_VALUE:
        return raw
    if isinstance(raw, bool) or not isinstance(raw, (int, float, date)):
        raise UnusableValue("text")
    return raw.isoformat() if isinstance(raw, date) else str(raw)


def _number(parameter: Parameter, raw: Any) -> Any:
    if raw == "":
        return UNSET
    number = _parsed_number(raw)
    if parameter.min_value is not None and number < parameter.min_value:
        raise UnusableValue(f"{parameter.min_value:g} or more")
    if parameter.max_value is not None and number > parameter.max_value:
        raise UnusableValue(f"{parameter.max_value:g} or less")
    whole = isinstance(number, int) or number.is_integer()
    if parameter.use == "limit" and not whole:
        raise UnusableValue("a whole number")
    return int(number) if whole else number


def _parsed_number(raw: Any) -> int | float:
    """Whole numbers stay exact, however large; Python's own `1_000` is no number to anybody else."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return raw
    try:
        if isinstance(raw, str) and _WHOLE.fullmatch(raw.strip()):
            return int(raw)
        number = math.nan if isinstance(raw, bool) or "_" in str(raw) else float(raw)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise UnusableValue("a number")
    return number


def _boolean(_: Parameter, raw: Any) -> Any:
    if isinstance(raw, bool):
        return raw
    text = str(raw).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise UnusableValue("true or false")


def _option(parameter: Parameter, raw: Any) -> Any:
    if raw == "" and parameter.default == "":
        return UNSET
    options = parameter.options or ()
    for option in options:
        if raw == option.value:
            return option.value
    for option in options:
        if str(raw).lower() in {str(option.value).lower(), option.name.lower()}:
            return option.value
    if parameter.options and not parameter.custom_values:
        raise UnusableValue(f"one of {', '.join(_spelled(option) for option in parameter.options)}")
    return raw


def _spelled(option: Option) -> str:
    """A choice as a message names it: its value, or its name where the value is empty or a Python word."""
    return option.name if option.value == "" or isinstance(option.value, bool) else str(option.value)


def _options(parameter: Parameter, raw: Any) -> Any:
    if parameter.field_lookup:
        return _field_names(raw)
    entries = [entry.strip() for entry in raw.split(",") if entry.strip()] if isinstance(raw, str) else raw
    if not isinstance(entries, list):
        raise UnusableValue("a list")
    return [_option(parameter, entry) for entry in entries]


def _field_names(raw: Any) -> Any:
    """Names of fields, as a list or, as older workflows and the command line have them, as text with commas."""
    entries = raw if isinstance(raw, list) else [raw]
    if not all(isinstance(entry, str) for entry in entries):
        raise UnusableValue("names of fields, as a list or separated by commas")
    return [name for entry in entries for name in listed_names(entry)] or UNSET


def _json(_: Parameter, raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    if not raw.strip():
        return UNSET
    try:
        return parse_json(raw)
    except UnreadableJson as error:
        raise UnusableValue(f"valid JSON ({error})") from None


def _moment(_: Parameter, raw: Any) -> Any:
    if raw == "":
        return UNSET
    return raw.isoformat() if isinstance(raw, datetime | date) else raw


def _locator(parameter: Parameter, raw: Any) -> Any:
    """What a resource locator holds, or a plain value, as workflows of older panels have it.

    An address is understood wherever it stands, as people paste one where an ID is asked for.
    """
    is_locator = isinstance(raw, dict)
    chosen = raw.get("value") if is_locator else raw
    if chosen in (None, ""):
        return UNSET
    value = _text(parameter, chosen)
    use = parameter.lookup
    if use is None or not isinstance(value, str) or not use.pattern:
        return value
    found = re.match(use.pattern, value)
    if found:
        return found[1]
    if is_locator and raw.get("mode") == "url":
        form = f"the address of a record ({use.noun.lower()}), such as https://example.bitrix24.com{use.example}"
        raise UnusableValue(form, got=shortened(value))
    return value


def _mapping(_: Parameter, raw: Any) -> Any:
    return mapped_fields(raw) or UNSET


_READERS: dict[str, Callable[[Parameter, Any], Any]] = {
    "string": _text,
    "number": _number,
    "boolean": _boolean,
    "options": _option,
    "multiOptions": _options,
    "json": _json,
    "dateTime": _moment,
    "resourceLocator": _locator,
    "resourceMapper": _mapping,
}
