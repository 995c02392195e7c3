"""Activity fields: the classic spelling (SUBJECT, OWNER_ID, END_TIME) for the to-do methods (crm.activity.todo.*)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.crm import camel_case, field_rows

RENAMED = {"END_TIME": "deadline", "SUBJECT": "title"}
"""Classic names whose current name is another word."""

FIELDS = (
    "ownerTypeId",
    "ownerId",
    "deadline",
    "title",
    "description",
    "responsibleId",
    "parentActivityId",
    "pingOffsets",
    "colorId",
)

if TYPE_CHECKING:
    from collections.abc import Callable

"""What a to-do has (crm.activity.todo.add)."""

OWNER_TYPES = {"lead": 1, "deal": 2, "contact": 3, "company": 4, "quote": 7, "invoice": 31}
"""Numbers of the kinds of record that an activity can belong to, for those who write the word."""

_NUMBERS = {"ownerTypeId", "ownerId", "responsibleId", "parentActivityId"}


def activity_fields(value: Any) -> dict[str, Any]:
    """The arguments of crm.activity.todo.add and crm.activity.todo.update, from the panel's rows or a JSON object."""
    fields = {}
    for name, entry in field_rows(value).items():
        current = RENAMED.get(name) or camel_case(name)
        if current not in FIELDS:
            raise UnusableValue(f"fields of a to-do ({', '.join(FIELDS)}), and {name} is none")
        fields[current] = _number(current, entry) if current in _NUMBERS else entry
    return fields


def _number(name: str, entry: Any) -> int:
    if name == "ownerTypeId" and str(entry).lower() in OWNER_TYPES:
        return OWNER_TYPES[str(entry).lower()]
    try:
        return int(entry)
    except (TypeError, ValueError):
        raise UnusableValue(f"fields of a to-do, with a whole number as {name}") from None


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "activityFields": activity_fields,
}
