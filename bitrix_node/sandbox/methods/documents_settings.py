"""Numerators and regions of the document generator."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox import documents
from bitrix_node.sandbox.binding import bound_mapping, bound_text
from bitrix_node.sandbox.documents import numbering
from bitrix_node.sandbox.documents.worlds import World, declare
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import PAGE_SIZE, Call, Page, method

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.database import Record


def get_list(_world: World, call: Call) -> Page:
    """List the numerators of both worlds."""
    rows, total = numbering.numerators(call.database).query({}, start=call.start, limit=PAGE_SIZE)
    return call.page([], total, {"numerators": [numbering.shown(row) for row in rows]})


def get(_world: World, call: Call) -> dict[str, Any]:
    """Describe a numerator."""
    return {"numerator": numbering.shown(_found(call))}


def add(world: World, call: Call) -> dict[str, Any]:
    """Make a numerator."""
    sent = bound_mapping(call, "fields")
    missing = [name for name in ("name", "template") if not sent.get(name)]
    if missing:
        raise RestError("0", f"Empty required fields: {', '.join(missing)}")
    record: Record = {"name": str(sent["name"]), "template": str(sent["template"]), "module": world.module}
    record |= {"settings": _settings(sent, None)}
    number = numbering.numerators(call.database).insert(record)
    return {"numerator": numbering.shown({**record, "id": number}) | {"id": number}}


def update(world: World, call: Call) -> dict[str, Any]:
    """Change a numerator; new settings begin to count anew."""
    found = _own(call, world)
    sent = bound_mapping(call, "fields")
    changes: Record = {name: str(sent[name]) for name in ("name", "template") if sent.get(name)}
    if "settings" in sent:
        changes |= {"settings": _settings(sent, found["settings"]), "next": None}
    numbering.numerators(call.database).update(found["id"], changes)
    shown = numbering.shown({**found, **changes})
    return {"numerator": shown} if world.is_crm else shown


def delete(world: World, call: Call) -> None:
    """Remove a numerator."""
    numbering.numerators(call.database).delete(_own(call, world)["id"])


_METHODS: dict[str, Callable[[World, Call], Any]] = {
    "list": get_list,
    "get": get,
    "add": add,
    "update": update,
    "delete": delete,
}

declare("numerator", _METHODS)


@method("documentgenerator.region.list", scope="documentgenerator")
def region_list(_call: Call) -> dict[str, Any]:
    """List the regions that documents can be made for."""
    return {"regions": {code: {"code": code, **region} for code, region in _regions().items()}}


@method("documentgenerator.region.get", scope="documentgenerator")
def region_get(call: Call) -> dict[str, Any]:
    """Describe a region."""
    region = _regions().get(bound_text(call, "id"))
    if region is None:
        raise RestError("0", "Region not found")
    return {"region": region}


@cache
def _regions() -> dict[str, dict[str, str]]:
    file = Path(documents.__file__).with_name("regions.yaml")
    regions: dict[str, dict[str, str]] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return regions


def _found(call: Call) -> Record:
    if call.value("id") in (None, ""):
        raise RestError("100", "Bitrix\\Main\\Numerator\\Numerator constructor must be public")
    found = numbering.numerators(call.database).get(call.integer("id"))
    if found is None:
        raise RestError("100", "Could not construct parameter {numerator}")
    return found


def _own(call: Call, world: World) -> Record:
    found = _found(call)
    if found.get("module") != world.module:
        raise RestError("DOCGEN_ACCESS_ERROR", "Access denied")
    return found


def _settings(sent: Record, former: Record | None) -> dict[str, Any]:
    try:
        return numbering.settings(sent.get("settings"), former)
    except (ValueError, KeyError) as problem:
        raise RestError("0", f"Wrong settings: {problem}") from problem
