"""Lookups held against the vocabulary, against each other and against the documentation of their methods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.documentation import undocumented_calls
from bitrix_node.definitions.checks.documents import Document, read_document
from bitrix_node.definitions.checks.views import OperationView, RequestView, ResourceView
from bitrix_node.definitions.faults import Fault, one_of, shown
from bitrix_node.rest import paging_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bitrix_node.definitions.checks.views import Field, Tree
    from bitrix_node.definitions.methods import MethodCatalogue

TURNED_PAGES = {"none", "next", "counted"}
"""The cursors that the panel's scripts know how to go on from."""

SOURCE_KEYS = {"parameter", "table", "value", "otherwise"}
"""The parts of a source that the panel's scripts understand."""


def lookup_documents(folder: Path) -> list[Document]:
    """The files of lookups, each with what is wrong with its shape."""
    return [read_document(path, "lookups") for path in sorted(folder.glob("*.yaml"))]


def lookups_by_name(documents: list[Document]) -> dict[str, Tree]:
    """The lookups of all files by name."""
    return {name: tree for document in documents for name, tree in _lookups(document)}


def lookup_faults(documents: list[Document], catalogue: MethodCatalogue | None) -> Iterator[Fault]:
    """Everything that is wrong with lookups.

    Args:
        documents: their files.
        catalogue: the documented methods that calls are held against; without it they are not.
    """
    seen: dict[str, str] = {}
    known = lookups_by_name(documents)
    for document in documents:
        yield from document.faults
        for name, tree in _lookups(document):
            if name in seen:
                message = f"{seen[name]} has a lookup {shown(name)} too"
                yield Fault(document.file, f"lookups.{name}", message, "a name of its own")
            seen[name] = document.file
            yield from _one_lookup(document, name, tree, known, catalogue)
        yield from _unused_tables(document)


def use_faults(fields: Mapping[str, Field], lookups: Mapping[str, Tree], file: str) -> Iterator[Fault]:
    """Fields of a panel that are picked from a lookup which is not there, or which is told of what is not there.

    Args:
        fields: every field by its path.
        lookups: the lookups that there are.
        file: the file that the fields stand in.
    """
    for entry in fields.values():
        use = entry.tree.get("lookup")
        if use is None:
            continue
        written: Tree = {"name": use} if isinstance(use, str) else use
        lookup = lookups.get(written["name"])
        place = f"{entry.place}.lookup"
        if lookup is None:
            message = f"there is no lookup {shown(written['name'])}"
            yield Fault(file, place, message, one_of(lookups, written["name"]))
            continue
        known = set(_inputs(lookup, lookups))
        for name in written.get("inputs", {}):
            if name not in known:
                yield Fault(file, f"{place}.inputs.{name}", f"the lookup has no input {shown(name)}", one_of(known))
        for name, path in _inputs_without_field(fields, written, lookup):
            message = f"the list depends on {shown(name)}, and the panel has no field {shown(path)}"
            yield Fault(file, place, message, "inputs, with the field that gives it")


def _inputs_without_field(fields: Mapping[str, Field], use: Tree, lookup: Tree) -> Iterator[tuple[str, str]]:
    for name in _needed_inputs(lookup):
        path = use.get("inputs", {}).get(name, name)
        if path not in fields:
            yield name, path


def _one_lookup(
    document: Document, name: str, tree: Tree, known: Mapping[str, Tree], catalogue: MethodCatalogue | None
) -> Iterator[Fault]:
    place = f"lookups.{name}"
    yield from _other_lookups(document, place, tree, known)
    for where, request in _requests(tree):
        yield from _sources(document, f"{place}.{where}", request)
        yield from _paging(document, f"{place}.{where}", request)
    if catalogue is not None:
        for where, request in _requests(tree):
            yield from _calls(document, f"{place}.{where}", tree, request, catalogue)


def _other_lookups(document: Document, place: str, tree: Tree, known: Mapping[str, Tree]) -> Iterator[Fault]:
    each = tree.get("each", {}).get("lookup")
    if each is not None and "request" not in known.get(each, {}):
        message = f"no lookup {shown(each)} has a request"
        yield Fault(document.file, f"{place}.each.lookup", message, one_of(known, each))
    by = tree.get("by", {})
    table = by.get("table") if isinstance(by, dict) else None
    if "by" in tree and table not in document.content.get("tables", {}):
        message = f"{shown(table)} is no table of the file"
        yield Fault(document.file, f"{place}.by", message, one_of(document.content.get("tables", {}), table))
    for other in _delegates(document, tree):
        if other not in known:
            yield Fault(document.file, f"tables.{table}", f"there is no lookup {shown(other)}", one_of(known, other))


