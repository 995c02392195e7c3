"""What workflows run on: CRM records, elements of lists and files of the drive, by module, object and id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.entity_types import entity_type_named
from bitrix_node.sandbox.crm.items import Items
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.database import Database, Record
    from bitrix_node.sandbox.registry import Call

_CRM = "Bitrix\\Crm\\Integration\\BizProc\\Document\\"
_CRM_OBJECTS = {
    "CCrmDocumentLead": "LEAD",
    "CCrmDocumentContact": "CONTACT",
    "CCrmDocumentCompany": "COMPANY",
    "CCrmDocumentDeal": "DEAL",
    f"{_CRM}Quote": "QUOTE",
    f"{_CRM}SmartInvoice": "SMART_INVOICE",
    f"{_CRM}Dynamic": "DYNAMIC",
}
_FEED, _LISTS, _DRIVE = "BizprocDocument", "Bitrix\\Lists\\BizprocDocumentLists", "Bitrix\\Disk\\BizProcDocument"


@dataclass(frozen=True, slots=True)
class Document:
    """A document by its three-part id.

    Attributes:
        module: crm, lists or disk.
        entity: object, such as `CCrmDocumentDeal`.
        id: such as `DEAL_777`, or the number of an element or file.
        type: what templates are for, such as `DEAL` or `iblock_31`.
        record: the record as it is kept.
        kind: type of a CRM record; None for other documents.
    """

    module: str
    entity: str
    id: str
    type: str
    record: Record
    kind: EntityType | None = None

    @classmethod
    def find(cls, database: Database, parts: list[Any]) -> Document:
        """Look a document up.

        Args:
            database: the portal's data.
            parts: module, object and id.

        Raises:
            RestError: these are not three parts, there is no such kind of document, or no such document.
        """
        if len(parts) != len(("module", "object", "id")) or not all(isinstance(part, (str, int)) for part in parts):
            raise RestError("", "Wrong DOCUMENT_ID!")
        module, entity, document_id = (str(part) for part in parts)
        found: Document | None = None
        if module == "crm" and entity in _CRM_OBJECTS:
            found = cls._crm(database, entity, document_id)
        elif (module, entity) in {("lists", _FEED), ("lists", _LISTS), ("disk", _DRIVE)}:
            found = cls._other(database, module, entity, document_id)
        else:
            raise RestError("", "Incorrect document type!")
        if found is None:
            raise RestError("", "Wrong DOCUMENT_ID!")
        return found

    @property
    def name(self) -> str:
        """What people call it."""
        record = self.record
        person = f"{record.get('name') or ''} {record.get('lastName') or ''}".strip()
        return str(record.get("title") or record.get("NAME") or person or f"{self.type} {record['id']}")

    @property
    def url(self) -> str:
        """Where people look at it."""
        number = self.record["id"]
        if self.kind is not None:
            return f"/crm/{self.kind.name.lower()}/details/{number}/"
        if self.module == "disk":
            return f"/disk/file/{number}/"
        return f"/bizproc/processes/?livefeed=y&list_id={self.record['IBLOCK_ID']}&element_id={number}"

    def values(self, call: Call) -> dict[str, Any]:
        """Its fields under the names that templates know them by."""
        if self.kind is None:
            return {**self.record, "ID": self.record["id"]}
        fields = self.kind.all_fields(call.database)
        return {
            field.classic or name: self.record["id"] if name == "id" else self.record.get(name)
            for name, field in fields.items()
        }

    def change(self, call: Call, values: Mapping[str, Any]) -> None:
        """Set fields, named as templates know them; names it does not have are passed over."""
        if self.kind is None:
            collection = "lists_elements" if self.module == "lists" else "disk_objects"
            call.database.collection(collection).update(self.record["id"], values)
            return
        by_name = {field.classic: name for name, field in self.kind.all_fields(call.database).items()}
        sent = {by_name.get(name, name): value for name, value in values.items()}
        Items.of(call, self.kind).update(self.record["id"], sent)

    @classmethod
    def _crm(cls, database: Database, entity: str, document_id: str) -> Document | None:
        type_name, _, number = document_id.rpartition("_")
        kind = entity_type_named(database, type_name)
        if kind is None or not kind.name.startswith(_CRM_OBJECTS[entity]):
            return None
        record = kind.collection(database).get(to_integer(number) or 0)
        return None if record is None else cls("crm", entity, document_id, kind.name, record, kind)

    @classmethod
    def _other(cls, database: Database, module: str, entity: str, document_id: str) -> Document | None:
        collection, parent = ("lists_elements", "IBLOCK_ID") if module == "lists" else ("disk_objects", "STORAGE_ID")
        record = database.collection(collection).get(to_integer(document_id) or 0)
        if record is None:
            return None
        prefix = "iblock" if module == "lists" else "STORAGE"
        return cls(module, entity, document_id, f"{prefix}_{record[parent]}", record)


def is_type(database: Database, parts: list[Any]) -> bool:
    """Tell whether this is a type of document that templates can be for.

    Args:
        database: the portal's data.
        parts: module, object and type, such as `crm`, `CCrmDocumentDeal` and `DEAL`.
    """
    if len(parts) != len(("module", "object", "type")) or not all(isinstance(part, str) for part in parts):
        return False
    module, entity, name = parts
    if module == "crm":
        start = _CRM_OBJECTS.get(entity)
        return start is not None and name.startswith(start) and entity_type_named(database, name) is not None
    collections = {
        ("lists", _FEED): "lists_iblocks",
        ("lists", _LISTS): "lists_iblocks",
        ("disk", _DRIVE): "disk_storages",
    }
    prefix, _, number = name.partition("_")
    expected = "STORAGE" if module == "disk" else "iblock"
    return (module, entity) in collections and prefix == expected and to_integer(number) is not None
