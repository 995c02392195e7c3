"""The shape of a value: its fields and their types, none of its values.

A text, number, … is the name of its JSON type, several of them joined by `|`. A list is a list with the shape of its
entries, or an empty one. An object has the shape of each of its fields.
"""

from __future__ import annotations

import re
from functools import reduce
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Shape: TypeAlias = "str | list[Any] | dict[str, Any]"

_NULL = "null"
_OF_ONE_PORTAL = re.compile(r"\d+|UF_CRM_(?!TASK$).*|UF_(?:AUTO|USR)_.*|(?:PROPERTY_?|property|parentId)\d+|ufCrm.+")
"""Names that another portal does not have: numbers of records, custom fields and properties."""


_OTHER_OUTPUTS: dict[str, tuple[Any, ...]] = {
    "output": ("raw", "selectedFields"),
    "simplify": (False,),
    "entityType": ("activity", "product"),
}
"""Parameters, and the values with which the items are not those that the action usually gives."""

_MANY = 8
_FIRST = ("id", "title", "name")
"""The fields that tell which record it is."""


def shapes_of(parameters: dict[str, Any], items: Sequence[dict[str, Any]]) -> list[Shape]:
    """The shapes of an action's items; none where its parameters ask for others than it usually gives."""
    return [] if _is_otherwise(parameters) else [shape_of(item["json"]) for item in items]


def _is_otherwise(parameters: dict[str, Any]) -> bool:
    inner = [entry for entry in parameters.values() if isinstance(entry, dict)]
    own = (parameters.get(key) in values for key, values in _OTHER_OUTPUTS.items() if key in parameters)
    return any(own) or any(map(_is_otherwise, inner))


def shape_of(value: Any) -> Shape:
    """The shape of one value."""
    if isinstance(value, dict):
        if len(value) >= _MANY and all(isinstance(entry, dict) for entry in value.values()):
            # A table, whose names are entries of the portal.
            return {}
        return {key: shape_of(entry) for key, entry in value.items() if not _OF_ONE_PORTAL.fullmatch(key)}
    if isinstance(value, list):
        entries = merged(shape_of(entry) for entry in value)
        return [entries] if entries else []
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"


def merged(shapes: Iterable[Shape]) -> Shape:
    """One shape for all; an empty text for none."""
    none: Shape = ""
    return reduce(_both, shapes, none)


def typed(shape: Shape, others: Shape) -> Shape:
    """An action's shape, with the types that empty fields have in the items of other actions, its name in front."""
    if not isinstance(shape, dict) or not isinstance(others, dict):
        return shape
    filled = {key: others.get(key, entry) if entry == _NULL else entry for key, entry in shape.items()}
    return dict(sorted(filled.items(), key=lambda field: field[0].lower() not in _FIRST))


def _both(one: Shape, other: Shape) -> Shape:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _both(one.get(key, ""), other.get(key, "")) for key in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        entries = merged([*one, *other])
        return [entries] if entries else []
    if isinstance(one, str) and isinstance(other, str):
        names = sorted({*one.split("|"), *other.split("|")} - {""})
        return "|".join([name for name in names if name != _NULL] or names)
    # An object tells more than a list, as which PHP writes an empty one, and either more than a plain value.
    return max(one, other, key=lambda shape: (isinstance(shape, dict), isinstance(shape, list)))
