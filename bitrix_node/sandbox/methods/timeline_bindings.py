"""`crm.timeline.bindings.*`: on which CRM records an entry of the timeline stands."""

from __future__ import annotations

from typing import Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.owners import Owner, type_number
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, Page, method
from bitrix_node.sandbox.timeline import entries

BINDINGS = family("timeline_binding")
BINDABLE = ("lead", "deal", "contact", "company", "order")


@method("crm.timeline.bindings.bind", scope="crm")
def bind(call: Call) -> bool:
    """Show an entry on a further record."""
    entry_id, owner = _named(call)
    if not owner.exists(call.database):
        raise RestError("", "ENTITY_ID is not defined or invalid.")
    entries.bind(call.database, entry_id, owner)
    return True


@method("crm.timeline.bindings.unbind", scope="crm")
def unbind(call: Call) -> bool:
    """Stop showing an entry on a record."""
    entry_id, owner = _named(call)
    if not entries.unbind(call.database, entry_id, owner):
        raise RestError("", "Not found.")
    return True


@method("crm.timeline.bindings.list", scope="crm")
def binding_list(call: Call) -> Page:
    """List the records an entry stands on."""
    wanted = {name.upper().lstrip("="): value for name, value in call.mapping("filter").items()}
    conditions: dict[str, Any] = {"OWNER_ID": _entry(call, wanted)}
    if wanted.get("ENTITY_ID"):
        conditions["ENTITY_ID"] = wanted["ENTITY_ID"]
    if wanted.get("ENTITY_TYPE"):
        conditions["ENTITY_TYPE_ID"] = type_number(wanted["ENTITY_TYPE"]) or 0
    rows, total = entries.bindings(call.database).query(conditions, start=call.start)
    return call.page([_shown(row) for row in rows], total)


@method("crm.timeline.bindings.fields", scope="crm")
def binding_fields(_call: Call) -> dict[str, Any]:
    """Document the fields of bindings."""
    return BINDINGS.describe()


def _named(call: Call) -> tuple[int, Owner]:
    fields = {name.upper(): value for name, value in call.mapping("fields").items()}
    entry_id = _entry(call, fields)
    item_id = to_integer(fields.get("ENTITY_ID")) or 0
    if item_id < 1:
        raise RestError("", "ENTITY_ID is not defined or invalid.")
    word = str(fields.get("ENTITY_TYPE") or "").lower()
    if word not in BINDABLE:
        raise RestError("", "ENTITY_TYPE is not defined or invalid.")
    return entry_id, Owner(type_number(word) or 0, item_id)


def _entry(call: Call, fields: dict[str, Any]) -> int:
    entry_id = to_integer(fields.get("OWNER_ID")) or 0
    if entries.entries(call.database).get(entry_id) is None:
        raise RestError("", "OWNER_ID is not defined or invalid")
    return entry_id


def _shown(row: dict[str, Any]) -> dict[str, str]:
    owner = Owner(row["ENTITY_TYPE_ID"], row["ENTITY_ID"])
    return {"OWNER_ID": str(row["OWNER_ID"]), "ENTITY_ID": str(owner.id), "ENTITY_TYPE": owner.type_name}
