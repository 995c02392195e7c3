"""Every description of a parameter, wherever it stands, held against the rules for names, values and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.names import parameter_names
from bitrix_node.definitions.checks.panel import parameter_values
from bitrix_node.definitions.checks.texts import parameter_texts
from bitrix_node.definitions.checks.views import merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bitrix_node.definitions.checks.views import OperationView, Tree
    from bitrix_node.definitions.faults import Fault


def shared_parameters(parameters: Mapping[str, Tree], shared: Mapping[str, Tree], file: str) -> Iterator[Fault]:
    """Faults of the parameters that a resource or the node defines for use by name.

    Args:
        parameters: the ones to look at.
        shared: all that may be named inside them.
        file: the file they stand in.
    """
    for name, tree in parameters.items():
        place = f"parameters.{name}"
        yield from parameter_names(tree, shared, file, place)
        yield from _description(tree, tree, shared, file, place)


def listed_parameters(entries: Iterable[Any], shared: Mapping[str, Tree], file: str, place: str) -> Iterator[Fault]:
    """Faults of the parameters that are described, wholly or in part, inside a list; bare names have none."""
    for index, entry in enumerate(entries):
        tree = merged(entry, shared)
        if isinstance(entry, dict) and tree is not None:
            yield from _description(tree, entry, shared, file, f"{place}[{index}]")


def operation_parameters(operation: OperationView) -> Iterator[Fault]:
    """Faults of the parameters that an operation describes itself."""
    for key in ("parameters", "options"):
        entries = operation.tree.get(key, [])
        yield from listed_parameters(entries, operation.resource.shared, operation.file, f"{operation.place}.{key}")


def _description(tree: Tree, written: Tree, shared: Mapping[str, Tree], file: str, place: str) -> Iterator[Fault]:
    if tree is written or _VALUE_KEYS & set(written):
        yield from parameter_values(tree, file, place)
    yield from parameter_texts(tree, written, file, place)
    yield from listed_parameters(written.get("members", []), shared, file, f"{place}.members")
    for index, group in enumerate(written.get("groups", [])):
        yield from listed_parameters(group["members"], shared, file, f"{place}.groups[{index}].members")


_VALUE_KEYS = {"type", "default", "options", "minValue", "maxValue", "members", "groups", "rows"}
