"""What the checks look at: a resource and its operations as written, with shared parameters put in place.

Unlike `resolution`, a name that nothing defines does not end it; the checks report it and the rest is looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.faults import Fault
from bitrix_node.definitions.resolution import with_own_type

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Tree = dict[str, Any]

PATH_KEYS = ("parameter", "keyedBy", "given")
"""The keys of a source that hold the path of a parameter."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter as an operation shows it.

    Attributes:
        path: how sources and conditions name it, such as `options.order`.
        place: where in the file it stands.
        tree: its description, shared parts included.
    """

    path: str
    place: str
    tree: Tree


@dataclass(frozen=True)
class ResourceView:
    """What the operations of a resource share.

    Attributes:
        name: the resource.
        head: the head file's content.
        shared: the parameters that operations may use by name.
        common_options: options that every operation has.
    """

    name: str
    head: Tree
    shared: Mapping[str, Tree]
    common_options: Sequence[Tree]

    @property
    def conditions(self) -> Mapping[str, Any]:
        """The named conditions."""
        conditions: Mapping[str, Any] = self.head.get("conditions", {})
        return conditions

    @property
    def tables(self) -> Mapping[str, Any]:
        """The named tables."""
        tables: Mapping[str, Any] = self.head.get("tables", {})
        return tables


@dataclass(frozen=True)
class RequestView:
    """One request of an operation, at its place in the file."""

    place: str
    tree: Tree

    @property
    def identifier(self) -> str | None:
        """The step's id."""
        return self.tree.get("id")

    def sources(self) -> Iterator[tuple[str, Tree]]:
        """Every source with its place, the ones inside others included."""
        method = self.tree.get("method")
        if isinstance(method, dict):
            yield from _with_inner(f"{self.place}.method", method)
        for key in ("each", "address"):
            if key in self.tree:
                yield from _with_inner(f"{self.place}.{key}", self.tree[key])
        for argument, written in self.tree.get("arguments", {}).items():
            for source in written if isinstance(written, list) else [written]:
                yield from _with_inner(f"{self.place}.arguments.{argument}", source)

    def catalogue_paths(self) -> Iterator[tuple[str, str]]:
        """The paths of the parameters that say how the catalogue of methods is used, each with its place."""
        catalogue = self.tree.get("catalogue", {})
        for key in ("version", "unchecked"):
            if key in catalogue:
                yield f"{self.place}.catalogue.{key}", catalogue[key]
        for index, path in enumerate(catalogue.get("commands", [])):
            yield f"{self.place}.catalogue.commands[{index}]", path

    def parameters_sent(self) -> set[str]:
        """The paths of the parameters whose values the request carries, or which decide what it carries or answers."""
        sent = {tree[key] for _, tree in self.sources() for key in PATH_KEYS if key in tree}
        sent |= {path for _, path in self.catalogue_paths()}
        return sent | {path for _, path in answer_paths("", self.tree.get("answer", {}))}


