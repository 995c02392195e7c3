"""Bitrix24 filters and sort orders, compiled to SQL over JSON records."""

# ruff: noqa: S608 - field names are quoted by `path`; values are always parameters

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bitrix_node.sandbox.clock import timestamp

FieldName = Callable[[str], str]
"""Turns the name in a filter into the stored one, or raises `RestError`."""

BY_ID = "id ASC"
"""The order of a list that names none."""

_KEY = "id"
_OPERATORS = ("!><", "!=%", "!%=", "><", ">=", "<=", "!=", "!%", "!@", "=%", "%=", "=", "!", ">", "<", "%", "@", "?")
_OFFSET_DATE = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$")
_NUMBER = re.compile(r"^[+-]?\d{1,300}(\.\d+)?$")
_LARGEST = 2**63
_FLAGS = {"Y": ["Y", 1], "N": ["N", 0]}
_COMPARISONS = {">": ">", ">=": ">=", "<": "<", "<=": "<="}


@dataclass(slots=True)
class Where:
    """A growing SQL condition.

    Attributes:
        field_name: how names in the filter are stored.
        plain: fields that are indexed, so hold scalars only.
        parameters: values for the question marks, in order.
    """

    field_name: FieldName
    plain: frozenset[str] = frozenset()
    parameters: list[Any] = field(default_factory=list)

    def compile(self, conditions: Mapping[str, Any]) -> str:
        """Compile a filter.

        Args:
            conditions: operator-prefixed names and values; `logic` (`AND`, `OR`) rules how they combine, and
                maps under numbered keys are filters of their own.

        Returns:
            SQL, `1` for an empty filter.
        """
        logic = " AND "
        parts: list[str] = []
        for key, value in conditions.items():
            if key.lower() == "logic":
                logic = " OR " if str(value).upper() == "OR" else " AND "
            elif isinstance(value, Mapping) and (key.isdigit() or split_operator(key)[1] == ""):
                nested = self.compile(value)
                parts.append(f"NOT ({nested})" if key.startswith("!") else f"({nested})")
            else:
                parts.append(self._condition(*split_operator(key), value))
        return f"({logic.join(parts)})" if parts else "1"

    def _condition(self, operator: str, name: str, value: Any) -> str:
        stored = self.field_name(name)
        if operator.startswith("!"):
            return f"NOT COALESCE({self._condition_positive(operator[1:] or '=', stored, value)}, 0)"
        return self._condition_positive(operator or "=", stored, value)

    def _condition_positive(self, operator: str, stored: str, value: Any) -> str:
        if stored == "id" or stored in self.plain:
            return self._compare(operator, column(stored), value)
        if _is_empty(value) and operator in ("=", "@"):
            return f"(COALESCE({column(stored)}, '') IN ('', '[]', 0))"
        test = self._compare(operator, "entry.value", value)
        return f"EXISTS (SELECT 1 FROM json_each(data, '{path(stored)}') AS entry WHERE {test})"

    def _compare(self, operator: str, expression: str, value: Any) -> str:
        if operator in ("=", "@"):
            values = list(value) if isinstance(value, (list, tuple)) else [value]
            return self._one_of(expression, values)
        if operator == "><":
            low, high = [*value, None, None][:2] if isinstance(value, (list, tuple)) else (value, value)
            return f"({self._order(expression, '>=', low)} AND {self._order(expression, '<=', high)})"
        if operator in _COMPARISONS:
            return self._order(expression, _COMPARISONS[operator], value)
        return self._text(operator, expression, value)

    def _one_of(self, expression: str, values: Sequence[Any]) -> str:
        spellings = [spelling for value in values for spelling in _spellings(value)]
        if not spellings:
            return "(0)"
        self.parameters.extend(spellings)
        marks = ", ".join("?" * len(spellings))
        return (
            f"({'COALESCE(' + expression + ', ' + chr(39) * 2 + ')' if '' in spellings else expression} IN ({marks}))"
        )

    def _order(self, expression: str, sign: str, value: Any) -> str:
        number = as_number(value)
        if number is not None:
            self.parameters.append(number)
            return f"({expression} {sign} ?)" if expression == _KEY else f"(CAST({expression} AS REAL) {sign} ?)"
        self.parameters.append(str(value) if isinstance(value, (Mapping, list, tuple)) else normal_date(value))
        return f"({expression} {sign} ?)"

    def _text(self, operator: str, expression: str, value: Any) -> str:
        text = str(value).casefold()
        mask = text if operator in ("=%", "%=") else "%" + re.sub(r"([%_\\])", r"\\\1", text) + "%"
        self.parameters.append(mask)
        return rf"(casefold({expression}) LIKE ? ESCAPE '\')"


def split_operator(key: str) -> tuple[str, str]:
    """Take the operator off a filter key.

    Args:
        key: such as `>=opportunity`.

    Returns:
        operator (may be empty) and field name.
    """
    operator = next((sign for sign in _OPERATORS if key.startswith(sign)), "")
    return operator, key[len(operator) :]


def column(stored: str) -> str:
    """SQL expression for a stored field.

    Args:
        stored: field name; `id` is the key column.

    Returns:
        the expression; the same text is used for indexes, so that they apply.
    """
    return _KEY if stored == _KEY else f"json_extract(data, '{path(stored)}')"


def path(stored: str) -> str:
    """JSON path of a stored field.

    Args:
        stored: field name.

    Returns:
        quoted path, safe inside an SQL string.
    """
    name = re.sub(r"['\"\\\x00]", "", stored)
    return f'$."{name}"'


def order_by(order: Mapping[str, Any] | Sequence[tuple[str, Any]], field_name: FieldName) -> str:
    """Compile a sort order.

    Args:
        order: field names with `ASC` or `DESC`.
        field_name: how the names are stored.

    Returns:
        SQL after `ORDER BY`; ends with the id, so that pages never overlap.
    """
    entries = order.items() if isinstance(order, Mapping) else order
    parts: list[str] = []
    for name, direction in entries:
        expression = column(field_name(name))
        parts.append(f"{expression} {'DESC' if str(direction).upper().startswith('DESC') else 'ASC'}")
        if expression == _KEY:
            return ", ".join(parts)
    return ", ".join([*parts, BY_ID])


def as_number(value: Any) -> float | int | None:
    """Read a number that may come as text.

    Args:
        value: a filter value.

    Returns:
        the number, or None.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    text = str(value).strip()
    if not _NUMBER.match(text):
        return None
    number = float(text) if "." in text else int(text)
    return number if abs(number) < _LARGEST else float(number)


def normal_date(value: Any) -> Any:
    """Bring a moment with an offset to the stored form.

    Args:
        value: any filter value.

    Returns:
        the moment in UTC as stored; every other value unchanged.
    """
    if not isinstance(value, str) or not _OFFSET_DATE.match(value):
        return value
    try:
        return timestamp(datetime.fromisoformat(value))
    except (ValueError, OverflowError):
        return value


def _is_empty(value: Any) -> bool:
    return value in (None, "", False) or value == []


def _spellings(value: Any) -> list[Any]:
    if value is None or value is False:
        return ["", 0] if value is None else [0, "N", ""]
    if value is True:
        return [1, "Y"]
    number = as_number(value)
    if number is not None:
        return [number, str(value)]
    if isinstance(value, (Mapping, list, tuple)):
        return [str(value)]
    return _FLAGS.get(value, [normal_date(value)])
