"""The settings of all custom fields of the portal, kept under the names of the classic methods."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.custom_fields.types import languages, settings_of, titles
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record

LABELS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL", "ERROR_MESSAGE", "HELP_MESSAGE")
_FLAGS = {"MULTIPLE": "N", "MANDATORY": "N", "SHOW_FILTER": "N", "SHOW_IN_LIST": "N", "EDIT_IN_LIST": "Y"}
_CHANGED_FLAGS = ("MANDATORY", "SHOW_FILTER", "SHOW_IN_LIST", "EDIT_IN_LIST", "IS_SEARCHABLE")
_WAYS_TO_FILTER = ("I", "E", "S")
_NAME = re.compile(r"^[A-Z0-9_]+$")
_LONGEST_NAME = 50


def custom_field_rows(database: Database) -> Collection:
    """Open the settings.

    Args:
        database: the portal's data.

    Returns:
        records with `ENTITY_ID`, `FIELD_NAME`, `USER_TYPE_ID` and so on.
    """
    return database.collection("custom_fields", ("ENTITY_ID", "FIELD_NAME"))


def add_custom_field(database: Database, entity: str, name: str, sent: Mapping[str, Any]) -> Record:
    """Give an entity a new field.

    Args:
        database: the portal's data.
        entity: such as `CRM_DEAL`.
        name: the field's full name.
        sent: settings by upper-case name.

    Returns:
        the stored record.

    Raises:
        RestError: ERROR_CORE for a name or a type that cannot be.
    """
    kind = str(sent.get("USER_TYPE_ID") or "")
    _check(database, entity, name, kind)
    record: Record = {"ENTITY_ID": entity, "FIELD_NAME": name, "USER_TYPE_ID": kind, "IS_SEARCHABLE": "N"}
    record |= _FLAGS
    record |= _flags(sent, (*_CHANGED_FLAGS, "MULTIPLE"))
    if kind == "boolean":
        record["MULTIPLE"] = "N"
    record |= {"XML_ID": sent.get("XML_ID"), "SORT": to_integer(sent.get("SORT")) or 100}
    record["SETTINGS"] = {key: entry["default"] for key, entry in settings_of(kind).items()} | _map(sent, "SETTINGS")
    record |= {label: _texts(sent.get(label), sent.get("LABEL")) for label in LABELS}
    if kind == "enumeration":
        record["LIST"] = _choices(database, [], sent.get("LIST"))
    rows = custom_field_rows(database)
    return rows.get(rows.insert(record)) or {}


def change_custom_field(database: Database, row: Record, sent: Mapping[str, Any]) -> Record:
    """Change the settings of a field; its name, type and multiplicity stay.

    Args:
        database: the portal's data.
        row: the stored record.
        sent: settings by upper-case name.

    Returns:
        the changed record.

    Raises:
        RestError: ERROR_CORE when two choices of a list have the same external code.
    """
    changes = _flags(sent, _CHANGED_FLAGS)
    changes |= {"XML_ID": sent["XML_ID"]} if "XML_ID" in sent else {}
    changes |= {"SORT": to_integer(sent["SORT"]) or row["SORT"]} if "SORT" in sent else {}
    changes |= {"SETTINGS": {**row["SETTINGS"], **_map(sent, "SETTINGS")}} if "SETTINGS" in sent else {}
    changes |= {label: {**row[label], **_texts(sent[label], "")} for label in LABELS if label in sent}
    if row["USER_TYPE_ID"] == "enumeration" and "LIST" in sent:
        changes["LIST"] = _choices(database, row["LIST"], sent["LIST"])
    custom_field_rows(database).update(row["id"], changes)
    return {**row, **changes}


def _check(database: Database, entity: str, name: str, kind: str) -> None:
    if len(name) > _LONGEST_NAME:
        raise RestError("ERROR_CORE", f"Field name is too long (more than {_LONGEST_NAME} characters).")
    if not _NAME.match(name):
        raise RestError("ERROR_CORE", "Field name contains invalid characters. Allowed characters are: A-Z, 0-9 and _.")
    if kind not in titles():
        raise RestError("ERROR_CORE", "Incorrect custom type specified.")
    if custom_field_rows(database).first(ENTITY_ID=entity, FIELD_NAME=name) is not None:
        raise RestError("ERROR_CORE", f"Field {name} already exists for the object {entity}.")


def _flags(sent: Mapping[str, Any], names: tuple[str, ...]) -> Record:
    """Flags as Y and N; the one for filters may say how to filter: by the exact value, a mask or a part of it."""
    flags: Record = {name: "Y" if is_true(sent[name]) else "N" for name in names if name in sent}
    if sent.get("SHOW_FILTER") in _WAYS_TO_FILTER:
        flags["SHOW_FILTER"] = sent["SHOW_FILTER"]
    return flags


def _texts(sent: Any, otherwise: Any) -> dict[str, str]:
    """A label in every language, from one text or from texts by language."""
    if isinstance(sent, Mapping):
        return {language: str(sent.get(language) or otherwise or "") for language in languages()}
    return dict.fromkeys(languages(), str(sent or otherwise or ""))


def _choices(database: Database, present: list[Record], sent: Any) -> list[Record]:
    """Work sent choices into those of a list: an id changes or deletes one, everything else adds one."""
    choices = {choice["ID"]: dict(choice) for choice in present}
    rows = list(sent.values()) if isinstance(sent, Mapping) else sent
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, Mapping):
            continue
        entry = {str(name).upper(): value for name, value in row.items()}
        known = choices.get(to_integer(entry.get("ID")) or 0)
        if known is None:
            if entry.get("VALUE") not in (None, ""):
                choice = _new_choice(database, entry)
                choices[choice["ID"]] = choice
        elif is_true(entry.get("DEL", "N")):
            del choices[known["ID"]]
        else:
            known.update(_cleaned_choice(entry))
    _require_own_codes(choices.values())
    return sorted(choices.values(), key=lambda choice: (choice["SORT"], choice["ID"]))


def _new_choice(database: Database, entry: Mapping[str, Any]) -> Record:
    number = database.collection("custom_field_choices").insert({})
    code = hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()
    return {"ID": number, "SORT": 0, "DEF": "N", "XML_ID": code, **_cleaned_choice(entry)}


def _cleaned_choice(entry: Mapping[str, Any]) -> Record:
    cleaned: Record = {name: str(entry[name]) for name in ("VALUE", "XML_ID") if entry.get(name) not in (None, "")}
    cleaned |= {"SORT": to_integer(entry["SORT"]) or 0} if "SORT" in entry else {}
    return cleaned | ({"DEF": "Y" if is_true(entry["DEF"]) else "N"} if "DEF" in entry else {})


def _require_own_codes(choices: Any) -> None:
    seen: set[str] = set()
    for choice in choices:
        if choice["XML_ID"] in seen:
            raise RestError("ERROR_CORE", f"List item with value XML_ID={choice['XML_ID']} already exists.")
        seen.add(choice["XML_ID"])


def _map(sent: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = sent.get(name)
    return dict(value) if isinstance(value, Mapping) else {}
