"""Elements of lists: the rows, with the values of their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.filters import split_operator
from bitrix_node.sandbox.lists import columns, files, sections, values
from bitrix_node.sandbox.lists.naming import named
from bitrix_node.sandbox.portal_dates import portal_form, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call, Page

_FIRST = "FIRST_"
_OWN = ("ID", "CODE", "NAME", "IBLOCK_SECTION_ID", "CREATED_BY", "BP_PUBLISHED")
_ON_REQUEST = ("DATE_CREATE", "TIMESTAMP_X", "MODIFIED_BY", "CREATED_USER_NAME", "SORT", "IBLOCK_ID")
_MOMENTS = ("DATE_CREATE", "TIMESTAMP_X")
_STORED = {"ID": "id", "SECTION_ID": "IBLOCK_SECTION_ID"}


def collection(database: Database) -> Collection:
    """The stored elements of all lists."""
    return database.collection("lists_elements", index=("IBLOCK_ID",))


def found(call: Call, block: Record) -> Record:
    """The element that a call names by id or code.

    Raises:
        RestError: none is named, or the list has no such element.
    """
    return named(call, block, collection(call.database), "Element")


def add(call: Call, block: Record) -> int:
    """Make an element.

    Raises:
        RestError: the code is taken, a value cannot stand, or a required one is missing.
    """
    code, section_id = call.text("ELEMENT_CODE"), call.integer("IBLOCK_SECTION_ID")
    if collection(call.database).first(IBLOCK_ID=block["id"], CODE=code) is not None:
        raise RestError("ERROR_ELEMENT_ALREADY_EXISTS", "Element already exists")
    section = sections.collection(call.database).get(section_id) if section_id else None
    if section_id and (section is None or section["IBLOCK_ID"] != block["id"]):
        raise RestError("ERROR_ADD_ELEMENT", "The section is not found.")
    moment = timestamp(call.now)
    record: Record = {"IBLOCK_ID": block["id"], "CODE": code, "IBLOCK_SECTION_ID": section_id or None, "SORT": 500}
    record |= {"DATE_CREATE": moment, "CREATED_BY": call.user_id, "TIMESTAMP_X": moment, "MODIFIED_BY": call.user_id}
    element_id = collection(call.database).insert(record)
    sent = {**_defaults(call, block), **_sent(call)}
    _write(call, {"id": element_id, **record}, sent, "ERROR_ADD_ELEMENT")
    return element_id


def change(call: Call, element: Record) -> None:
    """Change an element; properties that are not sent are emptied, but for files and counters.

    Raises:
        RestError: a value cannot stand, or a required one is missing.
    """
    stamps = {"TIMESTAMP_X": timestamp(call.now), "MODIFIED_BY": call.user_id}
    _write(call, {**element, **stamps}, _sent(call), "ERROR_UPDATE_ELEMENT")


def page(call: Call, block: Record) -> Page:
    """The page of elements that a call asks for."""
    fields = {columns.name_of(field): field for field in columns.of_block(call.database, block["id"])}
    conditions: dict[str, Any] = {"=IBLOCK_ID": block["id"], **_filter(call.mapping("FILTER"), fields)}
    for name, stored in (("ELEMENT_ID", "=id"), ("ELEMENT_CODE", "=CODE")):
        if call.value(name) not in (None, ""):
            conditions[stored] = call.value(name)
    order = {_sorted_by(name): direction for name, direction in call.mapping("ELEMENT_ORDER").items()}
    rows, total = collection(call.database).query(
        conditions, order or {"id": "DESC"}, start=call.start, field_name=lambda name: _STORED.get(name, name)
    )
    select = [str(name).upper() for name in call.sequence("SELECT")]
    return call.page([_show(call, row, select, fields) for row in rows], total)


def addresses(call: Call, element: Record) -> list[str]:
    """The addresses of the files in the field that a call names."""
    name = f"PROPERTY_{call.text('FIELD_ID')}"
    field = columns.find(call.database, element["IBLOCK_ID"], name)
    stored = list((element.get(name) or {}).values())
    kind = columns.types()[field["TYPE"]].kind if field else ""
    if kind == "drive":
        return [files.attachment_address(number) for number in stored]
    return [files.address(call.database, element, name, number) for number in stored] if kind == "file" else []


def delete(database: Database, element: Record) -> None:
    """Remove an element with its files."""
    for field in columns.of_block(database, element["IBLOCK_ID"]):
        forget_values(database, element, field)
    collection(database).delete(element["id"])


def forget_values(database: Database, element: Record, field: Record) -> None:
    """Destroy what an element's values of a field refer to."""
    kind = columns.types()[field["TYPE"]].kind
    if kind in {"file", "picture"}:
        for number in _kept(element, columns.name_of(field)).values():
            files.forget(database, number)


