"""Holds definitions against the vocabulary and the rules behind it, and reports every fault at once.

Only this module and the `checks` behind it need jsonschema; nothing imports them at ordinary run time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bitrix_node.definitions.checks.documents import Document, file_name, read_document
from bitrix_node.definitions.checks.field_lookups import field_lookup_faults, lookup_names
from bitrix_node.definitions.checks.lookups import lookup_documents, lookup_faults, lookups_by_name
from bitrix_node.definitions.checks.outputs import output_faults
from bitrix_node.definitions.checks.parameters import listed_parameters, shared_parameters
from bitrix_node.definitions.checks.polling import polling_faults
from bitrix_node.definitions.checks.resource import listing_faults, resource_faults, resource_heads
from bitrix_node.definitions.checks.trigger import trigger_faults
from bitrix_node.definitions.faults import Fault, one_of, shown
from bitrix_node.definitions.locations import DataLocation, packaged_data
from bitrix_node.definitions.methods import MethodCatalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Fault", "holds_definitions", "validate"]


def validate(target: DataLocation | Sequence[Path] | None = None) -> list[Fault]:
    """Every fault of the definitions.

    Args:
        target: a data directory, or files and folders of which the faults are wanted (each is judged together with
            the data directory it lies in; a resource's file that lies in none, by the packaged node). Without it the
            packaged definitions are judged.

    Returns:
        The faults, sorted by file and path; an empty list where everything is right.
    """
    if target is None:
        target = packaged_data()
    if isinstance(target, DataLocation):
        return sorted(set(_location_faults(target)))
    return sorted({fault for path in target for fault in _path_faults(path)})


def holds_definitions(path: Path) -> bool:
    """Whether `validate` has anything to judge there: of a data directory only its definitions are read.

    Args:
        path: a file or folder; one that lies in no data directory is taken for definitions.
    """
    location = _location_of(path)
    if location is None:
        return True
    absolute = path.absolute()
    if path.is_file() and path.suffix not in {".yaml", ".json"}:
        return False
    parts = (location.manifest, location.node.parent, location.credentials)
    return any(part.is_relative_to(absolute) or absolute.is_relative_to(part) for part in parts)


def _path_faults(path: Path) -> Iterator[Fault]:
    if not path.exists():
        yield Fault(file_name(path), "", "there is no such file or folder", "an existing file or folder")
        return
    location = _location_of(path)
    if location is not None:
        yield from (fault for fault in _location_faults(location) if _lies_below(fault, path))
    elif path.is_dir():
        yield Fault(file_name(path), "", "is not part of a data directory", "a folder below one with manifest.json")
    else:
        node = read_document(packaged_data().node, "node").content
        yield from resource_faults(path, node.get("parameters", {}), node.get("options", []))


def _location_of(path: Path) -> DataLocation | None:
    absolute = path.absolute()
    roots = (folder for folder in (absolute, *absolute.parents) if (folder / "manifest.json").is_file())
    root = next(roots, None)
    return DataLocation(root) if root else None


def _lies_below(fault: Fault, path: Path) -> bool:
    return Path(fault.file).absolute().is_relative_to(path.absolute())


def _location_faults(location: DataLocation) -> Iterator[Fault]:
    manifest = read_document(location.manifest, "manifest")
    node = read_document(location.node, "node")
    yield from manifest.faults
    yield from node.faults
    yield from _credential_faults(location, manifest, node)
    parameters, options = node.content.get("parameters", {}), node.content.get("options", [])
    yield from shared_parameters(parameters, parameters, node.file)
    for key in ("options", "readingOptions"):
        yield from listed_parameters(node.content.get(key, []), {}, node.file, key)
    heads = resource_heads(location.resources)
    yield from _area_faults(node)
    if "resources" in node.content:
        yield from listing_faults(node.content["resources"], heads, node.file)
    catalogue = MethodCatalogue(location) if location.methods.is_dir() else None
    yield from field_lookup_faults(location.field_lookups, catalogue)
    field_lookups = lookup_names(location.field_lookups)
    documents = lookup_documents(location.lookups)
    yield from lookup_faults(documents, catalogue)
    lookups = lookups_by_name(documents)
    yield from trigger_faults(location, catalogue, lookups)
    if location.polling.is_file():
        yield from polling_faults(location.polling, catalogue, lookups)
    yield from output_faults(location.outputs, heads, location.resources)
    for head in heads.values():
        yield from resource_faults(head, parameters, options, catalogue, field_lookups, lookups)


def _area_faults(node: Document) -> Iterator[Fault]:
    """Areas with a resource that the node does not have, or with the name of another node."""
    known, names = node.content.get("resources", []), [node.content.get("node", "")]
    for index, area in enumerate(node.content.get("areas", [])):
        for place, name in enumerate(area["resources"]):
            if name not in known:
                message = f"the node has no resource {shown(name)}"
                yield Fault(node.file, f"areas[{index}].resources[{place}]", message, one_of(known, name))
        if area["node"] in names:
            message = f"another node is called {shown(area['node'])}"
            yield Fault(node.file, f"areas[{index}].node", message, "a name of its own")
        names.append(area["node"])


def _credential_faults(location: DataLocation, manifest: Document, node: Document) -> Iterator[Fault]:
    listed = manifest.content.get("credentials", [])
    choices = [option["value"] for option in node.content.get("authentication", {}).get("options", [])]
    for index, name in enumerate(listed):
        path = location.credentials / f"{name}.yaml"
        if not path.is_file():
            message = f"the credential {shown(name)} has no file {name}.yaml in {location.credentials.name}"
            yield Fault(manifest.file, f"credentials[{index}]", message, one_of(_stems(location.credentials), name))
    for path in sorted(location.credentials.glob("*.yaml")):
        if path.stem not in listed and listed:
            message = "the manifest does not list the credential"
            yield Fault(file_name(path), "", message, f"{path.stem} in {manifest.file}, or the file removed")
        yield from _one_credential(path, choices)


def _one_credential(path: Path, choices: Sequence[str]) -> Iterator[Fault]:
    document = read_document(path, "credential")
    yield from document.faults
    name = document.content.get("credential", path.stem)
    if name != path.stem:
        yield Fault(document.file, "credential", f"the credential is called {shown(name)}", f"{path.stem}, as its file")
    chosen = document.content.get("authentication")
    if chosen is not None and choices and chosen not in choices:
        message = f"the node offers no authentication {shown(chosen)}"
        yield Fault(document.file, "authentication", message, one_of(choices, chosen))
    yield from listed_parameters(document.content.get("fields", []), {}, document.file, "fields")


def _stems(folder: Path) -> list[str]:
    return [path.stem for path in folder.glob("*.yaml")]
