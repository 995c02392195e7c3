"""Transforms that take a sort order apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable


def sort_field(value: Any) -> str:
    """The field of a sort order such as `{"LAST_NAME": "ASC"}`, for methods that take it apart from its direction."""
    return _sort(value)[0]


def sort_direction(value: Any) -> str:
    """The direction of a sort order such as `{"LAST_NAME": "ASC"}`."""
    return _sort(value)[1]


def _sort(value: Any) -> tuple[str, str]:
    if isinstance(value, dict) and len(value) == 1:
        [(field, direction)] = value.items()
        if str(direction).upper() in {"ASC", "DESC"}:
            return str(field), str(direction).upper()
    raise UnusableValue('a JSON object with one field and its direction, such as {"LAST_NAME": "ASC"}')


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "sortDirection": sort_direction,
    "sortField": sort_field,
}
