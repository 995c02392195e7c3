"""What of an answer becomes items."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.arguments import EVERYTHING
from bitrix_node.parameters.conversion import converted
from bitrix_node.parameters.paths import at_path, with_value
from bitrix_node.parameters.transforms import TRANSFORMS
from bitrix_node.parameters.values import UNSET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bitrix_node.definitions import Answer as AnswerSpec
    from bitrix_node.parameters import Values

Json = dict[str, Any]

OWN_ID = ("id", "ID")
"""Where a record has its own id."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")


def rows_path(result: Any, path: str) -> str:
    """Where the rows lie: at the given path, or, where none is given, under the only key if that holds a list."""
    if path or not isinstance(result, dict) or len(result) != 1:
        return path
    (name, value), *_ = result.items()
    return str(name) if isinstance(value, list) else path


def rows_at(result: Any, spec: AnswerSpec) -> list[Any]:
    """The rows of a list method; PHP writes an empty map as a list and some lists as maps keyed by id.

    Args:
        result: what the method returned.
        spec: says where the rows lie in it, and under which name a row of a map gets its key.
    """
    return _rows(at_path(result, rows_path(result, spec.path)), spec)


def _rows(found: Any, spec: AnswerSpec) -> list[Any]:
    if isinstance(found, dict):
        return [_with_key(row, key, spec) for key, row in found.items()]
    return found if isinstance(found, list) else []


def _with_key(row: Any, key: str, spec: AnswerSpec) -> Any:
    if spec.map_key is None:
        return row
    return {spec.map_key: key, **(row if isinstance(row, dict) else {spec.row_key: row})}


def matching_rows(rows: list[Any], spec: AnswerSpec, values: Values) -> list[Any]:
    """The rows that have what the parameters name; numbers and their texts are the same."""
    wanted = _texts(spec.match, values)
    return [row for row in rows if _has(as_item(row, spec), wanted)]


def as_item(row: Any, spec: AnswerSpec) -> Json:
    """A row as an item: a plain value stands under the row key."""
    return row if isinstance(row, dict) else {spec.row_key: row}


def _texts(paths: dict[str, str], values: Values) -> dict[str, str]:
    """Key of a row -> the parameter's value as text, empty where it was not given."""
    found = {key: converted(values, path) for key, path in paths.items()}
    return {key: "" if value is UNSET else str(value).strip() for key, value in found.items()}


def _has(row: Any, texts: dict[str, str]) -> bool:
    return all(str(at_path(row, key)) == text for key, text in texts.items())


def items_from_rows(rows: list[Any], spec: AnswerSpec, values: Values) -> list[Json]:
    """One item a row, but for rows that are not wanted; a plain value stands under the row key."""
    items = [as_item(row, spec) for row in rows]
    if spec.whole_rows:
        return items
    if spec.marks:
        items = [{**item, **spec.marks} for item in items]
    unwanted = _texts(spec.without, values)
    if unwanted and "" not in unwanted.values():
        items = [item for item in items if not _has(item, unwanted)]
    names = converted(values, spec.only) if spec.only is not None else UNSET
    return items if names in (UNSET, []) else [_only(item, names) for item in items]


def _only(item: Json, names: list[str]) -> Json:
    return item if "*" in names else {name: item[name] for name in names if name in item}


def items_from_result(result: Any, spec: AnswerSpec, values: Values) -> list[Json]:
    """The items of a single answer: an object is the item, a list one item a row, a value stands under the row key."""
    found = at_path(result, spec.path)
    if spec.confirmation is not None:
        word, paths = spec.confirmation
        return [{word: found is not False, **_given_ids(paths, values), **spec.marks}]
    if spec.transform is not None:
        found = TRANSFORMS[spec.transform](found)
    if isinstance(found, dict) and spec.map_key is not None:
        return items_from_rows(_rows(found, spec), spec, values)
    if isinstance(found, dict):
        return items_from_rows([found], spec, values)
    if isinstance(found, list):
        return items_from_rows(found, spec, values)
    return [{**spec.marks, spec.row_key: found if found is not None or spec.path == "" else result}]


def composed_item(spec: AnswerSpec, answers: Callable[[str], Any]) -> Json:
    """One item of what several steps answered; what none of them answered is left out.

    Args:
        spec: says what stands where.
        answers: gives what a step answered, by `step.path`, or `UNSET`.
    """
    item: Json = {}
    for key, paths in spec.item.items():
        found = next((value for value in map(answers, paths) if value is not UNSET), UNSET)
        if key != EVERYTHING:
            item |= {} if found is UNSET else {key: found}
        elif isinstance(found, dict):
            item |= found
    return item


def regular(items: list[Json], objects: Iterable[str] = ()) -> list[Json]:
    """The items with what methods write in several ways written in one.

    Their own ids are numbers, also where a method writes them as text; text that a number would not give back, such as
    `007` or a code, stays as it is. Objects without members are objects, not empty lists.

    Args:
        items: as the methods gave them.
        objects: paths of the fields that are objects; see `rest.objects`.
    """
    texts = {key for item in items for key in OWN_ID if isinstance(item.get(key), str) and _is_number(item[key])}
    if texts:
        items = [{**item, **_numbers(item, texts)} for item in items]
    for path in objects:
        items = [with_value(item, path, {}) if at_path(item, path) == [] else item for item in items]
    return items


def _numbers(item: Json, keys: Iterable[str]) -> Json:
    return {key: int(item[key]) for key in keys if _is_number(item.get(key))}


def _is_number(value: Any) -> bool:
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None


def _given_ids(paths: tuple[str, ...], values: Values) -> Json:
    given = {path.rpartition(".")[2]: converted(values, path) for path in paths}
    return {name: value for name, value in given.items() if value is not UNSET}
