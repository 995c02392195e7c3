"""Price types, measures, properties and their values: what their descriptions leave to say."""

from __future__ import annotations

import re
from typing import Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.catalog.properties import PROPERTIES
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.families.methods import described_method
from bitrix_node.sandbox.registry import Call, method

_PRICE_TYPES = family("price_type")
_MEASURES = family("measure")
_PROPERTY_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_KINDS = {
    "N": ("SKU", "Sequence"),
    "S": ("DateTime", "Date", "Money", "directory", "employee", "HTML", "ECrm", "map_google", "video", "UserID"),
    "L": ("BoolEnum",),
    "F": (),
    "E": ("SKU", "EList", "EAutocomplete"),
    "G": ("SectionAuto",),
}
"""Types of properties, each with the kinds of it."""

_add_price_type = described_method("price_type", do="add", answer={"priceType": "$row"})
_update_price_type = described_method("price_type", do="update", answer={"priceType": "$row"}, required=["name"])
_delete_price_type = described_method("price_type", do="delete", answer=True)
_add_measure = described_method("measure", do="add", answer={"measure": "$row"})
_update_measure = described_method("measure", do="update", answer={"measure": "$row"})
_add_property = described_method("property", do="add", answer={"productProperty": "$row"})
_update_property = described_method("property", do="update", answer={"productProperty": "$row"}, required=["iblockId"])
_add_enum = described_method("property_enum", do="add", answer={"productPropertyEnum": "$row"})


@method("catalog.priceType.add", scope="catalog")
def price_type_add(call: Call) -> Any:
    """Make a price type; a new base type takes the place of the old one."""
    made = _add_price_type(call)
    _keep_one_base(call, made["priceType"])
    return made


@method("catalog.priceType.update", scope="catalog")
def price_type_update(call: Call) -> Any:
    """Change a price type."""
    changed = _update_price_type(call)
    _keep_one_base(call, changed["priceType"])
    return changed


@method("catalog.priceType.delete", scope="catalog")
def price_type_delete(call: Call) -> Any:
    """Remove a price type with its prices; the base type stays."""
    known = _PRICE_TYPES.collection(call.database).get(call.integer("id"))
    if call.is_admin and known is not None and known["base"] == "Y":
        raise RestError("BASE", "The base price type cannot be deleted")
    return _delete_price_type(call)


@method("catalog.measure.add", scope="catalog")
def measure_add(call: Call) -> Any:
    """Make a measure."""
    _check_default_measure(call)
    return _add_measure(call)


@method("catalog.measure.update", scope="catalog")
def measure_update(call: Call) -> Any:
    """Change a measure."""
    _check_default_measure(call)
    return _update_measure(call)


@method("catalog.productProperty.add", scope="catalog")
def property_add(call: Call) -> Any:
    """Give the products of a catalogue a property."""
    fields = call.mapping("fields")
    kind, user_type = str(fields.get("propertyType") or ""), fields.get("userType")
    if kind and (kind not in _KINDS or (user_type and user_type not in _KINDS[kind])):
        raise RestError("0", "Invalid property type specified")
    _check_property(fields)
    return _add_property(call)


@method("catalog.productProperty.update", scope="catalog")
def property_update(call: Call) -> Any:
    """Change a property; its type stays."""
    _check_property(call.mapping("fields"))
    return _update_property(call)


@method("catalog.productPropertyEnum.add", scope="catalog")
def property_enum_add(call: Call) -> Any:
    """Add a value to a property of the type list."""
    known = PROPERTIES.collection(call.database).get(to_integer(call.mapping("fields").get("propertyId")) or 0)
    if known is not None and known["propertyType"] != "L":
        raise RestError("0", "Only list properties are supported")
    return _add_enum(call)


def _keep_one_base(call: Call, price_type: dict[str, Any]) -> None:
    if price_type["base"] == "Y":
        for other in _PRICE_TYPES.collection(call.database).find(base="Y"):
            if other["id"] != price_type["id"]:
                _PRICE_TYPES.collection(call.database).update(other["id"], {"base": "N"})


def _check_default_measure(call: Call) -> None:
    if not is_true(call.mapping("fields").get("isDefault", "N")):
        return
    other = _MEASURES.collection(call.database).first(isDefault="Y")
    if other is not None and other["id"] != call.integer("id"):
        raise RestError("200600000010", "There is a default measure already")


def _check_property(fields: dict[str, Any]) -> None:
    code = str(fields.get("code") or "")
    if code[:1].isdigit():
        raise RestError("0", "Property code cannot start with a digit")
    if code and not _PROPERTY_CODE.match(code):
        raise RestError("0", "Wrong format of field `code`")
    settings = fields.get("userTypeSettings")
    if settings not in (None, "", []) and not isinstance(settings, dict):
        raise RestError("0", "Invalid custom property type settings specified")
