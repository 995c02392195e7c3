"""What items look like: told of operations that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.definitions.checks.documents import file_name, read_document
from bitrix_node.definitions.faults import Fault, one_of, shown
from bitrix_node.definitions.resource_files import read_operations
from bitrix_node.definitions.yaml_files import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


def output_faults(folder: Path, heads: Mapping[str, Path], resources: Path) -> Iterator[Fault]:
    """Everything that is wrong with the files about outputs.

    Args:
        folder: the folder of these files.
        heads: the resources there are, with their files.
        resources: the folder of the resources.
    """
    for path in sorted(folder.glob("*.json")):
        document = read_document(path, "outputs")
        yield from document.faults
        if path.stem not in heads:
            message = f"there is no resource {shown(path.stem)}"
            yield Fault(file_name(path), "", message, one_of(list(heads), path.stem))
            continue
        known = _operations(resources, path.stem)
        for name in document.content:
            if known and name not in known:
                message = f"the resource {path.stem} has no operation {shown(name)}"
                yield Fault(document.file, name, message, one_of(known, name))


def _operations(resources: Path, name: str) -> list[str]:
    """The operations of a resource; none where its files cannot be read, which is told elsewhere."""
    try:
        return list(read_operations(resources, name))
    except (UnreadableFile, KeyError, AttributeError, TypeError):
        return []