def _sent(call: Call) -> dict[str, Any]:
    return {name.upper(): value for name, value in call.mapping("FIELDS").items()}


def _defaults(call: Call, block: Record) -> dict[str, Any]:
    fields = columns.of_block(call.database, block["id"])
    given = {columns.name_of(field): field["DEFAULT_VALUE"] for field in fields if field["DEFAULT_VALUE"]}
    return given | {name: value for name, value in _counted(call, fields).items() if name not in given}


def _counted(call: Call, fields: Iterable[Record]) -> dict[str, Any]:
    """The next values of counters."""
    counted = {}
    for field in fields:
        if columns.types()[field["TYPE"]].kind == "counter":
            counted[columns.name_of(field)] = field["COUNTER"] + 1
            columns.collection(call.database).update(field["id"], {"COUNTER": field["COUNTER"] + 1})
    return counted


def _write(call: Call, element: Record, sent: Mapping[str, Any], code: str) -> None:
    if not sent.get("NAME"):
        raise RestError(code, "The name of the element is required.")
    element |= {"NAME": str(sent["NAME"])}
    for field in columns.of_block(call.database, element["IBLOCK_ID"]):
        name, kind = columns.name_of(field), columns.types()[field["TYPE"]]
        if name == "NAME" or kind.automatic:
            continue
        kept = _kept(element, name)
        if name in sent or not (kind.system or kind.kind in values.KEPT_WITHOUT_BEING_SENT):
            kept = values.read(values.Place(call, field, element["id"]), sent.get(name), kept)
        if field["IS_REQUIRED"] == "Y" and not kept:
            raise RestError(code, f"The required field '{field['NAME']}' is empty.")
        first = next(iter(kept.values()), None)
        element |= {name: first} if kind.system else {name: kept, _FIRST + name: values.sorted_as(kind.kind, first)}
    collection(call.database).update(element["id"], element)


def _kept(element: Record, name: str) -> dict[str, Any]:
    """The values an element has, by their ids; system fields have one without an id."""
    stored = element.get(name)
    if isinstance(stored, dict):
        return stored
    return {} if stored in (None, "") else {"": stored}


def _filter(conditions: Mapping[str, Any], fields: Mapping[str, Record]) -> dict[str, Any]:
    """Translate a filter: names as they are kept, masks in values, dates in the form in which they are kept."""
    translated: dict[str, Any] = {}
    for key, value in conditions.items():
        operator, name = split_operator(key)
        if isinstance(value, dict):
            translated[key] = _filter(value, fields)
            continue
        stored = _STORED.get(name.upper(), name.upper())
        if operator == "" and isinstance(value, str) and "%" in value:
            operator = "=%"
        translated[operator + stored] = _compared(stored, value, fields)
    return translated


def _compared(stored: str, value: Any, fields: Mapping[str, Record]) -> Any:
    if stored == "IBLOCK_SECTION_ID" and str(value) == "0":
        return None  # the top of the list
    if stored in _MOMENTS:
        return _moment(value)
    return values.comparable(columns.types()[fields[stored]["TYPE"]].kind, value) if stored in fields else value


def _moment(value: Any) -> Any:
    try:
        moment = read(value)
    except ValueError:
        return value
    return moment.isoformat()[: len("2026-12-31")] if len(str(value)) == len("2026-12-31") else moment.isoformat()


def _sorted_by(name: str) -> str:
    stored = _STORED.get(name.upper(), name.upper())
    return _FIRST + stored if stored.startswith("PROPERTY_") else stored


def _show(call: Call, element: Record, select: list[str], fields: Mapping[str, Record]) -> dict[str, Any]:
    every = [name for name in (*_OWN, *fields) if name not in {*_MOMENTS, "MODIFIED_BY"} or name in fields]
    wanted = every if not select or "*" in select else ["ID", *select]
    return {name: _value(call, element, name, fields) for name in dict.fromkeys(wanted) if _is_known(name, fields)}


def _is_known(name: str, fields: Mapping[str, Record]) -> bool:
    return name in _OWN or name in _ON_REQUEST or name in fields


def _value(call: Call, element: Record, name: str, fields: Mapping[str, Record]) -> Any:
    if name in _MOMENTS:
        return portal_form(read(element[name]))
    if name == "CREATED_USER_NAME":
        user = call.database.collection("users").get(element["CREATED_BY"]) or {}
        return f"{user.get('NAME', '')} {user.get('LAST_NAME', '')}".strip()
    if name == "BP_PUBLISHED":
        return "Y"
    stored = element.get(_STORED.get(name, name))
    kind = columns.types()[fields[name]["TYPE"]].kind if name in fields else "text"
    if name.startswith("PROPERTY_"):
        return {value_id: values.show(kind, value) for value_id, value in (stored or {}).items()} or []
    shown = values.show(kind, stored) if stored is not None else None
    return str(shown) if isinstance(shown, int) else shown
