"""`entity.*` and `entity.item.property.*`: the storages of an application and the properties of their items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.entity import properties
from bitrix_node.sandbox.entity.storages import MANAGE, Cabinet, cleaned
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record

_TYPE_ID = "rest_entity"
_CHOICE = "L"


@method("entity.add", scope="entity")
def add(call: Call) -> bool:
    """Make a storage."""
    cabinet = Cabinet.of(call)
    code = cabinet.code()
    name = call.text("NAME", required="ERROR_CORE", message="A storage needs a NAME")
    if cabinet.named(code) is not None:
        raise RestError("ERROR_ENTITY_ALREADY_EXISTS", "Entity already exists")
    storage = {"APPLICATION": cabinet.application, "ENTITY": code, "NAME": name}
    cabinet.storages.insert(storage | {"ACCESS": cabinet.rights(call.mapping("ACCESS"))})
    return True


@method("entity.get", scope="entity")
def get(call: Call) -> dict[str, Any] | list[dict[str, Any]]:
    """Describe a storage, or all of the application when none is named."""
    cabinet = Cabinet.of(call)
    return _shown(cabinet.wanted()) if call.has("ENTITY") else [_shown(storage) for storage in cabinet.own()]


@method("entity.update", scope="entity")
def update(call: Call) -> bool:
    """Change a storage's name, code or rights."""
    cabinet = Cabinet.of(call)
    storage = cabinet.wanted(MANAGE)
    changes: Record = {"NAME": call.text("NAME")} if call.text("NAME") else {}
    if call.text("ENTITY_NEW"):
        changes["ENTITY"] = cabinet.code("ENTITY_NEW")
        other = cabinet.named(changes["ENTITY"])
        if other is not None and other["id"] != storage["id"]:
            raise RestError("ERROR_ENTITY_ALREADY_EXISTS", "Entity already exists")
    if call.has("ACCESS"):
        changes["ACCESS"] = cabinet.rights(call.mapping("ACCESS"))
    cabinet.storages.update(storage["id"], changes)
    return True


@method("entity.delete", scope="entity")
def delete(call: Call) -> bool:
    """Destroy a storage with everything in it."""
    cabinet = Cabinet.of(call)
    cabinet.drop(cabinet.wanted(MANAGE))
    return True


@method("entity.rights", scope="entity")
def rights(call: Call) -> dict[str, str] | None:
    """Read the rights of a storage, or give new ones; nothing for a storage that is unknown."""
    cabinet = Cabinet.of(call)
    storage = cabinet.named(cabinet.code())
    if storage is None:
        return None
    access: dict[str, str] = storage["ACCESS"]
    if call.has("ACCESS"):
        cabinet.require(storage, MANAGE)
        access = cabinet.rights(call.mapping("ACCESS"))
        cabinet.storages.update(storage["id"], {"ACCESS": access})
    return access


@method("entity.item.property.get", scope="entity")
def get_properties(call: Call) -> dict[str, str] | list[dict[str, str]]:
    """Describe a property, or all of a storage when none is named."""
    storage = Cabinet.of(call).wanted()
    if call.text("PROPERTY"):
        return properties.shown(_property(call, storage))
    return [properties.shown(entry) for entry in properties.of_storage(call.database, storage)]


@method("entity.item.property.add", scope="entity")
def add_property(call: Call) -> bool:
    """Give a storage's items another property."""
    storage = Cabinet.of(call).wanted(MANAGE)
    code = cleaned(call.text("PROPERTY"))
    if not code:
        raise RestError("ERROR_ARGUMENT", "Argument 'PROPERTY' is null or empty")
    _require_free(call, storage, code, "Property already exists")
    entry = {"STORAGE": storage["id"], "PROPERTY": code, "NAME": call.text("NAME", code), "TYPE": _type(call)}
    properties.collection(call.database).insert(entry | {"SORT": call.integer("SORT", 500)})
    return True


@method("entity.item.property.update", scope="entity")
def update_property(call: Call) -> bool:
    """Change a property; under a new code it keeps its values."""
    storage = Cabinet.of(call).wanted(MANAGE)
    found = _property(call, storage)
    changes: Record = {name: call.text(name) for name in ("NAME",) if call.text(name)}
    if call.text("TYPE") and _type(call) != found["TYPE"]:
        changes["TYPE"] = _type(call)
        if changes["TYPE"] == properties.FILE:
            raise RestError("ERROR_ARGUMENT", "Cannot change property type to File")
    if call.has("SORT"):
        changes["SORT"] = call.integer("SORT", found["SORT"])
    code = cleaned(call.text("PROPERTY_NEW"))
    if code and code != found["PROPERTY"]:
        _require_free(call, storage, code, f"Property {code} already exists")
        properties.rename(call.database, storage, found["PROPERTY"], code)
        changes["PROPERTY"] = code
    properties.collection(call.database).update(found["id"], changes)
    return True


@method("entity.item.property.delete", scope="entity")
def delete_property(call: Call) -> bool:
    """Take a property from a storage's items, with its values."""
    storage = Cabinet.of(call).wanted(MANAGE)
    found = _property(call, storage)
    properties.rename(call.database, storage, found["PROPERTY"], None)
    return properties.collection(call.database).delete(found["id"])


def _shown(storage: Record) -> dict[str, Any]:
    return {
        "ID": str(storage["id"]),
        "IBLOCK_TYPE_ID": _TYPE_ID,
        "ENTITY": storage["ENTITY"],
        "NAME": storage["NAME"],
    }


def _property(call: Call, storage: Record) -> Record:
    code = cleaned(call.text("PROPERTY"))
    found = properties.collection(call.database).first(STORAGE=storage["id"], PROPERTY=code)
    if found is None:
        raise RestError("ERROR_PROPERTY_NOT_FOUND", "Property not found")
    return found


def _require_free(call: Call, storage: Record, code: str, message: str) -> None:
    if code[0].isdigit():
        raise RestError("ERROR_CORE", "Property code cannot start with a digit")
    if properties.collection(call.database).first(STORAGE=storage["id"], PROPERTY=code) is not None:
        raise RestError("ERROR_PROPERTY_ALREADY_EXISTS", message)


def _type(call: Call) -> str:
    kind = call.text("TYPE", properties.TEXT)
    if kind == _CHOICE:
        raise RestError("ERROR_UNSUPPORTED_PROPERTY_TYPE", "Invalid property type")
    if kind not in properties.TYPES:
        raise RestError("ERROR_ARGUMENT", "Wrong entity item property type")
    return kind
