"""Plants the data a new portal starts with, from the YAML files beside this module.

A file holds `records` (collection name -> records, kept as they are) and `calls` (REST calls made one after another,
so that the portal's own rules fill in the rest). `rules` names growers and their parameters, for data that would be
long to write out. Files of `base` come first, then those of the chosen seed, by name.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.authentication import ALL_SCOPES, Caller
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import REGISTRY, Call
from bitrix_node.sandbox.seed import support_desk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_node.sandbox.clock import Clock
    from bitrix_node.sandbox.database import Database

_HERE = Path(__file__).parent
_MARK = "planted_seeds"
_GROWERS = {"support_desk": support_desk.records}


def plant(database: Database, seed: str, clock: Clock) -> None:
    """Fill a database that holds nothing yet; leave any other alone.

    Args:
        database: where to.
        seed: `demo` or `empty`.
        clock: time of the calls that name none.
    """
    if database.collection(_MARK).count():
        return
    with database.transaction():
        for folder in ("base", seed):
            for file in sorted((_HERE / folder).glob("*.yaml")):
                _plant_file(database, file, clock)
        database.collection(_MARK).insert({"seed": seed})


def _plant_file(database: Database, file: Path, clock: Clock) -> None:
    document = _read(file)
    _plant_records(database, document.get("records") or {})
    for grower, parameters in (document.get("rules") or {}).items():
        _plant_records(database, _GROWERS[grower](parameters))
    for entry in document.get("calls") or []:
        for arguments in _rows(entry["each"]):
            _make_call(database, file, entry, arguments, clock)


def _plant_records(database: Database, collections: Mapping[str, Any]) -> None:
    for name, rows in collections.items():
        collection = database.collection(name)
        for record in _rows(rows):
            collection.insert(record)


def _make_call(
    database: Database, file: Path, entry: Mapping[str, Any], arguments: Mapping[str, Any], clock: Clock
) -> None:
    own = dict(arguments)
    caller = Caller(int(own.pop("as", entry.get("as", 1))), True, ALL_SCOPES, "seed")
    moment = own.pop("at", entry.get("at")) or clock.now()
    method = REGISTRY.find(entry["method"])
    merged = _merge(entry.get("common") or {}, own)
    try:
        method.function(Call(merged, method.name, caller, database, moment, ""))
    except RestError as refusal:
        raise ValueError(f"{file.name}: {method.name} refused {merged}: {refusal}") from refusal


def _merge(common: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(common)
    for key, value in own.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if both else value
    return merged


def _rows(rows: Any) -> Iterator[dict[str, Any]]:
    """Yield records written out, or as a table of `columns` (dots nest) and `rows`."""
    if isinstance(rows, list):
        yield from (dict(row) for row in rows)
        return
    for values in rows["rows"]:
        record: dict[str, Any] = {}
        for name, value in zip(rows["columns"], values, strict=True):
            _nest(record, name.split("."), value)
        yield record


def _nest(record: dict[str, Any], path: list[str], value: Any) -> None:
    for step in path[:-1]:
        record = record.setdefault(step, {})
    record[path[-1]] = value


@cache
def _read(file: Path) -> dict[str, Any]:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) or {}
