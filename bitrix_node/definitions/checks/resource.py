"""One resource with all its files, held against every rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.documentation import undocumented_calls
from bitrix_node.definitions.checks.documents import Document, file_name, read_document
from bitrix_node.definitions.checks.field_lookups import unknown_field_lookups
from bitrix_node.definitions.checks.lookups import use_faults
from bitrix_node.definitions.checks.names import unknown_names
from bitrix_node.definitions.checks.panel import repeated_fields
from bitrix_node.definitions.checks.parameters import operation_parameters, shared_parameters
from bitrix_node.definitions.checks.requests import misplaced_keys, unreachable_requests
from bitrix_node.definitions.checks.sharing import repeated_operations, unused_entries
from bitrix_node.definitions.checks.texts import operation_texts
from bitrix_node.definitions.checks.uses import fields_sent_nowhere, impossible_values, late_conditions, unknown_paths
from bitrix_node.definitions.checks.views import OperationView, ResourceView
from bitrix_node.definitions.faults import Fault, one_of, shown
from bitrix_node.definitions.resource_files import resource_head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bitrix_node.definitions.checks.views import Tree
    from bitrix_node.definitions.methods import MethodCatalogue

OPERATION_CHECKS: tuple[Callable[[OperationView], Iterator[Fault]], ...] = (
    operation_texts,
    operation_parameters,
    repeated_fields,
    unknown_names,
    unknown_paths,
    impossible_values,
    late_conditions,
    fields_sent_nowhere,
    misplaced_keys,
    unreachable_requests,
)
"""Every rule that an operation is held against."""


def resource_faults(
    head_path: Path,
    common_parameters: Mapping[str, Tree],
    common_options: Sequence[Tree],
    catalogue: MethodCatalogue | None = None,
    field_lookups: Sequence[str] | None = None,
    lookups: Mapping[str, Tree] | None = None,
) -> Iterator[Fault]:
    """Everything that is wrong with a resource.

    Args:
        head_path: `NAME.yaml`, or `resource.yaml` in the folder of a large resource.
        common_parameters: the parameters that the node offers to every resource.
        common_options: the options that every operation has.
        catalogue: the documented methods that requests are held against; without it they are not.
        field_lookups: the lookups of fields that there are; without them it is not looked whether one is named rightly.
        lookups: the lookups of records that there are; without them it is not looked whether they are used rightly.
    """
    head = read_document(head_path, "resource")
    parts = list(_parts(head, head_path))
    yield from head.faults
    for part in parts:
        yield from part.faults
    yield from _name_faults(head, head_path)
    yield from _folder_faults(head, head_path)
    yield from _lender_faults(head, head_path)
    lent = _lent_parameters(head, head_path)
    shared = {**common_parameters, **lent, **head.content.get("parameters", {})}
    yield from shared_parameters(head.content.get("parameters", {}), shared, head.file)
    if field_lookups is not None:
        own = ((f"parameters.{name}", tree) for name, tree in head.content.get("parameters", {}).items())
        yield from unknown_field_lookups(own, field_lookups, head.file)
    resource = ResourceView(head.content.get("resource", ""), head.content, shared, common_options)
    operations = [
        OperationView(resource, document.file, name, tree)
        for document in (head, *parts)
        for name, tree in document.content.get("operations", {}).items()
    ]
    yield from repeated_operations(operations)
    for operation in operations:
        if field_lookups is not None:
            yield from unknown_field_lookups(_written(operation), field_lookups, operation.file)
        if not _names_left_out(operation, head):
            for check in OPERATION_CHECKS:
                yield from check(operation)
            if catalogue is not None:
                yield from undocumented_calls(operation, catalogue)
            if lookups is not None:
                yield from use_faults(operation.fields, lookups, operation.file)
    if not any(document.left_out.get("operations") for document in (head, *parts)) and operations:
        yield from unused_entries(head.content, operations, head.file)


def _written(operation: OperationView) -> Iterator[tuple[str, Tree]]:
    """The parameters that an operation describes itself, or changes parts of."""
    for index, entry in enumerate(operation.tree.get("parameters", [])):
        if not isinstance(entry, str):
            yield f"{operation.place}.parameters[{index}]", entry


def _lent_parameters(head: Document, head_path: Path) -> Mapping[str, Tree]:
    """The parameters of the resource named under `parametersOf`; its own faults are told where it is looked at."""
    lender = _lender(head, head_path)
    parameters: Mapping[str, Tree] = read_document(lender, "resource").content.get("parameters", {}) if lender else {}
    return parameters


def _lender(head: Document, head_path: Path) -> Path | None:
    folder = head_path.parent.parent if head_path.name == "resource.yaml" else head_path.parent
    return resource_head(folder, head.content["parametersOf"]) if "parametersOf" in head.content else None


def _lender_faults(head: Document, head_path: Path) -> Iterator[Fault]:
    lender = _lender(head, head_path)
    if lender is not None and not lender.is_file():
        message = f"there is no resource {shown(head.content['parametersOf'])}"
        yield Fault(head.file, "parametersOf", message, "the name of another resource")


def _parts(head: Document, head_path: Path) -> Iterator[Document]:
    for part in head.content.get("operationFiles", []):
        yield read_document(head_path.parent / f"{part}.yaml", "part")


def _name_faults(head: Document, head_path: Path) -> Iterator[Fault]:
    wanted = head_path.parent.name if head_path.name == "resource.yaml" else head_path.stem
    name = head.content.get("resource", wanted)
    if name != wanted:
        yield Fault(head.file, "resource", f"the resource is called {shown(name)}", f"{wanted}, as its file is")


def _folder_faults(head: Document, head_path: Path) -> Iterator[Fault]:
    listed = head.content.get("operationFiles", [])
    if head_path.name != "resource.yaml":
        if listed:
            yield Fault(head.file, "operationFiles", "only folders have further files", "a folder with resource.yaml")
        return
    for path in sorted(head_path.parent.glob("*.yaml")):
        if path != head_path and path.stem not in listed:
            message = "operationFiles of resource.yaml does not list the file"
            yield Fault(file_name(path), "", message, f"{path.stem} in it, or the file removed")


def _names_left_out(operation: OperationView, head: Document) -> bool:
    """Whether the operation builds on a part that was too misshapen to look into."""
    entries: list[Any] = [*operation.tree.get("parameters", []), *operation.tree.get("options", [])]
    names = {entry if isinstance(entry, str) else entry["name"] for entry in entries}
    for request in operation.requests:
        if isinstance(request.tree.get("when"), str):
            names.add(request.tree["when"])
        names |= {source["table"] for _, source in request.sources() if "table" in source}
    return any(names & head.left_out.get(section, set()) for section in ("parameters", "conditions", "tables"))


def resource_heads(resources: Path) -> dict[str, Path]:
    """Name -> head file of every resource in the folder of resources."""
    heads = {path.stem: path for path in sorted(resources.glob("*.yaml"))}
    return heads | {path.parent.name: path for path in sorted(resources.glob("*/resource.yaml"))}


def listing_faults(listed: Sequence[str], heads: Mapping[str, Path], node_file: str) -> Iterator[Fault]:
    """Resources that the node lists and that have no file, and files that it does not list."""
    for index, name in enumerate(listed):
        if name not in heads:
            message = f"the resource {shown(name)} has neither {name}.yaml nor {name}/resource.yaml"
            yield Fault(node_file, f"resources[{index}]", message, one_of(heads, name))
    for name, path in heads.items():
        if name not in listed:
            message = f"the node's list of resources does not have {shown(name)}"
            yield Fault(file_name(path), "", message, f"{name} among the resources in {node_file}, or the file removed")
