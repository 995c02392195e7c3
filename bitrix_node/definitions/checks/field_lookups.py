"""The lookups of fields: what they name is there, and what they call is documented."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.documents import Document, read_document
from bitrix_node.definitions.faults import Fault, one_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bitrix_node.definitions.checks.views import Tree
    from bitrix_node.definitions.methods import MethodCatalogue


def field_lookup_faults(folder: Path, catalogue: MethodCatalogue | None) -> Iterator[Fault]:
    """Everything that is wrong with the lookups of a folder.

    Args:
        folder: the folder of lookups.
        catalogue: the documented methods; without it calls are not held against them.
    """
    names = lookup_names(folder)
    for name in names:
        document = read_document(folder / f"{name}.yaml", "fieldLookup")
        yield from document.faults
        if not document.faults:
            yield from _sources(document, names, catalogue)


def lookup_names(folder: Path) -> list[str]:
    """The names of the lookups in a folder."""
    return [path.stem for path in sorted(folder.glob("*.yaml"))]


def unknown_field_lookups(parameters: Iterable[tuple[str, Tree]], names: Iterable[str], file: str) -> Iterator[Fault]:
    """Parameters that name a lookup of fields which is not there.

    Args:
        parameters: place and description of each.
        names: the lookups there are.
        file: the file that the parameters stand in.
    """
    for place, tree in parameters:
        name = tree.get("fieldLookup")
        if name is not None and name not in names:
            message = f"there is no lookup of fields {shown(name)}"
            yield Fault(file, f"{place}.fieldLookup", message, one_of(list(names), name))


def _sources(document: Document, names: list[str], catalogue: MethodCatalogue | None) -> Iterator[Fault]:
    tables = document.content.get("tables", {})
    for index, source in enumerate(document.content["sources"]):
        place = f"sources[{index}]"
        if source.get("lookup", names[0]) not in names:
            message = f"there is no lookup of fields {shown(source['lookup'])}"
            yield Fault(document.file, f"{place}.lookup", message, one_of(names, source["lookup"]))
        if "steps" in source:
            yield from _steps(document.file, place, source, tables)
            yield from _undocumented(document.file, place, source["steps"], catalogue)


def _steps(file: str, place: str, source: Tree, tables: Tree) -> Iterator[Fault]:
    """Answers of steps that do not come earlier, and tables that nothing defines."""
    known: list[str] = []
    for index, step in enumerate(source["steps"]):
        for argument, entry in step.get("arguments", {}).items():
            here = f"{place}.steps[{index}].arguments.{argument}"
            yield from (_unknown(file, here, kind, name, known, tables) for kind, name in _named(entry, known, tables))
        known.append(step["id"])
    for key, answer in _answers_read(source):
        if answer.partition(".")[0] not in known:
            yield _unknown(file, f"{place}.{key}", "step", answer, known, tables)


def _named(entry: Any, known: list[str], tables: Tree) -> Iterator[tuple[str, str]]:
    """What an argument names and nothing defines, as kind and name."""
    if "answer" in entry and entry["answer"].partition(".")[0] not in known:
        yield "step", entry["answer"]
    if "table" in entry and entry["table"] not in tables:
        yield "table", entry["table"]
    if "otherwise" in entry:
        yield from _named(entry["otherwise"], known, tables)


def _unknown(file: str, place: str, kind: str, name: str, known: list[str], tables: Tree) -> Fault:
    expected = one_of(known if kind == "step" else list(tables), name.partition(".")[0])
    return Fault(file, place, f"there is no {kind} {shown(name.partition('.')[0])}", expected)


def _answers_read(source: Tree) -> Iterator[tuple[str, str]]:
    yield "fields.answer", source["fields"]["answer"]
    for index, choices in enumerate(source.get("choices", [])):
        if "answer" in choices:
            yield f"choices[{index}].answer", choices["answer"]
        if "groups" in choices:
            yield f"choices[{index}].groups.answer", choices["groups"]["answer"]


def _undocumented(file: str, place: str, steps: list[Tree], catalogue: MethodCatalogue | None) -> Iterator[Fault]:
    for index, step in enumerate(steps):
        method = catalogue.method(step["method"], 2) if catalogue else None
        here = f"{place}.steps[{index}]"
        if catalogue is not None and method is None:
            message = f"REST 2 has no documented method {shown(step['method'])}"
            yield Fault(file, f"{here}.method", message, one_of(catalogue.nearest(step["method"])))
        for argument in step.get("arguments", {}) if method else {}:
            name = argument.partition(".")[0]
            if method and name not in method.parameters:
                message = f"{method.name} has no argument {shown(name)}"
                yield Fault(file, f"{here}.arguments.{argument}", message, one_of(list(method.parameters), name))
