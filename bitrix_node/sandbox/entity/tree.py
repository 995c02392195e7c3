"""The tree of a storage's sections: where each stands in it, and what lies below a section."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record


def sections(database: Database) -> Collection:
    """All sections of all storages."""
    return database.collection("entity_sections")


def number(database: Database, storage: Record) -> None:
    """Write down, for every section of a storage, its depth and its two edges in a walk around the tree."""
    found = sorted(sections(database).find(STORAGE=storage["id"]), key=_place)
    _walk(database, found, None, 1, 1)


def below(database: Database, section: Record) -> list[Record]:
    """A section and all sections below it."""
    found, waiting = [section], [section["id"]]
    while waiting:
        inner = sections(database).find(SECTION=waiting.pop())
        found += inner
        waiting += [entry["id"] for entry in inner]
    return found


def _place(section: Record) -> tuple[int, int]:
    return section["SORT"] or 0, section["id"]


def _walk(database: Database, found: list[Record], parent: int | None, edge: int, depth: int) -> int:
    for entry in found:
        if entry.get("SECTION") != parent:
            continue
        right = _walk(database, found, entry["id"], edge + 1, depth + 1)
        place = {"LEFT_MARGIN": edge, "RIGHT_MARGIN": right, "DEPTH_LEVEL": depth}
        sections(database).update(entry["id"], place)
        edge = right + 1
    return edge