def _sources(document: Document, place: str, request: Tree) -> Iterator[Fault]:
    tables = document.content.get("tables", {})
    for where, source in RequestView(place, request).sources():
        for key in sorted(set(source) - SOURCE_KEYS):
            yield Fault(document.file, where, f"the panel knows no {key} in a source", one_of(SOURCE_KEYS, key))
        if "table" in source and source["table"] not in tables:
            message = f"there is no table {shown(source['table'])}"
            yield Fault(document.file, where, message, one_of(tables, source["table"]))


def _paging(document: Document, place: str, request: Tree) -> Iterator[Fault]:
    kinds = {name for name, kind in paging_kinds().items() if kind.cursor in TURNED_PAGES}
    kind = request.get("paging", "none")
    if kind not in kinds:
        message = f"the panel turns no pages of the kind {shown(kind)}"
        yield Fault(document.file, f"{place}.paging", message, one_of(kinds, kind))


def _calls(document: Document, place: str, lookup: Tree, request: Tree, catalogue: MethodCatalogue) -> Iterator[Fault]:
    """What a call does otherwise than its documentation has it; the lookup is looked at as an operation would be."""
    view = ResourceView("", {"tables": document.content.get("tables", {})}, {}, ())
    operation = OperationView(view, document.file, place, {"request": _as_request(lookup, request, catalogue)})
    for fault in undocumented_calls(operation, catalogue):
        yield replace(fault, path=fault.path.replace(f"operations.{place}.request", place))


def _as_request(lookup: Tree, request: Tree, catalogue: MethodCatalogue) -> Tree:
    search = lookup.get("search", {})
    searched = [search["argument"]] if "argument" in search else search.get("fields", [])
    is_searching = request is search.get("request") or "request" not in search
    added = {place: {"value": ""} for place in (searched if is_searching else [])}
    if "each" in lookup:
        added[lookup["each"]["argument"]] = {"value": ""}
    tree: Tree = {
        "method": request["method"],
        "version": request.get("version", 2),
        "arguments": {**request.get("arguments", {}), **added},
        "answer": {"path": request.get("rows", "")},
    }
    method = catalogue.method(tree["method"], tree["version"])
    # Of the rows of each row one page is read, as search narrows them.
    paging = (method.paging if method else None) or "none"
    return {**tree, "paging": paging if "each" in lookup else request.get("paging", "none")}


def _unused_tables(document: Document) -> Iterator[Fault]:
    used = {source.get("table") for _, tree in _lookups(document) for source in _every_source(tree)}
    for name in document.content.get("tables", {}):
        if name not in used:
            yield Fault(document.file, f"tables.{name}", "no lookup of the file uses the table", "the table removed")


def _every_source(tree: Tree) -> Iterator[Tree]:
    for where, request in _requests(tree):
        yield from (source for _, source in RequestView(where, request).sources())
    if isinstance(tree.get("by"), dict):
        yield tree["by"]


def _lookups(document: Document) -> Iterator[tuple[str, Tree]]:
    lookups = document.content.get("lookups", {})
    yield from ((name, tree) for name, tree in lookups.items() if isinstance(tree, dict))


def _requests(tree: Tree) -> Iterator[tuple[str, Tree]]:
    if "request" in tree:
        yield "request", tree["request"]
    if "request" in tree.get("search", {}):
        yield "search.request", tree["search"]["request"]


def _delegates(document: Document, tree: Tree) -> list[Any]:
    by = tree.get("by", {})
    table = document.content.get("tables", {}).get(by.get("table"), {}) if isinstance(by, dict) else {}
    return list(table.values())


def _inputs(tree: Tree, lookups: Mapping[str, Tree]) -> Iterator[str]:
    """The inputs of a lookup; those of the ones that may do its work are not known from its own file alone."""
    yield from (source["parameter"] for source in _every_source(tree) if "parameter" in source)
    if "by" in tree:
        for other in lookups.values():
            if "by" not in other:
                yield from _inputs(other, lookups)


def _needed_inputs(tree: Tree) -> Iterator[str]:
    """The inputs without which there is no list."""
    sources = [source for _, request in _requests(tree) for source in request.get("arguments", {}).values()]
    for source in [*sources, *([tree["by"]] if "by" in tree else [])]:
        written: Tree = {"parameter": source} if isinstance(source, str) else source
        if "parameter" in written and "otherwise" not in written:
            yield written["parameter"]
