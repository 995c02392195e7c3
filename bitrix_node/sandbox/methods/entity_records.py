"""`entity.section.*` and `entity.item.*`: what the storages of applications hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.entity import properties, tree
from bitrix_node.sandbox.entity.records import ITEM, SECTION, Kind, require_section
from bitrix_node.sandbox.entity.storages import WRITE, Cabinet
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record


def _declare(kind: Kind) -> None:
    @method(f"entity.{kind.name}.get", scope="entity")
    def get(call: Call) -> Page:
        storage = Cabinet.of(call).wanted()
        codes = frozenset(entry["PROPERTY"] for entry in properties.of_storage(call.database, storage))
        rows, total = kind.collection(call.database).query(
            {"0": {"STORAGE": storage["id"]}, "1": call.mapping("FILTER")},
            call.mapping("SORT"),
            start=call.start,
            field_name=lambda name: name if name == "STORAGE" else kind.field_name(storage, name, codes),
        )
        return call.page([kind.shown(call, storage, row) for row in rows], total)

    @method(f"entity.{kind.name}.add", scope="entity")
    def add(call: Call) -> int:
        storage = Cabinet.of(call).wanted(WRITE)
        record = kind.cleaned(call, storage, new=True)
        _require_fields(kind, record)
        require_section(call, kind, storage, record)
        number = kind.collection(call.database).insert(record)
        _number(call, kind, storage)
        return number

    @method(f"entity.{kind.name}.update", scope="entity")
    def update(call: Call) -> bool:
        storage = Cabinet.of(call).wanted(WRITE)
        found = kind.found(call, storage)
        changes = kind.cleaned(call, storage, new=False)
        changed = {**found, **changes}
        _require_fields(kind, changed)
        require_section(call, kind, storage, {**found, "SECTION": changed.get("SECTION")})
        kind.collection(call.database).update(found["id"], changes)
        _number(call, kind, storage)
        return True

    @method(f"entity.{kind.name}.delete", scope="entity")
    def delete(call: Call) -> bool:
        storage = Cabinet.of(call).wanted(WRITE)
        found = kind.found(call, storage)
        if kind is SECTION:
            _empty(call, found)
        kind.forget(call.database, found)
        _number(call, kind, storage)
        return True


for _kind in (SECTION, ITEM):
    _declare(_kind)


def _require_fields(kind: Kind, record: Record) -> None:
    missing = kind.family.missing(record)
    if missing:
        raise RestError(kind.invalid, f"Required: {', '.join(missing)}")


def _empty(call: Call, section: Record) -> None:
    for inner in tree.below(call.database, section):
        for item in ITEM.collection(call.database).find(SECTION=inner["id"]):
            ITEM.forget(call.database, item)
        SECTION.forget(call.database, inner)


def _number(call: Call, kind: Kind, storage: Record) -> None:
    if kind is SECTION:
        tree.number(call.database, storage)
