"""What of an answer becomes items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.conversion import converted
from bitrix_node.parameters.values import UNSET

if TYPE_CHECKING:
    from bitrix_node.definitions import Answer as AnswerSpec
    from bitrix_node.parameters import Values

Json = dict[str, Any]


def at_path(value: Any, path: str) -> Any:
    """The part of a result at a dotted path, numbers indexing lists; `None` where there is none."""
    for step in path.split(".") if path else []:
        if isinstance(value, list):
            value = value[int(step)] if step.isdigit() and int(step) < len(value) else None
        elif isinstance(value, dict):
            value = value.get(step)
        else:
            return None
    return value


def rows_path(result: Any, path: str) -> str:
    """Where the rows lie: at the given path, or, where none is given, under the only key if that holds a list."""
    if path or not isinstance(result, dict) or len(result) != 1:
        return path
    (name, value), *_ = result.items()
    return str(name) if isinstance(value, list) else path


def rows_at(result: Any, path: str) -> list[Any]:
    """The rows of a list method; PHP writes an empty map as a list and some lists as maps keyed by id."""
    rows = at_path(result, rows_path(result, path))
    if isinstance(rows, dict):
        return list(rows.values())
    return rows if isinstance(rows, list) else []


def items_from_rows(rows: list[Any], spec: AnswerSpec) -> list[Json]:
    """One item a row; a plain value stands under the row key."""
    return [row if isinstance(row, dict) else {spec.row_key: row} for row in rows]


def items_from_result(result: Any, spec: AnswerSpec, values: Values) -> list[Json]:
    """The items of a single answer: an object is the item, a list is one item a row, a value is `{"result": value}`."""
    if spec.deleted is not None:
        return [{"deleted": True, **_given_ids(spec.deleted, values)}]
    found = at_path(result, spec.path)
    if isinstance(found, dict):
        return [found]
    if isinstance(found, list):
        return items_from_rows(found, spec)
    return [{"result": found if found is not None or spec.path == "" else result}]


def _given_ids(paths: tuple[str, ...], values: Values) -> Json:
    given = {path.rpartition(".")[2]: converted(values, path) for path in paths}
    return {name: value for name, value in given.items() if value is not UNSET}
