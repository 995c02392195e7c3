"""`crm.requisite.*` where more is done than their description tells: making requisites and bank details."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bitrix_node.sandbox.crm.owners import Owner
from bitrix_node.sandbox.crm.requisites import OWNER_TYPES
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.families.methods import described_method
from bitrix_node.sandbox.registry import Call, method

_add_requisite = described_method("requisite", do="add", answer="$id")
_add_bank_detail = described_method("bank_detail", do="add", answer="$id")


@method("crm.requisite.add", scope="crm")
def requisite_add(call: Call) -> Any:
    """Make a requisite of a company or a contact."""
    fields = call.mapping("fields")
    owner_type, owner_id = (_number(fields, name) for name in ("ENTITY_TYPE_ID", "ENTITY_ID"))
    if owner_type not in OWNER_TYPES:
        raise RestError("", "ENTITY_TYPE_ID is not defined or invalid.")
    if not owner_id:
        raise RestError("", "ENTITY_ID is not defined or invalid.")
    if not Owner(owner_type, owner_id).exists(call.database):
        raise RestError("", "Entity not found.")
    return _add_requisite(call)


@method("crm.requisite.bankdetail.add", scope="crm")
def bank_detail_add(call: Call) -> Any:
    """Make bank details of a requisite; the country is that of the requisite's preset if none is given."""
    fields = call.mapping("fields")
    requisite = family("requisite").collection(call.database).get(_number(fields, "ENTITY_ID")) or {}
    preset = family("requisite_preset").collection(call.database).get(requisite.get("PRESET_ID") or 0) or {}
    arguments = {"fields": {"COUNTRY_ID": preset.get("COUNTRY_ID"), **fields}}
    return _add_bank_detail(replace(call, arguments=arguments))


def _number(fields: dict[str, Any], name: str) -> int:
    text = str(fields.get(name) or "")
    return int(text) if text.isdecimal() else 0
