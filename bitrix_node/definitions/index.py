"""What actions there are, without what they do: read from the files as they are, for quick listings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitrix_node.definitions.locations import packaged_data
from bitrix_node.definitions.resource_files import read_operations
from bitrix_node.definitions.unknown import UnknownName
from bitrix_node.definitions.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.definitions.locations import DataLocation


@dataclass(frozen=True, slots=True, order=True)
class IndexEntry:
    """One action, as a listing shows it."""

    resource: str
    operation: str
    name: str
    description: str


def action_index(resource: str | None = None, location: DataLocation | None = None) -> list[IndexEntry]:
    """Every action, sorted by resource and operation.

    Args:
        resource: the only resource to list; without it all are.
        location: the data directory; the one of this installation where not given.

    Raises:
        UnknownName: when there is no such resource.
    """
    data = location or packaged_data()
    names: list[str] = read_yaml(data.node)["resources"]
    if resource is not None and resource not in names:
        raise UnknownName("resource", resource, names)
    return sorted(entry for name in names if resource in {None, name} for entry in _entries(data, name))


def _entries(data: DataLocation, resource: str) -> Iterator[IndexEntry]:
    for name, operation in read_operations(data.resources, resource).items():
        yield IndexEntry(resource, name, operation["name"], operation["description"])
