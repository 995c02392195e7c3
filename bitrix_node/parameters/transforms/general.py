"""Transforms for numbers, lists, choices, texts and JSON."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.json_text import UnreadableJson, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

_SEPARATORS = re.compile(r"[,;\s]+")
_AMOUNT = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+)(?:\.[0-9]+|,[0-9]{1,2})?")
_IN_BRACKETS = re.compile(r"[^\[\],]*\[([0-9]+)\]")
_WHOLE = re.compile(r"#?[+-]?[0-9]+")


def integer(value: Any) -> int:
    """A whole number, from a number, its text, or a name with the number in brackets: `Ann [12]`, as Bitrix24 does."""
    if isinstance(value, str):
        text = value.strip()
        if bracketed := _IN_BRACKETS.fullmatch(text):
            return int(bracketed.group(1))
        if _WHOLE.fullmatch(text):
            return int(text.lstrip("#"))
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value % 1 == 0:
        return int(value)
    raise UnusableValue("a whole number")


def integer_list(value: Any) -> list[int]:
    """Whole numbers from a JSON array or from text with commas."""
    try:
        numbers = [integer(entry) for entry in text_list(value)]
    except UnusableValue:
        raise UnusableValue("whole numbers separated by commas") from None
    if not numbers:
        raise UnusableValue("at least one whole number")
    return numbers


def decimal(value: Any) -> int | float:
    """A number such as an amount of money, from a number or its text; `12.50`, `12,50` and `1 200` are understood.

    A comma in front of three digits is refused: it may part thousands or decimals.
    """
    if isinstance(value, str) and _AMOUNT.fullmatch(value.strip()):
        digits = re.sub(r"\s", "", value).replace(",", ".")
        return float(digits) if "." in digits else int(digits)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnusableValue("a number such as 1200 or 12.50")
    return value


def text_list(value: Any) -> list[Any]:
    """A list, from a list, a JSON array or text with commas."""
    if isinstance(value, list):
        return value
    text = str(value).strip()
    if text.startswith("["):
        parsed = _json_array(text)
        if parsed is not None:
            return parsed
    return [entry for entry in _SEPARATORS.split(text) if entry]


def name_list(value: Any) -> list[str]:
    """Names, from a JSON array or from text with commas; unlike codes, names may hold spaces."""
    parsed = value if isinstance(value, list) else _json_array(str(value))
    entries = str(value).split(",") if parsed is None else parsed
    return [name for name in (str(entry).strip() for entry in entries) if name]


def comma_text(value: Any) -> str:
    """Text with commas, from such text or from a list."""
    return ",".join(str(entry).strip() for entry in value) if isinstance(value, list) else value


def any_value(value: Any) -> Any:
    """The value as it is: text, or whatever else an expression gave."""
    return value


def object_list(value: Any) -> list[dict[str, Any]]:
    """JSON objects, from a JSON array of them or from a single one."""
    entries = [value] if isinstance(value, dict) and value else value or []
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UnusableValue("a JSON array of objects")
    return entries


def row_list(value: Any) -> list[dict[str, Any]]:
    """The rows of a panel's list, without the cells that were left empty."""
    if isinstance(value, list):
        return object_list(value)
    if not isinstance(value, dict) or not all(isinstance(rows, list) for rows in value.values()):
        raise UnusableValue("rows with their values")
    filled = [{name: cell for name, cell in row.items() if cell != ""} for rows in value.values() for row in rows]
    return [row for row in filled if row]


def filled_rows(value: Any) -> list[dict[str, Any]]:
    """Like `row_list`, where no row would take away all that is there: at least one has to be filled in."""
    rows = row_list(value)
    if not rows:
        raise UnusableValue("rows of which at least one is filled in")
    return rows


def json_object(value: Any) -> dict[str, Any]:
    """A JSON object."""
    if isinstance(value, dict):
        return value
    raise UnusableValue('a JSON object such as {"TITLE": "…"}')


def yes_no(value: Any) -> str:
    """`Y` or `N`, as most classic methods spell booleans."""
    return "Y" if value else "N"


def one_zero(value: Any) -> int:
    """`1` or `0`."""
    return 1 if value else 0


def emptied(value: Any) -> dict[str, str]:
    """Fields to empty, as an object: an empty text clears a field, which leaving it out does not."""
    return dict.fromkeys((str(name) for name in text_list(value)), "")


def upper_case(value: Any) -> str:
    """Text in capitals, as codes are."""
    return str(value).strip().upper()


def _json_array(text: str) -> list[Any] | None:
    try:
        parsed = parse_json(text)
    except UnreadableJson:
        return None
    return parsed if isinstance(parsed, list) else None


def listed_names(value: Any) -> list[str]:
    """Names from a JSON array or text with commas."""
    if isinstance(value, str) and value.strip().startswith("["):
        try:
            value = parse_json(value)
        except UnreadableJson:
            raise UnusableValue('a JSON array such as ["ID", "TITLE"], or names with commas') from None
    entries = value if isinstance(value, list) else str(value).split(",")
    return [str(entry).strip() for entry in entries if str(entry).strip()]


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "anyValue": any_value,
    "commaText": comma_text,
    "csv": text_list,
    "decimal": decimal,
    "emptied": emptied,
    "filledRows": filled_rows,
    "integer": integer,
    "integerList": integer_list,
    "jsonObject": json_object,
    "nameList": name_list,
    "objectList": object_list,
    "rowList": row_list,
    "oneZero": one_zero,
    "upperCase": upper_case,
    "yesNo": yes_no,
}
