"""What the items of an action hold: the records, the whole answer, or chosen fields of each record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.answers import OWN_ID
from bitrix_node.parameters import UNSET, ParameterError, what_to_enter
from bitrix_node.parameters.conversion import converted
from bitrix_node.parameters.paths import at_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.parameters import Values

RAW, SELECTED, SIMPLIFIED = "raw", "selectedFields", "simplified"


def output_of(values: Values) -> str:
    """Which output the item asks for: Output decides where it is given, Simplify where it is not."""
    path = values.path_of("output")
    if path is not None and values.is_given(path):
        return str(values.get(path))
    return RAW if values.used("simplify") is False else SIMPLIFIED


def check_output(values: Values) -> None:
    """Refuses selected fields without their names.

    Raises:
        ParameterError: that names the parameter.
    """
    if output_of(values) == SELECTED and not _names(values):
        path = values.path_of("outputFields") or ""
        parameter = values.parameters[path]
        raise ParameterError(path, f"'{parameter.display_name}' is required", what_to_enter(parameter.description))


def selected(items: Sequence[dict[str, Any]], values: Values) -> list[dict[str, Any]]:
    """Each item with the chosen fields and its own id.

    Capitals and underscores of a name do not matter, `STAGE_ID` is `stageId`; one with periods leads into a field.
    """
    names = _names(values)
    return [_selected(item, names) for item in items]


def _selected(item: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    spelled = {_bare(key): key for key in item}
    kept = {key: item[key] for key in OWN_ID if key in item}
    for name in names:
        key = name if name in item else spelled.get(_bare(name))
        found = at_path(item, name) if key is None else item[key]
        if key is not None or found is not None:
            kept[key or name] = found
    return kept


def _names(values: Values) -> list[str]:
    path = values.path_of("outputFields")
    names = UNSET if path is None else converted(values, path)
    return [] if names is UNSET else list(names)


def _bare(name: str) -> str:
    return name.replace("_", "").casefold()
