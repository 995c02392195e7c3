"""How a stored CRM record looks in `crm.item.*` and in the classic methods."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.crm.multifields import KINDS, to_classic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.crm.files import FieldFiles
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.fields import Field


@dataclass(frozen=True)
class ItemView:
    """Records as `crm.item.*` shows them: camelCase names, numbers as numbers.

    Attributes:
        kind: their type.
        fields: fields by stored name.
        files: the files that fields hold.
        original_names: whether custom fields keep their `UF_CRM_…` names (`useOriginalUfNames`).
    """

    kind: EntityType
    fields: Mapping[str, Field]
    files: FieldFiles
    original_names: bool = False

    def show(self, record: Record, select: Iterable[str] | None = None) -> dict[str, Any]:
        """Write a record.

        Args:
            record: the stored record.
            select: wanted names; None or `*` for all. `fm` comes with `*` only.

        Returns:
            the item.
        """
        wanted = None if select is None else list(select)
        if wanted is None or "*" in wanted:
            return {**self._all(record), "entityTypeId": self.kind.id}
        names = [name for name in (self.listed_name(entry) for entry in wanted) if name and name != "fm"]
        return {self._shown_name(name): self._value(record, name) for name in dict.fromkeys(["id", *names])}

    def show_without_communications(self, record: Record) -> dict[str, Any]:
        """Write a record of a list that selected nothing in particular.

        Args:
            record: the stored record.

        Returns:
            the item without `fm`.
        """
        item = self.show(record)
        item.pop("fm", None)
        return item

    def stored_name(self, name: str) -> str | None:
        """Translate a name from a request.

        Args:
            name: camelCase name, or a custom field's original name.

        Returns:
            the stored name; None when there is no such field.
        """
        if name in self.fields:
            return name
        return self._by_original_name.get(name)

    def listed_name(self, name: str) -> str | None:
        """Translate a name in the filter, order or selection of a list, where upper-case names are understood too.

        Args:
            name: such as `id`, `ID` or `ASSIGNED_BY_ID`.

        Returns:
            the stored name; None when there is no such field.
        """
        return self.stored_name(name) or self._by_upper_name.get(name)

    def from_request(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a whole `fields` object.

        Args:
            sent: values by the caller's names.

        Returns:
            values by stored names; unknown names are dropped.
        """
        named = ((self.stored_name(name), value) for name, value in sent.items())
        return {name: value for name, value in named if name is not None}

    @cached_property
    def _by_upper_name(self) -> dict[str, str]:
        return {field.original_name: name for name, field in self.fields.items()}

    @cached_property
    def _by_original_name(self) -> dict[str, str]:
        return {field.original_name: name for name, field in self.fields.items() if field.dynamic}

    def _all(self, record: Record) -> dict[str, Any]:
        return {self._shown_name(name): self._value(record, name) for name in self.fields}

    def _value(self, record: Record, name: str) -> Any:
        field = self.fields[name]
        value = record.get(name, [] if field.multiple else None)
        return self.files.show(value) if field.type == "file" else value

    def _shown_name(self, name: str) -> str:
        field = self.fields[name]
        return field.original_name if self.original_names and field.dynamic else name


@dataclass(frozen=True)
class ClassicView:
    """Records as `crm.deal.*` and its like show them: upper-case names, numbers as text.

    Attributes:
        fields: fields by stored name.
        files: the files that fields hold.
    """

    fields: Mapping[str, Field]
    files: FieldFiles

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by upper-case name, without phones and e-mails."""
        shown = (field for field in self.fields.values() if field.type != "crm_multifield")
        return {field.classic: field for field in shown if field.classic}

    @property
    def communicates(self) -> bool:
        """Whether records have phones and e-mails."""
        return "fm" in self.fields

    def show(self, record: Record, select: Iterable[str] | None = None) -> dict[str, Any]:
        """Write a record.

        Args:
            record: the stored record.
            select: wanted names; `*` and `UF_*` are masks; None for everything, phones and e-mails included.

        Returns:
            the row.
        """
        wanted = self._wanted(select)
        row = {
            name: self._value(field, record.get(field.name))
            for name, field in self.by_name.items()
            if name in wanted and not (field.multiple and not field.dynamic)
        }
        row["ID"] = str(record["id"])
        for kind in KINDS:
            if self.communicates and (select is None or kind in wanted):
                entries = to_classic(record.get("fm") or [], kind)
                row |= {kind: entries} if entries else {}
        return row

    def from_request(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Translate a `fields` object.

        Args:
            sent: values by upper-case name.

        Returns:
            values by stored name; unknown names are dropped.
        """
        named = ((self.by_name.get(name.upper()), value) for name, value in sent.items())
        return {field.name: value for field, value in named if field is not None}

    def _value(self, field: Field, value: Any) -> Any:
        return self.files.show_classic(value) if field.type == "file" else field.show_classic(value)

    def _wanted(self, select: Iterable[str] | None) -> set[str]:
        masks = {"*", "UF_*"} if select is None else {entry.upper() for entry in select}
        wanted = set(masks)
        if "*" in masks:
            wanted |= {name for name, field in self.by_name.items() if not field.dynamic}
        if "UF_*" in masks:
            wanted |= {name for name, field in self.by_name.items() if field.dynamic}
        return wanted
