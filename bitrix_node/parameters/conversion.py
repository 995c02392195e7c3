"""One parameter's value as an argument: its transform, and the message when the value does not suit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import ParameterError, UnusableValue, what_to_enter
from bitrix_node.parameters.transforms import TRANSFORMS
from bitrix_node.parameters.types import shortened
from bitrix_node.parameters.values import UNSET

if TYPE_CHECKING:
    from bitrix_node.definitions import Parameter
    from bitrix_node.parameters.values import Values

_TEXT_TRANSFORMS = {"textContent", "upperCase"}
"""Transforms for which an empty text is a value; for the others it is the same as not given."""


def converted(values: Values, path: str, transform: str | None = None) -> Any:
    """The argument for a plain parameter, or `UNSET`.

    Args:
        values: the item's parameters.
        path: which of them.
        transform: name of the transform; the parameter's own where not given.

    Raises:
        ParameterError: when the transform cannot use the value.
    """
    parameter = values.parameters[path]
    name = transform or parameter.transform
    value = values.get(path)
    if parameter.groups and isinstance(value, dict):
        value = {key: _rows(parameter, rows, f"{path}.{key}") for key, rows in value.items()}
    if value is UNSET or name is None:
        return value
    if value == "" and name not in _TEXT_TRANSFORMS:
        return UNSET
    return _transformed(parameter, name, value, path)


def _rows(parameter: Parameter, rows: list[dict[str, Any]], path: str) -> list[dict[str, Any]]:
    """Rows with each value as its column wants it."""
    columns = parameter.columns[path.rpartition(".")[2]]
    return [
        {
            name: value
            if columns[name].transform is None or value == ""
            else _transformed(columns[name], str(columns[name].transform), value, f"{path}[{index}].{name}")
            for name, value in row.items()
        }
        for index, row in enumerate(rows)
    ]


def _transformed(parameter: Parameter, name: str, value: Any, path: str) -> Any:
    try:
        return TRANSFORMS[name](value)
    except UnusableValue as fault:
        message = f"'{parameter.display_name}' must be {fault}; got {fault.got or shortened(value)}"
        raise ParameterError(path, message, what_to_enter(parameter.description)) from None
