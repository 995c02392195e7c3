"""Field lookups: where the field mapper and the rows of filters in n8n's panel get the portal's own fields from.

One file a lookup in `node_definitions/lookups/fields/`. They are data for the panel alone, which asks the portal by
itself (see `field_mapping.js` and `field_names.js` in `bitrix_node/n8n/shim/panel`); no run of an action reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.yaml_files import read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Tree = dict[str, Any]


def read_field_lookups(folder: Path) -> dict[str, Tree]:
    """Every lookup by name, complete in itself: tables and other lookups are put where they are named.

    Args:
        folder: the folder of lookups; none are there where it is missing.

    Returns:
        name -> `{"sources": […]}`.
    """
    documents = {path.stem: read_yaml(path) for path in sorted(folder.glob("*.yaml"))}
    return {name: {"sources": list(_sources(name, documents))} for name in documents}


def _sources(name: str, documents: dict[str, Tree]) -> Iterator[Tree]:
    document = documents[name]
    for source in document["sources"]:
        if "lookup" in source:
            yield from (
                {**borrowed, "when": {**borrowed.get("when", {}), **source.get("when", {})}}
                for borrowed in _sources(source["lookup"], documents)
            )
        else:
            yield _with_tables(source, document.get("tables", {}))


def _with_tables(value: Any, tables: Tree) -> Any:
    if isinstance(value, list):
        return [_with_tables(entry, tables) for entry in value]
    if not isinstance(value, dict):
        return value
    named = {"table": tables[value["table"]]} if isinstance(value.get("table"), str) else {}
    return {key: _with_tables(entry, tables) for key, entry in value.items()} | named
