"""What sections and items have in common: cleaning what was sent, pictures, filters and rows."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import uploads
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.entity import properties, tree
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import Family, family

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_CUSTOM = "UF_"
_EMPTY = (None, "", False)
_VALUES = "PROPERTY_VALUES"


@dataclass(frozen=True, slots=True)
class Kind:
    """Sections, or items.

    Attributes:
        name: as method names have it.
        family: their fields.
        not_found: code of the refusal of an id.
        invalid: code of the refusal of a value.
    """

    name: str
    family: Family
    not_found: str
    invalid: str

    @property
    def is_item(self) -> bool:
        """Whether these are items, which have values for the storage's properties."""
        return self.name == "item"

    def collection(self, database: Database) -> Collection:
        """All records of this kind, of all storages."""
        return self.family.collection(database)

    def found(self, call: Call, storage: Record) -> Record:
        """The record that a call names by `ID`.

        Raises:
            RestError: `ERROR_ARGUMENT` without an id, and the kind's own code for one that the storage does not have.
        """
        number = call.integer("ID")
        if number <= 0:
            raise RestError("ERROR_ARGUMENT", "Argument 'ID' is null or empty")
        record = self.collection(call.database).get(number)
        if record is None or record["STORAGE"] != storage["id"]:
            raise RestError(self.not_found, f"{self.name.capitalize()} not found")
        return record

    def cleaned(self, call: Call, storage: Record, *, new: bool) -> Record:
        """What a call wants stored.

        Raises:
            RestError: the kind's own code for a value that its field cannot hold.
        """
        sent = {name.upper(): value for name, value in call.arguments.items()}
        pictures = {name for name in sent if name.endswith("PICTURE") and name in self.family.fields}
        try:
            record = self.family.clean({name: sent[name] for name in sent if name not in pictures}, new=new)
            record |= {name: _picture(call.database, sent[name]) for name in pictures}
            if self.is_item:
                known = properties.of_storage(call.database, storage)
                record |= properties.stored(call.database, known, call.mapping(_VALUES))
        except ValueError as problem:
            raise RestError(self.invalid, str(problem)) from problem
        record |= {name: value for name, value in sent.items() if name.startswith(_CUSTOM)}
        return record | self._stamps(call, storage, new=new)

    def field_name(self, storage: Record, name: str, codes: frozenset[str]) -> str:
        """How a name in a filter or order is stored.

        Raises:
            RestError: `ERROR_ARGUMENT` for a field that there is not.
        """
        upper = name.upper()
        code = name[len(properties.PREFIX) :] if upper.startswith(properties.PREFIX) else ""
        if code in codes:
            return properties.PREFIX + code
        if upper not in self.family.fields and not upper.startswith(_CUSTOM):
            raise RestError("ERROR_ARGUMENT", f"{storage['ENTITY']} has no field {name}")
        return "id" if upper == "ID" else upper

    def shown(self, call: Call, storage: Record, record: Record) -> dict[str, Any]:
        """A record as a row: numbers as text, pictures by their addresses."""
        row = self.family.show({**record, "ENTITY": storage["ENTITY"]})
        row |= {name: value for name, value in record.items() if name.startswith(_CUSTOM)}
        row |= {name: f"{call.portal}{row[name]}" for name in row if name.endswith("PICTURE") and row[name]}
        if not self.is_item:
            return row
        row |= {name: row[name] or "" for name in ("DATE_ACTIVE_FROM", "DATE_ACTIVE_TO")}
        known = properties.of_storage(call.database, storage)
        return row | ({_VALUES: properties.values(known, record, call.portal)} if known else {})

    def forget(self, database: Database, record: Record) -> None:
        """Destroy a record with its files."""
        for value in record.values():
            uploads.forget(database, value)
        self.collection(database).delete(record["id"])

    @staticmethod
    def _stamps(call: Call, storage: Record, *, new: bool) -> Record:
        moment = timestamp(call.now)
        stamps: Record = {"TIMESTAMP_X": moment, "MODIFIED_BY": call.user_id}
        return stamps | ({"STORAGE": storage["id"], "DATE_CREATE": moment, "CREATED_BY": call.user_id} if new else {})


SECTION = Kind("section", family("entity_section"), "ERROR_SECTION_NOT_FOUND", "ERROR_CORE")
ITEM = Kind("item", family("entity_item"), "ERROR_ITEM_NOT_FOUND", "ERROR_ARGUMENT")


def require_section(call: Call, kind: Kind, storage: Record, record: Record) -> None:
    """Refuse a section that a record cannot lie in.

    Raises:
        RestError: it is not in the storage, or is the section itself or one below it.
    """
    number = record.get("SECTION")
    if not number:
        return
    parent = tree.sections(call.database).get(number)
    if parent is None:
        raise RestError(kind.invalid, "Invalid parent section!")
    if parent["STORAGE"] != storage["id"]:
        raise RestError(kind.invalid, "The section belongs to another storage")
    inside = tree.below(call.database, record) if not kind.is_item and "id" in record else []
    if any(entry["id"] == number for entry in inside):
        raise RestError(kind.invalid, "A section cannot lie in itself")


def _picture(database: Database, sent: Any) -> str | None:
    if sent in _EMPTY:
        return None
    name, content = uploads.decode(sent)
    if not (mimetypes.guess_type(name)[0] or "").startswith("image/"):
        raise ValueError("Invalid file type")
    return uploads.keep(database, name, content)
