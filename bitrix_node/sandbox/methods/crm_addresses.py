"""`crm.address.*`: addresses have no id; the record that has one and the kind of address name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.owners import Owner
from bitrix_node.sandbox.crm.requisites import LEAD, REQUISITE
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

ADDRESSES = family("address")
_KEY = ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID")
_OWNERS = (LEAD, REQUISITE)


@method("crm.address.add", scope="crm")
def address_add(call: Call) -> bool:
    """Give a requisite or a lead an address of a kind that it does not have yet."""
    key = _key(call)
    anchor = _anchor(call, key)
    if ADDRESSES.collection(call.database).first(**key) is not None:
        raise RestError("", "TypeAddress exists.")
    ADDRESSES.collection(call.database).insert({**_cleaned(call, new=True), **key, **anchor})
    return True


@method("crm.address.update", scope="crm")
def address_update(call: Call) -> bool:
    """Change parts of an address."""
    ADDRESSES.collection(call.database).update(_found(call)["id"], _cleaned(call, new=False))
    return True


@method("crm.address.delete", scope="crm")
def address_delete(call: Call) -> bool:
    """Remove an address."""
    ADDRESSES.collection(call.database).delete(_found(call)["id"])
    return True


def _found(call: Call) -> Record:
    address = ADDRESSES.collection(call.database).first(**_key(call))
    if address is None:
        raise RestError("", "TypeAddress not found.")
    return address


def _key(call: Call) -> dict[str, int]:
    """The three numbers that name an address.

    Raises:
        RestError: one is missing, no number, or a kind of record that has no addresses.
    """
    fields = {name.upper(): value for name, value in call.mapping("fields").items()}
    key = {name: to_integer(fields.get(name)) or 0 for name in _KEY}
    wrong = [name for name, number in key.items() if number <= 0]
    wrong += [] if key["ENTITY_TYPE_ID"] in _OWNERS else ["ENTITY_TYPE_ID"]
    if wrong:
        raise RestError("", f"{wrong[0]} is not defined or invalid.")
    return key


def _anchor(call: Call, key: dict[str, int]) -> dict[str, int]:
    """The company, contact or lead behind an address."""
    owner = Owner(key["ENTITY_TYPE_ID"], key["ENTITY_ID"])
    if owner.type_id == REQUISITE:
        requisite = family("requisite").collection(call.database).get(owner.id)
        owner = Owner(requisite["ENTITY_TYPE_ID"], requisite["ENTITY_ID"]) if requisite else owner
    if not owner.exists(call.database):
        raise RestError("", "ENTITY_ID is not defined or invalid.")
    return {"ANCHOR_TYPE_ID": owner.type_id, "ANCHOR_ID": owner.id}


def _cleaned(call: Call, *, new: bool) -> dict[str, Any]:
    sent = {name.upper(): value for name, value in call.mapping("fields").items()}
    try:
        return ADDRESSES.clean(sent, new=new)
    except ValueError as problem:
        raise RestError("", str(problem)) from problem
