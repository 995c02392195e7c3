"""How values are written into a document: dates and names by a format, lists line by line."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.fields import store_date

if TYPE_CHECKING:
    from collections.abc import Mapping

DAY = "d.m.Y"
_LETTERS = {"d": "%d", "m": "%m", "Y": "%Y", "y": "%y", "H": "%H", "i": "%M", "s": "%S", "F": "%B", "M": "%b"}
_NAME_PART = re.compile(r"#(TITLE|NAME|LAST_NAME|SECOND_NAME)(_SHORT)?#")
_NAME = "#NAME# #LAST_NAME#"


def written(value: Any, description: Mapping[str, Any] | None = None) -> str:
    """Write a value.

    Args:
        value: text, a number, a list, or the parts of a name.
        description: `TYPE` (`DATE` or `NAME`) and `FORMAT` with its `format`.

    Returns:
        the text; a date that cannot be read stays as it is.
    """
    described = {str(key).upper(): entry for key, entry in (description or {}).items()}
    form = described.get("FORMAT")
    pattern = str(form.get("format") or "") if isinstance(form, dict) else ""
    if described.get("TYPE") == "DATE":
        return date(str(value), pattern or DAY)
    if isinstance(value, dict):
        return _name(value, pattern or _NAME)
    if isinstance(value, list):
        return "\n".join(written(entry, description) for entry in value)
    return "" if value is None else str(value)


def date(value: str, pattern: str = DAY) -> str:
    """Write a moment.

    Args:
        value: the moment, as REST calls name it.
        pattern: letters as PHP reads them, `d.m.Y`.

    Returns:
        the text; a value that is no moment stays as it is.
    """
    try:
        moment = datetime.fromisoformat(store_date(value))
    except ValueError:
        return value
    return moment.strftime("".join(_LETTERS.get(letter, letter.replace("%", "%%")) for letter in pattern))


def _name(parts: Mapping[str, Any], pattern: str) -> str:
    def part(found: re.Match[str]) -> str:
        text = str(parts.get(found[1]) or "")
        return f"{text[:1]}." if found[2] and text else text

    return " ".join(_NAME_PART.sub(part, pattern).split())
