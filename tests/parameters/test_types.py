"""What a panel value of each parameter type may be."""

from __future__ import annotations

import datetime
from typing import Any, get_args

import pytest

from bitrix_node.definitions import Parameter
from bitrix_node.definitions.models import ParameterType
from bitrix_node.parameters import UNSET
from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import TRANSFORMS
from bitrix_node.parameters.types import TAKE_LISTS, read_typed, shortened

NESTED_OR_UNREAD = {"collection", "fixedCollection", "notice", "hidden", "resourceMapper"}
OPTIONS = {"options": [{"name": "To Do", "value": "todo"}, {"name": "Level Two", "value": 2}]}
FIELDS = {"fieldLookup": "deals"}
RANGE = {"minValue": 1, "maxValue": 50}
MOMENT = datetime.datetime(2026, 11, 23, 16, 30, tzinfo=datetime.UTC)

READ: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("string", {}, "text", "text"),
    ("string", {}, "", ""),
    ("string", {}, 7, "7"),
    ("string", {}, MOMENT, "2026-11-23T16:30:00+00:00"),
    ("string", {"transform": "integerList"}, [7, "8"], [7, "8"]),
    ("number", {}, 7, 7),
    ("number", {}, 9007199254740993, 9007199254740993),
    ("number", {}, " 9007199254740993 ", 9007199254740993),
    ("number", {}, "7.0", 7),
    ("number", {}, "7.5", 7.5),
    ("number", {}, "", UNSET),
    ("number", RANGE, 1, 1),
    ("number", RANGE, 50, 50),
    ("boolean", {}, False, False),
    ("boolean", {}, "Yes", True),
    ("boolean", {}, " n ", False),
    ("boolean", {}, 1, True),
    ("options", OPTIONS, "todo", "todo"),
    ("options", OPTIONS, "TODO", "todo"),
    ("options", OPTIONS, "to do", "todo"),
    ("options", OPTIONS, "2", 2),
    ("options", OPTIONS, "", UNSET),
    ("options", {**OPTIONS, "customValues": True}, "other", "other"),
    ("options", {}, "loaded from the portal", "loaded from the portal"),
    ("multiOptions", OPTIONS, "todo, 2", ["todo", 2]),
    ("multiOptions", OPTIONS, ["Level Two"], [2]),
    ("multiOptions", OPTIONS, "", []),
    ("multiOptions", FIELDS, ["ID", " UF_* "], ["ID", "UF_*"]),
    ("multiOptions", FIELDS, "ID, TITLE,", ["ID", "TITLE"]),
    ("multiOptions", FIELDS, '["ID", "TITLE"]', ["ID", "TITLE"]),
    ("multiOptions", FIELDS, ["ID, TITLE", "UF_*"], ["ID", "TITLE", "UF_*"]),
    ("multiOptions", FIELDS, [], UNSET),
    ("multiOptions", FIELDS, " ", UNSET),
    ("multiOptions", FIELDS, "[]", UNSET),
    ("json", {}, '{"a": [1]}', {"a": [1]}),
    ("json", {}, " ", UNSET),
    ("json", {}, [1], [1]),
    ("json", {}, "null", None),
    ("dateTime", {}, "2026-11-23", "2026-11-23"),
    ("dateTime", {}, MOMENT, "2026-11-23T16:30:00+00:00"),
    ("dateTime", {}, "", UNSET),
    ("color", {}, "#39A8EF", "#39A8EF"),
    ("resourceLocator", {}, {"mode": "id", "value": 57}, "57"),
    ("resourceLocator", {}, "57", "57"),
    ("resourceLocator", {}, {"mode": "list", "value": ""}, UNSET),
    ("resourceLocator", {}, {}, UNSET),
]

REFUSED: list[tuple[str, dict[str, Any], Any, str]] = [
    ("string", {}, True, "text"),
    ("string", {}, ["a"], "text"),
    ("string", {}, {"a": 1}, "text"),
    ("string", {"transform": "upperCase"}, ["a"], "text"),
    ("number", {}, "seven", "a number"),
    ("number", {}, "1_000", "a number"),
    ("number", {}, True, "a number"),
    ("number", {}, [7], "a number"),
    ("number", {}, "nan", "a number"),
    ("number", {}, "inf", "a number"),
    ("number", {}, "-Infinity", "a number"),
    ("number", RANGE, 0, "1 or more"),
    ("number", RANGE, "50.5", "50 or less"),
    ("boolean", {}, "perhaps", "true or false"),
    ("boolean", {}, 2, "true or false"),
    ("boolean", {}, "", "true or false"),
    ("options", OPTIONS, "done", "one of todo, 2"),
    ("options", {**OPTIONS, "default": "todo"}, "", "one of todo, 2"),
    ("multiOptions", OPTIONS, "todo, done", "one of todo, 2"),
    ("multiOptions", OPTIONS, 5, "a list"),
    ("multiOptions", FIELDS, 5, "names of fields, as a list or separated by commas"),
    ("multiOptions", FIELDS, ["ID", None], "names of fields, as a list or separated by commas"),
    ("multiOptions", FIELDS, '["ID"', 'a JSON array such as ["ID", "TITLE"], or names with commas'),
    ("json", {}, '{"a": 1,\n "b" 2}', "valid JSON (Expecting ':' delimiter at line 2, column 6)"),
    ("json", {}, "text", "valid JSON (Expecting value at line 1, column 1)"),
    ("resourceLocator", {}, {"value": [1]}, "text"),
]


def parameter(kind: str, more: dict[str, Any]) -> Parameter:
    return Parameter.model_validate({"name": "field", "displayName": "Field", "type": kind, **more})


@pytest.mark.parametrize(("kind", "more", "raw", "value"), READ)
def test_a_value_is_read(kind: str, more: dict[str, Any], raw: Any, value: Any) -> None:
    read = read_typed(parameter(kind, more), raw)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("kind", "more", "raw", "must_be"), REFUSED)
def test_a_value_of_another_type_is_refused(kind: str, more: dict[str, Any], raw: Any, must_be: str) -> None:
    with pytest.raises(UnusableValue) as refusal:
        read_typed(parameter(kind, more), raw)
    assert str(refusal.value) == must_be


def test_the_table_covers_every_type_that_is_read() -> None:
    assert {kind for kind, *_ in READ} == set(get_args(ParameterType)) - NESTED_OR_UNREAD


@pytest.mark.parametrize(
    ("value", "shown"), [("text", "text"), ({"ä": 1}, '{"ä": 1}'), ("x" * 60, "x" * 60), ("x" * 61, "x" * 57 + "…")]
)
def test_messages_show_values_in_short(value: Any, shown: str) -> None:
    assert shortened(value) == shown


def test_transforms_that_take_lists_are_transforms() -> None:
    assert set(TRANSFORMS) >= TAKE_LISTS
