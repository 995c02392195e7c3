"""The value of a field mapper: in every form that it can have, typed by its schema, filled in from the input."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.mapping import from_input, mapped_fields


def mapper(value: Any, schema: Any = (), mode: str = "defineBelow") -> dict[str, Any]:
    return {"mappingMode": mode, "value": value, "matchingColumns": [], "schema": list(schema)}


@pytest.mark.parametrize(
    ("kind", "given", "typed"),
    [
        ("string", "a", "a"),
        ("string", True, "Y"),
        ("number", "12,50", 12.5),
        ("number", 7, 7),
        ("boolean", True, "Y"),
        ("boolean", "no", "N"),
        ("boolean", "1", "Y"),
        ("dateTime", "2026-11-23T16:30:00.000+01:00", "2026-11-23T16:30:00+01:00"),
        ("dateTime", "2026-11-23", "2026-11-23"),
        ("options", "NEW", "NEW"),
        ("array", [1, True], [1, "Y"]),
        ("array", '["a", "b"]', ["a", "b"]),
        ("array", "12, 15", [12, 15]),
        ("array", "a, b", ["a, b"]),
        ("array", "44", ["44"]),
        ("number", "", ""),
        ("array", "", ""),
        (None, {"a": 1}, {"a": 1}),
    ],
)
def test_a_value_is_of_its_fields_type(kind: str | None, given: Any, typed: Any) -> None:
    assert mapped_fields(mapper({"X": given}, [{"id": "X", "type": kind}])) == {"X": typed}


@pytest.mark.parametrize(
    ("kind", "given", "must_be"),
    [
        ("number", "many", "X must be a number"),
        ("number", [1], "X must be a number"),
        ("boolean", "perhaps", "X must be true or false"),
        ("dateTime", "soon", "X must be a date"),
        ("array", "[1", "X must be a JSON array"),
    ],
)
def test_a_value_of_another_type_is_refused_with_its_field(kind: str, given: Any, must_be: str) -> None:
    with pytest.raises(UnusableValue, match=must_be):
        mapped_fields(mapper({"X": given}, [{"id": "X", "type": kind}]))


COLOURS = [{"name": "Grey", "value": "44"}, {"name": "Oak", "value": "46"}]


@pytest.mark.parametrize(("given", "sent"), [('["Grey", "oak"]', ["44", "46"]), (["46"], ["46"]), ("47", ["47"])])
def test_choices_of_a_list_go_by_their_names(given: Any, sent: list[str]) -> None:
    assert mapped_fields(mapper({"X": given}, [{"id": "X", "type": "array", "options": COLOURS}])) == {"X": sent}


def test_a_choice_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(UnusableValue, match="X must be a list of Grey, Oak"):
        mapped_fields(mapper({"X": ["Gray"]}, [{"id": "X", "type": "array", "options": COLOURS}]))


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        (mapper(None), {}),
        (mapper({}), {}),
        (mapper({"A": None, "B": 1, "C": 2}, [{"id": "B", "removed": True}, {"id": "C", "removed": False}]), {"C": 2}),
        ({"mappingMode": "defineBelow", "value": {"A": 1}}, {"A": 1}),
        ({"TITLE": "x", "OPENED": False, "COMMENTS": None}, {"TITLE": "x", "OPENED": "N"}),
        ('{"TITLE": "x"}', {"TITLE": "x"}),
        ({}, {}),
    ],
)
def test_every_form_is_understood(raw: Any, fields: dict[str, Any]) -> None:
    assert mapped_fields(raw) == fields


@pytest.mark.parametrize("raw", ["TITLE=x", [1], 7, mapper("x"), mapper(None, mode="autoMapInputData")])
def test_anything_else_is_refused(raw: Any) -> None:
    with pytest.raises(UnusableValue):
        mapped_fields(raw)


def test_the_input_fills_in_what_the_schema_knows() -> None:
    schema = [{"id": "title", "type": "string", "removed": True}, {"id": "sum", "type": "number"}, {"id": "note"}]
    parameters = {"recordId": "7", "fieldValues": mapper({"title": "left over"}, schema, "autoMapInputData")}
    filled = from_input(parameters, {"title": "New", "sum": "5", "id": 9, "note": None})
    assert filled["recordId"] == "7"
    assert mapped_fields(filled["fieldValues"]) == {"title": "New", "sum": 5}
