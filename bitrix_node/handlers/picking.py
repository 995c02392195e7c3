"""Picking rows of a list that always comes whole: filters and sort orders where the method knows none itself."""

from __future__ import annotations

import operator
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.answers import as_item
from bitrix_node.parameters.conversion import converted
from bitrix_node.parameters.paths import at_path
from bitrix_node.parameters.values import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.definitions import Answer as AnswerSpec
    from bitrix_node.parameters import Values

_CONDITION = re.compile(r"(!?)(<=|<|>=|>|=%|%=|%|@|=)?(.*)", re.DOTALL)


def picked_rows(rows: list[Any], spec: AnswerSpec, values: Values) -> list[Any]:
    """The rows that the item's filter lets through, in the order that it asks for.

    The filter is written as list methods of Bitrix24 write theirs: an object of field and value, or values of which one
    is enough; in front of the name may stand `<`, `<=`, `>`, `>=`, `@` (one of), `%` (contains) or `=%` (a pattern with
    `%` for any text), and `!` before them or alone for the opposite. Numbers and their texts are the same, and so are
    capitals and small letters.
    """
    conditions, directions = (_object(path, values) for path in (spec.filter, spec.order))
    found = [(as_item(row, spec), row) for row in rows]
    kept = [pair for pair in found if all(_fulfils(pair[0], name, wanted) for name, wanted in conditions.items())]
    for name, direction in reversed(directions.items()):
        kept.sort(key=partial(_sort_key, name), reverse=str(direction).upper() == "DESC")
    return [row for _, row in kept]


def _object(path: str | None, values: Values) -> dict[str, Any]:
    given = UNSET if path is None else converted(values, path)
    return given if isinstance(given, dict) else {}


def _fulfils(item: dict[str, Any], name: str, wanted: Any) -> bool:
    negation, sign, field = _CONDITION.fullmatch(name).groups()  # type: ignore[union-attr]
    found = _comparable(at_path(item, field))
    compare = _COMPARISONS[sign or "="]
    fulfilled = any(
        compare(found, _comparable(choice)) for choice in (wanted if isinstance(wanted, list) else [wanted])
    )
    return fulfilled != bool(negation)


def _ordered(compare: Callable[[Any, Any], bool], found: Any, wanted: Any) -> bool:
    """Whether one comes before the other; a number and a text cannot be told."""
    return bool(found[0] == wanted[0] and compare(found[1], wanted[1]))


def _contains(found: Any, wanted: Any) -> bool:
    return str(wanted[1]) in str(found[1])


def _matches(found: Any, wanted: Any) -> bool:
    pattern = ".*".join(re.escape(part) for part in str(wanted[1]).split("%"))
    return re.fullmatch(pattern, str(found[1]), re.DOTALL) is not None


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "@": operator.eq,
    "=%": _matches,
    "%=": _matches,
    "<": partial(_ordered, operator.lt),
    "<=": partial(_ordered, operator.le),
    ">": partial(_ordered, operator.gt),
    ">=": partial(_ordered, operator.ge),
    "%": _contains,
}


def _sort_key(name: str, pair: tuple[dict[str, Any], Any]) -> tuple[int, Any]:
    return _comparable(at_path(pair[0], name))


def _comparable(value: Any) -> tuple[int, Any]:
    """A value as something that sorts: nothing first, then numbers, then texts."""
    if value in (None, ""):
        return 0, ""
    try:
        return 1, float(value)
    except (TypeError, ValueError):
        return 2, str(value).casefold()
