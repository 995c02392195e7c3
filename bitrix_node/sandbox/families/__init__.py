"""Families of simple records: add, change, list and document them by their description alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import Field
from bitrix_node.sandbox.registry import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

_AS_STORED = {"object", "number"}
"""Types of fields that are shown as they are where a family writes numbers as text."""


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of simple record, as a file of this folder describes it.

    Attributes:
        collection_name: where its records are kept.
        key: name under which rows show their id, `ID` or `id`.
        fields: by name, which is stored name and shown name at once.
        text_numbers: whether rows show numbers as text.
    """

    collection_name: str
    key: str
    fields: Mapping[str, Field]
    text_numbers: bool = False

    def collection(self, database: Database) -> Collection:
        """Open the records.

        Args:
            database: the portal's data.

        Returns:
            the collection.
        """
        return database.collection(self.collection_name)

    def show(self, record: Record, select: Iterable[str] | None = None) -> dict[str, Any]:
        """Write a record as a row.

        Args:
            record: the stored record.
            select: wanted names; None, nothing or `*` for all.

        Returns:
            the row; it always has the id.
        """
        wanted = set(select or ())
        everything = not wanted or "*" in wanted
        names = [name for name in self.fields if everything or name in wanted or name == self.key]
        return {name: self._shown(name, record) for name in names}

    def clean(self, sent: Mapping[str, Any], *, new: bool) -> Record:
        """Bring sent values to their stored form.

        Args:
            sent: values by name; unknown and read-only names are dropped.
            new: whether the record is being made: defaults are filled in and immutable fields accepted.

        Returns:
            what to store.

        Raises:
            ValueError: a value is not of its field's type; the text names the field.
        """
        record: Record = {}
        for name, field in self.fields.items():
            if new and field.default is not None:
                record[name] = field.default
            if name in sent and not field.read_only and (new or not field.immutable):
                record[name] = self._stored(field, sent[name])
        return record

    def missing(self, record: Record) -> list[str]:
        """Name the required fields that are empty.

        Args:
            record: a record about to be made.

        Returns:
            field names in their order.
        """
        return [name for name, field in self.fields.items() if field.required and record.get(name) in (None, "")]

    def query(
        self,
        call: Call,
        *,
        conditions: Mapping[str, Any] | None = None,
        order: Mapping[str, Any] | None = None,
        field_name: Callable[[str], str] | None = None,
    ) -> tuple[list[Record], int]:
        """Fetch the page a list call asks for.

        Args:
            call: names `filter`, `order` and `start`.
            conditions: used in place of the call's filter.
            order: used in place of the call's order.
            field_name: judges names; unknown names are an error of REST 2 controllers by default.

        Returns:
            records and the number of all matches.
        """
        return self.collection(call.database).query(
            call.mapping("filter") if conditions is None else conditions,
            call.mapping("order") if order is None else order,
            start=call.start,
            limit=PAGE_SIZE,
            field_name=field_name or self.field_name,
        )

    def field_name(self, name: str) -> str:
        """Translate a name in a filter or order.

        Args:
            name: as sent, in any case.

        Returns:
            the stored name.

        Raises:
            RestError: there is no such field.
        """
        lowered = name.lower()
        found = next((known for known in self.fields if known.lower() == lowered), None)
        if found is None:
            raise RestError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter")
        return "id" if found == self.key else found

    def describe(self) -> dict[str, Any]:
        """Document the fields as classic `*.fields` methods do.

        Returns:
            descriptions by name.
        """
        return {name: field.describe(classic=True) for name, field in self.fields.items()}

    def _shown(self, name: str, record: Record) -> Any:
        value = record["id"] if name == self.key else record.get(name)
        field = self.fields[name]
        return field.show_classic(value) if self.text_numbers and field.type not in _AS_STORED else value

    @staticmethod
    def _stored(field: Field, value: Any) -> Any:
        try:
            return field.store(value)
        except (TypeError, ValueError) as problem:
            raise ValueError(f"Invalid value for field '{field.name}'") from problem


@cache
def family(name: str) -> Family:
    """Look a family up.

    Args:
        name: its key in one of the files.

    Returns:
        the family.
    """
    entry = descriptions()[name]
    fields = {field: Field.parse(field, description) for field, description in entry["fields"].items()}
    return Family(entry["collection"], entry["key"], fields, entry.get("text_numbers", False))


@cache
def descriptions() -> dict[str, dict[str, Any]]:
    """Every family as its file describes it, by name.

    Raises:
        ValueError: two files describe a family of the same name.
    """
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(Path(__file__).parent.glob("*.yaml")):
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        twice = found.keys() & document.keys()
        if twice:
            raise ValueError(f"{file.name} describes families that another file has: {', '.join(sorted(twice))}.")
        found |= document
    return found