@dataclass(frozen=True)
class OperationView:
    """One operation, with the resource it belongs to and the file it stands in."""

    resource: ResourceView
    file: str
    name: str
    tree: Tree

    @property
    def place(self) -> str:
        """Where the operation stands in its file."""
        return f"operations.{self.name}"

    @property
    def options_name(self) -> str:
        """Name of the collection with the optional fields."""
        name: str = self.tree.get("optionsParameter", "options")
        return name

    @cached_property
    def top_fields(self) -> list[Field]:
        """The fields shown at once, in order."""
        return list(self._fields("parameters", ""))

    @cached_property
    def option_fields(self) -> list[Field]:
        """The optional fields, those of every operation last."""
        common = [
            Field(f"{self.options_name}.{tree['name']}", f"{self.place}.options", tree)
            for tree in self.resource.common_options
            if "name" in tree
        ]
        return [*self._fields("options", f"{self.options_name}."), *common]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field that sources and conditions can name, by path."""
        members = [
            Field(f"{entry.path}.{member['name']}", f"{entry.place}.members", member)
            for entry in self.top_fields
            if entry.tree.get("type") == "collection"
            for member in self.members(entry.tree)
        ]
        options = Field(self.options_name, f"{self.place}.options", {"type": "collection"})
        every = [*self.top_fields, *members, options, *self.option_fields]
        return {entry.path: entry for entry in every}

    @property
    def is_alternatives(self) -> bool:
        """Whether only the first fitting one of its requests is sent."""
        return "steps" not in self.tree

    @cached_property
    def requests(self) -> list[RequestView]:
        """Every request of the operation, in order."""
        if "request" in self.tree:
            return [RequestView(f"{self.place}.request", self.tree["request"])]
        key = "steps" if "steps" in self.tree else "requests"
        return [
            RequestView(f"{self.place}.{key}[{index}]", request) for index, request in enumerate(self.tree.get(key, []))
        ]

    def members(self, tree: Tree) -> list[Tree]:
        """The members of a collection or the fields of a row, shared parts included."""
        entries = (self.merged(entry) for entry in tree.get("members", []))
        return [entry for entry in entries if entry is not None]

    def merged(self, entry: str | Tree) -> Tree | None:
        """A list entry with the shared parameter it names; `None` where it names nothing."""
        return merged(entry, self.resource.shared)

    def conditions(self, when: Any) -> list[Tree]:
        """The conditions of a `when`; none for a name that is not defined."""
        if isinstance(when, str):
            when = self.resource.conditions.get(when, [])
        return when if isinstance(when, list) else [when]

    def fault(self, place: str, message: str, expected: str) -> Fault:
        """A fault in this operation's file."""
        return Fault(self.file, place, message, expected)

    def _fields(self, key: str, prefix: str) -> Iterator[Field]:
        for index, entry in enumerate(self.tree.get(key, [])):
            tree = self.merged(entry)
            if tree is not None:
                yield Field(f"{prefix}{tree['name']}", f"{self.place}.{key}[{index}]", tree)


def panel_fields(parameters: Sequence[Tree]) -> dict[str, Field]:
    """Every field of a panel that is described where it stands, by path, members of collections included.

    A name that stands there several times, for modes in which the field differs, is the last of them.
    """
    fields: dict[str, Field] = {}
    for index, tree in enumerate(parameters):
        place = f"parameters[{index}]"
        fields[tree["name"]] = Field(tree["name"], place, tree)
        for number, member in enumerate(tree.get("members", [])):
            path = f"{tree['name']}.{member['name']}"
            fields[path] = Field(path, f"{place}.members[{number}]", member)
    return fields


def answer_paths(place: str, answer: Tree) -> Iterator[tuple[str, str]]:
    """Where an answer names parameters that decide which rows become items and what stays of them, and their paths."""
    for key in ("match", "without"):
        yield from ((f"{place}.{key}.{name}", path) for name, path in answer.get(key, {}).items())
    yield from ((f"{place}.{key}", answer[key]) for key in ("filter", "only", "order") if key in answer)


def merged(entry: str | Tree, shared: Mapping[str, Tree]) -> Tree | None:
    """A list entry with the shared parameter it names; `None` where it names nothing."""
    written: Tree = {"name": entry} if isinstance(entry, str) else entry
    base = shared.get(written["name"])
    if base is None:
        return written if "displayName" in written else None
    return {**with_own_type(base, written), **written, "name": base.get("name", written["name"])}


def _with_inner(place: str, source: str | Tree) -> Iterator[tuple[str, Tree]]:
    tree: Tree = {"parameter": source} if isinstance(source, str) else source
    yield place, tree
    for key in ("otherwise", "at", "prefix"):
        if key in tree:
            yield from _with_inner(f"{place}.{key}", tree[key])
    for key, inner in tree.get("object", {}).items():
        yield from _with_inner(f"{place}.object.{key}", inner)
