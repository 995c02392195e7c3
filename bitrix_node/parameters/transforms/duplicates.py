"""Transforms for finding and merging duplicates of CRM records.

See crm.duplicate.findbycomm, which takes twenty phone numbers or e-mail addresses at a time and answers with the IDs
by kind of record, and crm.entity.mergeBatch.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import integer_list

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

AT_ONCE = 20
"""How many values crm.duplicate.findbycomm searches for in one call."""

_SEPARATORS = re.compile(r"[,;\n]")


def value_batches(value: Any) -> list[list[str]]:
    """Phone numbers or e-mail addresses, from a list or from text with commas, in lists of at most twenty."""
    entries = value if isinstance(value, list) else _SEPARATORS.split(str(value))
    values = _distinct(entries)
    if not values:
        raise UnusableValue("phone numbers or e-mail addresses separated by commas")
    return list(_batches(values))


def contact_searches(value: Any) -> list[dict[str, Any]]:
    """The searches for a record's phone numbers and e-mail addresses, from the `fm` of crm.item.get."""
    entries = [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []
    return [
        {"type": kind, "values": batch}
        for kind in ("PHONE", "EMAIL")
        for batch in _batches(_distinct(entry.get("value") for entry in entries if entry.get("typeId") == kind))
    ]


def duplicate_rows(value: Any) -> list[dict[str, Any]]:
    """Kind and ID of every record that was found, each once, from one answer or a list of them."""
    answers = value if isinstance(value, list) else [value]
    found = {
        (str(kind), int(number)): None
        for answer in answers
        if isinstance(answer, dict)
        for kind, numbers in answer.items()
        for number in (numbers.values() if isinstance(numbers, dict) else numbers)
    }
    return [{"entityType": kind, "id": number} for kind, number in found]


def merged_ids(value: Any) -> list[int]:
    """The IDs of two or more different records."""
    numbers = list(dict.fromkeys(integer_list(value)))
    if len(numbers) < 2:  # noqa: PLR2004
        raise UnusableValue("the IDs of at least two records, separated by commas")
    return numbers


def _distinct(entries: Any) -> list[str]:
    texts = (str(entry).strip() for entry in entries if entry is not None)
    return list(dict.fromkeys(text for text in texts if text))


def _batches(values: list[str]) -> Iterator[list[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "contactSearches": contact_searches,
    "duplicateRows": duplicate_rows,
    "mergedIds": merged_ids,
    "valueBatches": value_batches,
}
