"""Rows of the panel that make up a JSON field: the conditions of a filter, and the entries of a sort order.

A condition is a field with an operator and a value; which operators there are, what stands in front of the field's name
for each and what it compares with, are the choices of the column `operator` in the definitions.
See the filter parameters of crm.item.list in the REST documentation for prefixes and `logic`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import ParameterError
from bitrix_node.parameters.transforms.general import name_list
from bitrix_node.parameters.types import shortened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bitrix_node.definitions import Option, Parameter

Json = dict[str, Any]

_PREFIX = re.compile(r"[<>=!@%?]")


def filled(parameter: Parameter, rows: Json, beside: Json, combination: str | None) -> Json:
    """What the rows build, with what stands in the JSON field merged last.

    Args:
        parameter: whose rows they are.
        rows: the typed rows, by group.
        beside: what stands in the JSON field itself.
        combination: `AND` or `OR`, where the method can combine conditions; `None` where all of them always count.

    Raises:
        ParameterError: for a row that is not complete, or that would take the place of another entry.
    """
    [group] = parameter.groups
    table = [
        _Row(parameter, f"{parameter.name}.{group.name}[{index}]", index + 1, row)
        for index, row in enumerate(rows.get(group.name, []))
    ]
    if parameter.builds == "order":
        return {**_order(table, beside), **beside}
    conditions = [row.conditions() for row in table]
    if combination == "OR":
        return _any(conditions, beside)
    return _all(table, conditions, beside, nests=combination is not None)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row as it was filled in.

    Attributes:
        parameter: whose row it is.
        path: where it stands.
        number: how a person counts it.
        cells: its typed values.
    """

    parameter: Parameter
    path: str
    number: int
    cells: Json

    def refusal(self, column: str, message: str, advice: str = "") -> ParameterError:
        """What is wrong with the row, named as the panel shows it."""
        return ParameterError(
            f"{self.path}.{column}", f"'{self.parameter.display_name}' row {self.number} {message}", advice
        )

    def field(self) -> str:
        """The name of the field."""
        name = str(self.cells.get("field", "")).strip()
        if not name:
            raise self.refusal("field", "names no field", f"Fill in '{self._column('field').display_name}'.")
        if _PREFIX.match(name):
            raise self.refusal("field", f"has an operator in the field's name ({name})", "Choose it under 'Operator'.")
        return name

    def conditions(self) -> Json:
        """The row as a part of a filter; a range is two conditions."""
        operator = self._operator()
        if operator.takes == "range":
            bounds = {">=": "value", "<=": "upperValue"}
            return {f"{prefix}{self.field()}": self._single(column, operator) for prefix, column in bounds.items()}
        return {f"{operator.prefix}{self.field()}": _READ[operator.takes](self, operator)}

    def nothing(self, _: Option) -> str:
        """What an empty field is compared with."""
        return ""

    def value(self, operator: Option) -> Any:
        """The one value."""
        return self._single("value", operator)

    def part(self, operator: Option) -> str:
        """The value as a pattern for what has it in it."""
        return f"%{self.value(operator)}%"

    def beginning(self, operator: Option) -> str:
        """The value as a pattern for what begins with it."""
        return f"{self.value(operator)}%"

    def end(self, operator: Option) -> str:
        """The value as a pattern for what ends with it."""
        return f"%{self.value(operator)}"

    def list(self, operator: Option) -> list[str]:
        """The values, from a list, a JSON array or text with commas."""
        found = self.cells.get("value", "")
        names = name_list(found) if isinstance(found, list | str) else []
        if not names:
            raise self.refusal("value", f"has no values for '{operator.name}'", "Separate them by commas.")
        return names

    def _single(self, column: str, operator: Option) -> Any:
        found = self.cells.get(column, "")
        if isinstance(found, bool):
            advice = "Bitrix24 keeps yes and no as Y and N, in custom fields as 1 and 0."
            raise self.refusal(column, f"compares with {str(found).lower()}, which is no value", advice)
        if isinstance(found, list | dict):
            advice = "For several values choose an operator with a list, or give the condition as JSON."
            raise self.refusal(column, f"needs one value for '{operator.name}'; got {shortened(found)}", advice)
        if str(found).strip() == "":
            caption = self._column(column).display_name
            advice = f"Fill in '{caption}', or choose an operator for empty fields."
            raise self.refusal(column, f"has no '{caption}' for '{operator.name}'", advice)
        return found

    def _operator(self) -> Option:
        column = self._column("operator")
        chosen = self.cells.get("operator", column.default)
        return next(option for option in column.options or () if option.value == chosen)

    def _column(self, name: str) -> Parameter:
        [group] = self.parameter.groups
        return next(member for member in group.members if member.name == name)


_READ: dict[str, Callable[[_Row, Option], Any]] = {
    "beginning": _Row.beginning,
    "end": _Row.end,
    "list": _Row.list,
    "nothing": _Row.nothing,
    "part": _Row.part,
    "value": _Row.value,
}


def _all(table: Iterable[_Row], conditions: Iterable[Json], beside: Json, *, nests: bool) -> Json:
    """Conditions that all have to hold: a key that is taken stands in a group of its own, where the method has such."""
    together: Json = {}
    groups: list[Json] = []
    for row, entries in zip(table, conditions, strict=True):
        for key, value in entries.items():
            if {**together, **beside}.get(key, value) == value:
                together[key] = value
            elif nests:
                groups.append({key: value})
            else:
                field = row.field()
                advice = (
                    f"Bitrix24 takes one such condition for {field} here. Join them in one row, for example as a list."
                )
                raise row.refusal("field", f"sets the condition {key} a second time", advice)
    return {**together, **beside, **dict(zip(_free_numbers(beside), groups, strict=False))}


def _any(conditions: Iterable[Json], beside: Json) -> Json:
    """Conditions one of which has to hold, beside those in the JSON field, which all have to."""
    alternatives = dict(zip(map(str, count()), conditions, strict=False))
    return {**beside, next(_free_numbers(beside)): {"logic": "OR", **alternatives}} if alternatives else beside


def _free_numbers(beside: Json) -> Iterator[str]:
    """Keys for groups of conditions; not from 0, since keys without a gap from there on would be a list."""
    return (str(number) for number in count(1) if str(number) not in beside)


def _order(table: Iterable[_Row], beside: Json) -> Json:
    order: Json = {}
    for row in table:
        field = row.field()
        if field in {**order, **beside}:
            raise row.refusal("field", f"sorts by {field} a second time", "Name each field once.")
        order[field] = row.cells.get("direction", "ASC")
    return order
