"""Fields of lists: properties of many types and the system's own columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_PREFIX = "PROPERTY_"
_SWITCHES = {
    "SHOW_ADD_FORM": "Y",
    "SHOW_EDIT_FORM": "Y",
    "ADD_READ_ONLY_FIELD": "N",
    "EDIT_READ_ONLY_FIELD": "N",
    "SHOW_FIELD_PREVIEW": "N",
}
_NEW = {
    "SORT": 10,
    "IS_REQUIRED": "N",
    "MULTIPLE": "N",
    "DEFAULT_VALUE": "",
    "CODE": None,
    "LINK_IBLOCK_ID": None,
    "ROW_COUNT": 1,
    "COL_COUNT": 30,
    "USER_TYPE_SETTINGS": None,
    "SETTINGS": _SWITCHES,
    "CHOICES": {},
    "COUNTER": 0,
}
_TAKEN_AS_SENT = ("NAME", "CODE", "DEFAULT_VALUE", "USER_TYPE_SETTINGS")


@dataclass(frozen=True, slots=True)
class FieldType:
    """A type of field; the attributes are explained in `field_types.yaml`."""

    title: str
    kind: str
    linked: bool = False
    automatic: bool = False
    system: bool = False


@cache
def types() -> Mapping[str, FieldType]:
    """The types of fields by their codes."""
    file = Path(__file__).with_name("field_types.yaml")
    document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    properties = {code: FieldType(**entry) for code, entry in document["properties"].items()}
    return properties | {code: FieldType(**entry, system=True) for code, entry in document["system"].items()}


def collection(database: Database) -> Collection:
    """The stored fields of all lists."""
    return database.collection("lists_fields", index=("IBLOCK_ID",))


def of_block(database: Database, block_id: int) -> list[Record]:
    """The fields of a list in their order; every list has the name of its elements."""
    stored = collection(database).find(IBLOCK_ID=block_id)
    return sorted(stored, key=lambda field: (field["SORT"], field["id"]))


def find(database: Database, block_id: int, field_id: Any) -> Record | None:
    """The field with this id (`PROPERTY_951`, `NAME`), or None."""
    wanted = str(field_id).upper()
    return next((field for field in of_block(database, block_id) if name_of(field) == wanted), None)


def name_of(field: Record) -> str:
    """The id under which elements have a field: `PROPERTY_951`, or the code of a system field."""
    return str(field["TYPE"]) if types()[field["TYPE"]].system else f"{_PREFIX}{field['id']}"


def add_name(database: Database, block_id: int) -> None:
    """Give a new list the field that all lists have."""
    name = {"IBLOCK_ID": block_id, "NAME": "Name", "TYPE": "NAME", "IS_REQUIRED": "Y"}
    collection(database).insert({**_NEW, **name})


def add(call: Call, block: Record) -> str:
    """Add a field to a list.

    Returns:
        its id.

    Raises:
        RestError: ERROR_SAVE_FIELD, for whatever cannot stand.
    """
    sent = {name.upper(): value for name, value in call.mapping("FIELDS").items()}
    type_code = str(sent.get("TYPE") or "")
    if type_code not in types() or not sent.get("NAME"):
        raise RestError("ERROR_SAVE_FIELD", "Error saving the field")
    kind, known = types()[type_code], of_block(call.database, block["id"])
    if kind.system and any(field["TYPE"] == type_code for field in known):
        raise RestError("ERROR_SAVE_FIELD", "Error saving the field")
    if not kind.system:
        _check_code(sent, known)
    field: Record = {**_NEW, "IBLOCK_ID": block["id"], "TYPE": type_code}
    field |= _values(call, field, sent, "ERROR_SAVE_FIELD")
    return name_of({"id": collection(call.database).insert(field), **field})


def change(call: Call, field: Record) -> None:
    """Change a field; its type stays.

    Raises:
        RestError: ERROR_UPDATE_FIELD, for whatever cannot stand.
    """
    sent = {name.upper(): value for name, value in call.mapping("FIELDS").items()}
    if not sent.get("NAME") or sent.get("TYPE", field["TYPE"]) != field["TYPE"]:
        raise RestError("ERROR_UPDATE_FIELD", "Error updating the field")
    collection(call.database).update(field["id"], _values(call, field, sent, "ERROR_UPDATE_FIELD"))


def show(field: Record) -> dict[str, Any]:
    """Write a field."""
    kind = types()[field["TYPE"]]
    row: dict[str, Any] = {"FIELD_ID": name_of(field), "SORT": field["SORT"], "NAME": field["NAME"]}
    row |= {name: field[name] for name in ("IS_REQUIRED", "MULTIPLE", "DEFAULT_VALUE", "TYPE")}
    if not kind.system:
        base, _, extra = field["TYPE"].partition(":")
        row |= {"PROPERTY_TYPE": base, "PROPERTY_USER_TYPE": {"USER_TYPE": extra} if extra else False}
        row |= {"CODE": field["CODE"], "ID": str(field["id"]), "LINK_IBLOCK_ID": _as_text(field["LINK_IBLOCK_ID"])}
        row |= {"ROW_COUNT": str(field["ROW_COUNT"]), "COL_COUNT": str(field["COL_COUNT"])}
        row["USER_TYPE_SETTINGS"] = field["USER_TYPE_SETTINGS"]
    row["SETTINGS"] = field["SETTINGS"]
    if kind.kind == "choice":
        row["DISPLAY_VALUES_FORM"] = {number: choice["VALUE"] for number, choice in _sorted(field["CHOICES"])}
    return row


def _check_code(sent: Mapping[str, Any], known: list[Record]) -> None:
    if not sent.get("CODE"):
        raise RestError("ERROR_SAVE_FIELD", "Please fill the code fields")
    if any(field["CODE"] == sent["CODE"] for field in known):
        raise RestError("ERROR_SAVE_FIELD", "Property already exists")


def _values(call: Call, field: Record, sent: Mapping[str, Any], code: str) -> Record:
    kind = types()[field["TYPE"]]
    values: Record = {name: sent[name] for name in _TAKEN_AS_SENT if name in sent}
    for name in ("IS_REQUIRED", "MULTIPLE"):
        if name in sent:
            values[name] = "Y" if is_true(sent[name]) and (name == "IS_REQUIRED" or not kind.system) else "N"
    for name in ("SORT", "ROW_COUNT", "COL_COUNT", "LINK_IBLOCK_ID"):
        if name in sent:
            values[name] = to_integer(sent[name]) or _NEW[name]
    if isinstance(sent.get("SETTINGS"), dict):
        switches = {name: "Y" if is_true(value) else "N" for name, value in sent["SETTINGS"].items()}
        values["SETTINGS"] = {name: switches.get(name, value) for name, value in field["SETTINGS"].items()}
    if kind.kind == "choice":
        values |= _choices(call.database, field, sent)
    _check({**field, **values}, kind, code)
    return values


def _check(field: Record, kind: FieldType, code: str) -> None:
    if field["SETTINGS"]["ADD_READ_ONLY_FIELD"] == "Y" and field["DEFAULT_VALUE"] in (None, "", []):
        raise RestError(code, f"The default value of the field '{field['NAME']}' is required")
    if kind.linked and not field["LINK_IBLOCK_ID"]:
        raise RestError(code, f"Incorrect lists specified for '{field['NAME']}' property")


def _choices(database: Database, field: Record, sent: Mapping[str, Any]) -> Record:
    """The choices of a field of type List: those sent under known numbers are changed, all others new."""
    known: dict[str, Any] = dict(field["CHOICES"])
    chosen, numbers = known, {}
    if isinstance(sent.get("LIST"), (dict, list)):
        entries = sent["LIST"].items() if isinstance(sent["LIST"], dict) else enumerate(sent["LIST"])
        chosen = {}
        for key, entry in entries:
            number = str(key) if str(key) in known else _number(database)
            numbers[str(key)] = number
            text = entry.get("VALUE") if isinstance(entry, dict) else entry
            place = to_integer(entry.get("SORT")) if isinstance(entry, dict) else None
            chosen[number] = {"VALUE": str(text), "SORT": place or 500}
            if isinstance(entry, dict) and is_true(entry.get("DEF")):
                numbers["default"] = number
    texts = {choice["VALUE"] for choice in chosen.values()}
    for line in str(sent.get("LIST_TEXT_VALUES") or "").splitlines():
        if line.strip() and line.strip() not in texts:
            chosen[_number(database)] = {"VALUE": line.strip(), "SORT": 500}
    values: Record = {"CHOICES": chosen}
    wanted = [numbers.get(str(key), str(key)) for key in _entries(sent.get("LIST_DEF"))]
    default = wanted[0] if wanted else numbers.get("default")
    if default in chosen:
        values["DEFAULT_VALUE"] = default
    return values


def _number(database: Database) -> str:
    return str(database.collection("lists_choices").insert({}))


def _sorted(choices: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return sorted(choices.items(), key=lambda entry: (entry[1]["SORT"], int(entry[0])))


def _entries(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


def _as_text(value: Any) -> Any:
    return None if value is None else str(value)
