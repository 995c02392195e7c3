"""Finding methods: by name in either version, the nearest ones to a wrong name, or all of them."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.locations import DataLocation, packaged_data
from bitrix_node.definitions.methods.model import CatalogueMethod

if TYPE_CHECKING:
    from collections.abc import Iterator

REST_2, REST_3 = 2, 3


class MethodCatalogue:
    """The methods below one data directory. Names are compared as Bitrix24 does it, without regard to case."""

    def __init__(self, location: DataLocation | None = None) -> None:
        self._folder = (location or packaged_data()).methods
        self._modules: dict[str, dict[str, dict[int, Any]]] = {}
        self._methods: dict[tuple[str, int], CatalogueMethod | None] = {}

    @classmethod
    def packaged(cls) -> MethodCatalogue:
        """The catalogue of this installation; loaded once a process, module by module."""
        return _packaged()

    def method(self, name: str, version: int | None = None) -> CatalogueMethod | None:
        """A method by its name.

        Args:
            name: in any spelling of upper and lower case.
            version: 2 or 3; without it REST 2 if that has the method, and otherwise REST 3.0.

        Returns:
            the method, or `None` where the documentation has none of this name in this version.
        """
        if version is None:
            return self.method(name, REST_2) or self.method(name, REST_3)
        key = name.lower(), version
        if key not in self._methods:
            entry = self._module(key[0].partition(".")[0]).get(key[0], {}).get(version)
            self._methods[key] = CatalogueMethod.from_data(entry) if entry is not None else None
        return self._methods[key]

    def nearest(self, name: str, most: int = 3) -> list[str]:
        """The documented names that are most like a wrong one, best first."""
        known = {entry["name"].lower(): entry["name"] for entry in self._entries()}
        return [known[match] for match in get_close_matches(name.lower(), known, n=most, cutoff=0.6)]

    def methods(self, containing: str = "") -> Iterator[CatalogueMethod]:
        """All methods, sorted by name and version, or those whose name holds a text in any case."""
        wanted = containing.lower()
        entries = (entry for entry in self._entries() if wanted in entry["name"].lower())
        for entry in sorted(entries, key=lambda entry: (entry["name"].lower(), entry.get("version", REST_2))):
            yield CatalogueMethod.from_data(entry)

    def _module(self, module: str) -> dict[str, dict[int, Any]]:
        """The raw entries of the methods whose names begin with this, by name in lower case and version."""
        if module not in self._modules:
            path = self._folder / f"{module}.json"
            entries = json.loads(path.read_text(encoding="utf-8")) if module.isidentifier() and path.is_file() else []
            methods: dict[str, dict[int, Any]] = {}
            for entry in entries:
                methods.setdefault(entry["name"].lower(), {})[entry.get("version", REST_2)] = entry
            self._modules[module] = methods
        return self._modules[module]

    def _entries(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self._folder.glob("*.json")):
            for versions in self._module(path.stem).values():
                yield from versions.values()


@cache
def _packaged() -> MethodCatalogue:
    return MethodCatalogue()
