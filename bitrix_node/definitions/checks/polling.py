"""What can be watched, held against the documentation and against itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.documents import read_document
from bitrix_node.definitions.checks.lookups import use_faults
from bitrix_node.definitions.checks.parameters import listed_parameters
from bitrix_node.definitions.checks.views import panel_fields
from bitrix_node.definitions.faults import Fault, one_of, shown
from bitrix_node.definitions.polling import KIND_CHOICE, RECORD_CHOICE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from bitrix_node.definitions.checks.documents import Document
    from bitrix_node.definitions.checks.views import Tree
    from bitrix_node.definitions.methods import CatalogueMethod, MethodCatalogue

_PANEL = (RECORD_CHOICE, KIND_CHOICE, "pollFilter", "pollSelect")
"""Parameters that every poll has."""

_ARGUMENT_KEYS = ("filter", "order", "sort", "select")


def polling_faults(
    path: Path, catalogue: MethodCatalogue | None, lookups: Mapping[str, Tree] | None = None
) -> Iterator[Fault]:
    """Every fault of the file about polling.

    Args:
        path: the file.
        catalogue: the documented methods; without it nothing is held against them.
        lookups: the lookups of records that there are; without them it is not looked whether they are used rightly.
    """
    document = read_document(path, "polling")
    yield from document.faults
    if document.faults:
        return
    yield from listed_parameters(_with_choices(document.content), {}, document.file, "parameters")
    if lookups is not None:
        yield from use_faults(panel_fields(document.content["parameters"]), lookups, document.file)
    view = _View.of(document)
    yield from _unknown_names(view)
    yield from _unused_names(view)
    if catalogue is not None:
        for name, tree in view.lists.items():
            yield from _against_documentation(view, name, tree, catalogue)


def _with_choices(content: Tree) -> list[Tree]:
    """The panel as it will be: the choice of records holds all of them."""
    choices = [{"name": tree["name"], "value": record} for record, tree in content["records"].items()]
    return [
        {**parameter, "options": choices} if parameter["name"] == RECORD_CHOICE else parameter
        for parameter in content["parameters"]
    ]


@dataclass(frozen=True, slots=True)
class _View:
    """The parts of the file by name."""

    file: str
    lists: Tree
    parameters: Tree
    records: Tree

    @classmethod
    def of(cls, document: Document) -> _View:
        content = document.content
        parameters = {parameter["name"]: parameter for parameter in content["parameters"]}
        return cls(document.file, content["lists"], parameters, content["records"])

    def of_list(self, name: str) -> Iterator[tuple[str, Tree]]:
        """The records that a list has."""
        return ((record, tree) for record, tree in self.records.items() if tree["list"] == name)


def _unknown_names(view: _View) -> Iterator[Fault]:
    for name in _PANEL:
        if name not in view.parameters:
            yield Fault(view.file, "parameters", f"the parameter {shown(name)} is missing", "it among the parameters")
    for record, tree in view.records.items():
        if tree["list"] not in view.lists:
            message = f"there is no list {shown(tree['list'])}"
            yield Fault(view.file, f"records.{record}.list", message, one_of(view.lists, tree["list"]))
        for path, name in tree.get("parameters", {}).items():
            if name not in view.parameters:
                message = f"there is no parameter {shown(name)}"
                yield Fault(view.file, f"records.{record}.parameters.{path}", message, one_of(view.parameters, name))


def _unused_names(view: _View) -> Iterator[Fault]:
    for name in view.lists:
        if not any(view.of_list(name)):
            yield Fault(view.file, f"lists.{name}", "no record lies in this list", "a record, or the list removed")
    used = {name for tree in view.records.values() for name in tree.get("parameters", {}).values()}
    for index, name in enumerate(view.parameters):
        if name not in used and name not in _PANEL:
            message = f"no record asks for {shown(name)}"
            yield Fault(view.file, f"parameters[{index}]", message, "a record that does, or the parameter removed")


def _against_documentation(view: _View, name: str, tree: Tree, catalogue: MethodCatalogue) -> Iterator[Fault]:
    place, version = f"lists.{name}", tree.get("version", 2)
    method = catalogue.method(tree["method"], version)
    if method is None or tree["method"] not in (method.name, *method.spellings):
        message = f"REST {version} has no documented method {shown(tree['method'])}"
        nearest = [method.name] if method is not None else catalogue.nearest(tree["method"])
        yield Fault(view.file, f"{place}.method", message, one_of(nearest))
        return
    if not method.reads:
        yield Fault(view.file, f"{place}.method", f"{method.name} changes something", "a method that only reads")
    rows = tree.get("rows", "")
    if method.rows is not None and rows != method.rows:
        message = f"the rows of {method.name} lie at {shown(method.rows)}, not at {shown(rows)}"
        yield Fault(view.file, f"{place}.rows", message, shown(method.rows))
    sent = {f"{place}.arguments.{path}": path for path in tree.get("arguments", {})}
    sent |= {f"{place}.{key}": tree[key] for key in _ARGUMENT_KEYS if key in tree}
    yield from _undocumented(view, method, sent)
    for record, entry in view.of_list(name):
        yield from _record_arguments(view, method, record, entry, sent)


def _record_arguments(
    view: _View, method: CatalogueMethod, record: str, entry: Tree, sent: dict[str, str]
) -> Iterator[Fault]:
    own = {f"records.{record}.{key}.{path}": path for key in ("arguments", "parameters") for path in entry.get(key, {})}
    yield from _undocumented(view, method, own)
    given = {_first(path) for path in (*own.values(), *sent.values())}
    for parameter in method.parameters.values():
        if parameter.required and parameter.name not in given:
            message = f"{method.name} is not given {shown(parameter.name)}, which it needs"
            yield Fault(view.file, f"records.{record}", message, "an argument or a parameter for it")


def _undocumented(view: _View, method: CatalogueMethod, sent: dict[str, Any]) -> Iterator[Fault]:
    for place, path in sent.items():
        if _first(path) not in method.parameters:
            message = f"{method.name} documents no argument {shown(_first(path))}"
            yield Fault(view.file, place, message, one_of(method.parameters, _first(path)))


def _first(path: str) -> str:
    return path.partition(".")[0]
