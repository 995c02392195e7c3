"""A resource's files: `NAME.yaml`, or a folder `NAME/` whose `resource.yaml` names the files with its operations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.yaml_files import read_yaml

if TYPE_CHECKING:
    from pathlib import Path


def resource_paths(resources: Path, name: str) -> list[Path]:
    """The files of one resource, the head first."""
    single = resources / f"{name}.yaml"
    if single.is_file():
        return [single]
    head = resources / name / "resource.yaml"
    return [head, *(resources / name / f"{part}.yaml" for part in read_yaml(head).get("operationFiles", []))]


def read_resource(resources: Path, name: str) -> dict[str, Any]:
    """One resource as a single document, its operations in the order of its files.

    Raises:
        UnreadableFile: when a file is missing or is not YAML.
    """
    head, *parts = [read_yaml(path) for path in resource_paths(resources, name)]
    operations = dict(head.get("operations", {}))
    for part in parts:
        operations |= part["operations"]
    return {**{key: value for key, value in head.items() if key != "operationFiles"}, "operations": operations}
