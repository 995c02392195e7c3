"""Lists of workflows, their tasks and templates: SELECT, FILTER and ORDER with upper-case names in any case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call, Page


@dataclass(frozen=True, slots=True)
class Listing:
    """How one kind of record is listed.

    Attributes:
        collection: where the records are kept.
        fields: names that can be shown.
        shown: names of a row where the call selects none.
        order: order where the call has none.
        stored: names under which fields are kept, where that is not their own.
        raw: fields whose values keep their type; numbers of all others are shown as text.
    """

    collection: str
    fields: tuple[str, ...]
    shown: tuple[str, ...]
    order: Mapping[str, str]
    stored: Mapping[str, str] = field(default_factory=dict)
    raw: frozenset[str] = frozenset()

    def page(self, call: Call, conditions: Mapping[str, Any] | None = None) -> Page:
        """The page a call asks for.

        Args:
            call: names `SELECT`, `FILTER`, `ORDER` and `start`.
            conditions: what every row fulfils besides, by stored name.

        Raises:
            RestError: the selection is no list.
        """
        rows, total = call.database.collection(self.collection).query(
            {**call.mapping("filter"), **(conditions or {})},
            call.mapping("order") or dict(self.order),
            start=call.start,
            limit=PAGE_SIZE,
            field_name=self.stored_name,
        )
        names = self.selected(call)
        return call.page([self.show(row, names) for row in rows], total)

    def selected(self, call: Call) -> list[str]:
        """The names that the rows have.

        Raises:
            RestError: the selection is no list.
        """
        if isinstance(call.value("select"), str) and call.text("select"):
            raise RestError("ERROR_SELECT_VALIDATION_FAILURE", "Invalid data in SELECT parameter")
        wanted = {str(name).upper() for name in call.sequence("select")}
        if "*" in wanted:
            return list(self.fields)
        return [name for name in self.fields if name in wanted] or list(self.shown)

    def show(self, record: Record, names: list[str]) -> dict[str, Any]:
        """Write a record."""
        return {name: self._value(name, record.get(self.stored_name(name))) for name in names}

    def stored_name(self, name: str) -> str:
        """The name under which a field is kept."""
        return self.stored.get(name.upper(), name.upper())

    def _value(self, name: str, value: Any) -> Any:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return str(value) if is_number and name not in self.raw else value
