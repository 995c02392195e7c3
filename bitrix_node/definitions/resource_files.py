"""A resource's files: `NAME.yaml`, or a folder `NAME/` whose `resource.yaml` names the files with its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.yaml_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path

_ABOUT_FILES = {"operationFiles", "parametersOf"}
"""What a head says about other files, which is done with once they are read."""


def resource_paths(resources: Path, name: str) -> list[Path]:
    """The files of one resource, the head first."""
    path = resource_head(resources, name)
    return [path, *_part_paths(path, read_yaml(path))]


def resource_head(resources: Path, name: str) -> Path:
    """The file with everything that the operations of a resource share."""
    single = resources / f"{name}.yaml"
    return single if single.is_file() else resources / name / "resource.yaml"


def read_resource(resources: Path, name: str) -> dict[str, Any]:
    """One resource as a single document: its operations in the order of its files, all parameters they may name.

    Raises:
        UnreadableFile: when a file is missing or is not YAML.
    """
    path = resource_head(resources, name)
    head = read_yaml(path)
    parameters = {**lent_parameters(resources, head), **head.get("parameters", {})}
    kept = {key: value for key, value in head.items() if key not in _ABOUT_FILES}
    return {**kept, "parameters": parameters, "operations": _operations(path, head)}


def read_operations(resources: Path, name: str) -> dict[str, Any]:
    """The operations of one resource as they are written, in the order of its files.

    Raises:
        UnreadableFile: when a file is missing or is not YAML.
    """
    path = resource_head(resources, name)
    return _operations(path, read_yaml(path))


def _operations(path: Path, head: dict[str, Any]) -> dict[str, Any]:
    operations = dict(head.get("operations", {}))
    for part in _part_paths(path, head):
        operations |= read_yaml(part)["operations"]
    return operations


def _part_paths(path: Path, head: dict[str, Any]) -> list[Path]:
    return [path.parent / f"{part}.yaml" for part in head.get("operationFiles", [])]


def lent_parameters(resources: Path, head: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the other resource that a resource names under `parametersOf`; none where it names none.

    Raises:
        UnreadableFile: when there is no such resource.
    """
    if "parametersOf" not in head:
        return {}
    parameters: dict[str, Any] = read_yaml(resource_head(resources, head["parametersOf"])).get("parameters", {})
    return parameters
