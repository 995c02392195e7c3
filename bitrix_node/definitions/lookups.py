"""Lookups: what the panel reads from the portal, so that people pick a record instead of typing its ID.

A lookup belongs to no resource. The files are read together; a lookup may name another one by its name.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from bitrix_node.definitions.models import IdKind, Source, VocabularyModel
from bitrix_node.definitions.resolution import resolve_source
from bitrix_node.definitions.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_PLACE = re.compile(r"\\\{(\w+)\\\}")
_PART = r"[^/?#&\s]+"
_PORTAL = r"https?://[^/?#\s]+(?:/[^?#\s]*)?"
_SHAPES: dict[IdKind, str] = {"number": r"\d+", "text": _PART, "dialog": r"(?:chat|sg)?\d+"}


class LookupRequest(VocabularyModel):
    """The call that gives the rows."""

    method: str
    version: Literal[2, 3] = 2
    arguments: dict[str, Source] = Field(default_factory=dict)
    paging: str = "none"
    rows: str = ""


class Each(VocabularyModel):
    """Has the call made for every row of another lookup."""

    lookup: str
    argument: str
    own: str | None = None


class Search(VocabularyModel):
    """How the portal searches."""

    argument: str | None = None
    fields: tuple[str, ...] = ()
    minimum: int = 1
    request: LookupRequest | None = None


class Lookup(VocabularyModel):
    """One kind of record. Either it has a `request`, or `by` says which other lookup does the work."""

    name: str
    request: LookupRequest | None = None
    by: Source | None = None
    each: Each | None = None
    search: Search | None = None
    only: dict[str, tuple[Any, ...]] = Field(default_factory=dict)
    value: tuple[str, ...] = ("ID",)
    prefix: str = ""
    label: tuple[tuple[str, ...], ...] = ()
    links: tuple[str, ...] = ()
    ids: IdKind = "number"
    hint: str | None = None

    @property
    def requests(self) -> tuple[LookupRequest, ...]:
        """Every call that it can make."""
        searching = self.search.request if self.search else None
        return tuple(request for request in (self.request, searching) if request)

    @cached_property
    def inputs(self) -> frozenset[str]:
        """The names of what it depends on."""
        sources = [source for request in self.requests for source in request.arguments.values()]
        return frozenset[str]().union(*(source.parameters for source in [*sources, *([self.by] if self.by else [])]))

    @property
    def delegates(self) -> frozenset[str]:
        """The names of the lookups that may do its work."""
        return frozenset(self.by.table.values() if self.by and self.by.table else ())


def read_lookups(folder: Path) -> dict[str, Lookup]:
    """All lookups by name.

    Raises:
        UnreadableFile: when a file is not YAML.
        UnresolvedName: when one names a table that its file does not have.
    """
    trees = _trees(folder)
    return {name: Lookup.model_validate(tree) for name, tree in trees.items()}


def locator(name: str, lookups: Mapping[str, Lookup]) -> dict[str, Any]:
    """What a parameter has to know of the records that it is picked from, as `LookupUse` holds it."""
    lookup = lookups[name]
    links = [*lookup.links, *(link for other in sorted(lookup.delegates) for link in lookups[other].links)]
    return {
        "noun": lookup.name,
        "ids": lookup.ids,
        "pattern": address_pattern(links, lookup.ids) if links else "",
        "example": _example(links[0]) if links else "",
        "hint": lookup.hint,
    }


def address_pattern(links: Sequence[str], ids: IdKind) -> str:
    """The regular expression that finds the ID in a pasted address, on any portal, in the cloud or on one's own server.

    It is one for Python and for JavaScript, and the ID is its only group.
    """
    heads = dict.fromkeys(re.escape(link).partition(r"\{id\}")[0] for link in links)
    places = "|".join(_PLACE.sub(lambda _: _PART, head) for head in heads)
    return rf"^\s*{_PORTAL}(?:{places})({_SHAPES[ids]})(?:[/?#&]\S*)?\s*$"


def _example(link: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: "12" if place[1] == "id" else "1", link)


def _trees(folder: Path) -> dict[str, Any]:
    return {name: tree for path in sorted(folder.glob("*.yaml")) for name, tree in _file_trees(read_yaml(path))}


def _file_trees(document: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    tables = document.get("tables", {})
    for name, lookup in document["lookups"].items():
        yield name, _resolved(lookup, tables, f"lookups.{name}")


def _resolved(tree: Mapping[str, Any], tables: Mapping[str, Any], path: str) -> dict[str, Any]:
    resolved = dict(tree)
    if isinstance(tree.get("value"), str):
        resolved["value"] = [tree["value"]]
    if "request" in tree:
        resolved["request"] = _resolved_request(tree["request"], tables, f"{path}.request")
    if "by" in tree:
        resolved["by"] = resolve_source(tree["by"], tables, f"{path}.by")
    if "request" in tree.get("search", {}):
        request = _resolved_request(tree["search"]["request"], tables, f"{path}.search.request")
        resolved["search"] = {**tree["search"], "request": request}
    return resolved


def _resolved_request(request: Mapping[str, Any], tables: Mapping[str, Any], path: str) -> dict[str, Any]:
    arguments = {
        place: resolve_source(source, tables, f"{path}.arguments.{place}")
        for place, source in request.get("arguments", {}).items()
    }
    return {**request, "arguments": arguments}
