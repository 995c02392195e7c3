"""Branches of workflows: which one of several is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.filters import as_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.sandbox.workflows.run import Activity, Run

_FIELD = "fieldcondition"
_VARIABLE = "propertyvariablecondition"
_MIXED = "mixedcondition"
_ALWAYS = "truecondition"


def holds(run: Run, branch: Activity) -> bool:
    """Tell whether a branch is to be taken.

    Args:
        run: the workflow.
        branch: an activity of the type IfElseBranchActivity. Its conditions are tried from the first to the last, each
            joined to what was found before by AND, or by OR where it says so.
    """
    settings = branch.get("Properties") or {}
    outcome = True
    for number, (left, operator, right, is_or) in enumerate(_conditions(run, settings)):
        met = _OPERATORS.get(operator, _OPERATORS["="])(left, right)
        outcome = met if number == 0 else (outcome or met) if is_or else (outcome and met)
    return outcome


def _conditions(run: Run, settings: dict[str, Any]) -> list[tuple[Any, str, Any, bool]]:
    if _ALWAYS in settings:
        return []
    if _MIXED in settings:
        return [
            (
                run.value(f"{{={entry.get('object')}:{entry.get('field')}}}"),
                str(entry.get("operator", "=")),
                run.value(entry.get("value")),
                str(entry.get("joiner", 0)) == "1",
            )
            for entry in settings[_MIXED]
        ]
    source = "Document" if _FIELD in settings else "Variable"
    rows = settings.get(_FIELD) or settings.get(_VARIABLE) or []
    return [_row(run, source, list(row)) for row in rows]


def _row(run: Run, source: str, row: list[Any]) -> tuple[Any, str, Any, bool]:
    name, operator, expected, joiner = [*row, None, None, None][:4]
    left = run.value(f"{{={source}:{name}}}")
    if left is None and source == "Variable":
        left = run.value(f"{{=Template:{name}}}")
    return left, str(operator or "="), run.value(expected), str(joiner) == "1"


def _equal(left: Any, right: Any) -> bool:
    if isinstance(left, list):
        return any(_equal(entry, right) for entry in left)
    numbers = as_number(left), as_number(right)
    if None not in numbers:
        return numbers[0] == numbers[1]
    return str("" if left is None else left) == str("" if right is None else right)


def _before(left: Any, right: Any) -> bool:
    first, second = as_number(left), as_number(right)
    if first is not None and second is not None:
        return first < second
    return str(left or "") < str(right or "")


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _before,
    "<=": lambda left, right: not _before(right, left),
    ">": lambda left, right: _before(right, left),
    ">=": lambda left, right: not _before(left, right),
    "empty": lambda left, _right: left in (None, "", []),
    "!empty": lambda left, _right: left not in (None, "", []),
    "contain": lambda left, right: str(right).casefold() in str(left).casefold(),
    "in": lambda left, right: any(_equal(left, entry) for entry in (right if isinstance(right, list) else [right])),
}
