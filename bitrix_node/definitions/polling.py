"""Frozen models of what the trigger can watch by asking again and again, and the panel that comes of it."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal

from bitrix_node.definitions.models import Option, Parameter, VocabularyModel

RECORD_CHOICE = "pollRecord"
"""The parameter that says which kind of record is watched."""

KIND_CHOICE = "pollFor"
"""The parameter that says whether changes count, for records whose changes can be told."""


class RowField(VocabularyModel):
    """A field that polls go by: its name in filters, orders and selections, and its name in the rows."""

    field: str
    row: str


class PolledList(VocabularyModel):
    """How a list method is asked for the rows above an id, and for those changed within a span of time."""

    method: str
    version: Literal[2, 3] = 2
    arguments: dict[str, Any] = {}
    rows: str = ""
    id: RowField
    changed: RowField | None = None
    filter: str
    nests: bool = False
    order: str
    sort: str | None = None
    select: str | None = None
    selected: tuple[str, ...] = ()
    everything: tuple[str, ...] = ()


class PolledRecord(VocabularyModel):
    """One kind of record: a list with the arguments that make it hold only these."""

    name: str
    description: str | None = None
    scopes: tuple[str, ...]
    list: str
    arguments: dict[str, Any] = {}
    parameters: dict[str, str] = {}


class Polling(VocabularyModel):
    """Everything that can be watched."""

    lists: dict[str, PolledList]
    parameters: tuple[Parameter, ...]
    records: dict[str, PolledRecord]

    @cached_property
    def panel(self) -> tuple[Parameter, ...]:
        """The fields of the panel in order, with the choice of records and the records that each field shows for."""
        return tuple(self._shown(parameter) for parameter in self.parameters)

    def plan(self) -> dict[str, Any]:
        """What the shim has to know, as plain data."""
        return {
            "lists": {name: entry.model_dump(by_alias=True, exclude_none=True) for name, entry in self.lists.items()},
            "records": {
                name: entry.model_dump(by_alias=True, include={"name", "list", "arguments", "parameters"})
                for name, entry in self.records.items()
            },
            "parameters": {parameter.name: parameter.display_name for parameter in self.parameters},
        }

    def _shown(self, parameter: Parameter) -> Parameter:
        if parameter.name == RECORD_CHOICE:
            return parameter.model_copy(update={"options": self._choices()})
        if parameter.name == KIND_CHOICE:
            records = [name for name, record in self.records.items() if self.lists[record.list].changed is not None]
        else:
            records = [name for name, record in self.records.items() if parameter.name in record.parameters.values()]
        return parameter.model_copy(update={"show": {RECORD_CHOICE: tuple(records)}}) if records else parameter

    def _choices(self) -> tuple[Option, ...]:
        return tuple(
            Option(name=record.name, value=name, description=record.description)
            for name, record in self.records.items()
        )
