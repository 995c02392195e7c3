"""What a resource's operations share: nothing there that none of them uses, nothing told apart by nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.faults import Fault, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bitrix_node.definitions.checks.views import OperationView, Tree


def unused_entries(head: Tree, operations: Sequence[OperationView], file: str) -> Iterator[Fault]:
    """Shared parameters, conditions and tables that no operation uses."""
    used = {
        "parameters": set(_parameters_used(head, operations)),
        "conditions": set(_conditions_used(operations)),
        "tables": set(_tables_used(operations)),
    }
    for kind, names in used.items():
        for name in head.get(kind, {}):
            if name not in names:
                yield Fault(file, f"{kind}.{name}", "no operation uses it", "an operation that does, or its removal")


def repeated_operations(operations: Sequence[OperationView]) -> Iterator[Fault]:
    """Operations that share their key (in two files of a folder) or the name that the panel shows."""
    for key in ("name", "action"):
        seen: dict[str, str] = {}
        for operation in operations:
            text = operation.tree.get(key, "")
            if text in seen:
                message = f"{seen[text]} has the {key} {shown(text)} too"
                yield operation.fault(f"{operation.place}.{key}", message, f"a {key} of its own")
            seen.setdefault(text, operation.name)
    files: dict[str, str] = {}
    for operation in operations:
        if operation.name in files:
            message = f"the operation also stands in {files[operation.name]}"
            yield operation.fault(operation.place, message, "each operation in one file")
        files.setdefault(operation.name, operation.file)


def _parameters_used(head: Tree, operations: Sequence[OperationView]) -> Iterator[str]:
    for tree in head.get("parameters", {}).values():
        yield from _names_in(tree)
    for operation in operations:
        for key in ("parameters", "options"):
            yield from _names_listed(operation.tree.get(key, []))


def _names_listed(entries: Iterable[Any]) -> Iterator[str]:
    for entry in entries:
        yield entry if isinstance(entry, str) else entry["name"]
        if isinstance(entry, dict):
            yield from _names_in(entry)


def _names_in(tree: Tree) -> Iterator[str]:
    yield from _names_listed(tree.get("members", []))
    for group in tree.get("groups", []):
        yield from _names_listed(group["members"])


def _conditions_used(operations: Sequence[OperationView]) -> Iterator[str]:
    for operation in operations:
        for request in operation.requests:
            when = request.tree.get("when")
            if isinstance(when, str):
                yield when


def _tables_used(operations: Sequence[OperationView]) -> Iterator[str]:
    for operation in operations:
        for request in operation.requests:
            yield from (source["table"] for _, source in request.sources() if "table" in source)
