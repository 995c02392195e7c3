"""Rows of Filters and Sort: what they make of the JSON field beside them, and which rows are refused."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.parameters import ParameterError, read_values

DEFINITIONS = Definitions.packaged()
Row = dict[str, Any]


def built(*rows: Row, resource: str = "crm", operation: str = "getAll", **given: Any) -> Any:
    """The filter that rows build, with whatever else the panel holds."""
    options = DEFINITIONS.operation(resource, operation).options_parameter
    raw = {"filters": {"conditions": list(rows)}, **given}
    if resource == "crm":
        raw.setdefault("entityType", "deal")
    return read_values(DEFINITIONS.operation(resource, operation), raw).get(f"{options}.filter")


@pytest.mark.parametrize(
    ("row", "condition"),
    [
        ({"value": "5"}, {"=F": "5"}),
        ({"operator": "equals", "value": 5}, {"=F": "5"}),
        ({"operator": "notEquals", "value": "5"}, {"!=F": "5"}),
        ({"operator": "greaterThan", "value": "5"}, {">F": "5"}),
        ({"operator": "greaterThanOrEqual", "value": "5"}, {">=F": "5"}),
        ({"operator": "lessThan", "value": "5"}, {"<F": "5"}),
        ({"operator": "lessThanOrEqual", "value": "5"}, {"<=F": "5"}),
        ({"operator": "between", "value": "5", "upperValue": "9"}, {">=F": "5", "<=F": "9"}),
        ({"operator": "contains", "value": "a"}, {"%F": "a"}),
        ({"operator": "notContains", "value": "a"}, {"!%F": "a"}),
        ({"operator": "startsWith", "value": "a"}, {"=%F": "a%"}),
        ({"operator": "endsWith", "value": "a"}, {"=%F": "%a"}),
        ({"operator": "oneOf", "value": "a, b c"}, {"@F": ["a", "b c"]}),
        ({"operator": "oneOf", "value": ["a", 2]}, {"@F": ["a", "2"]}),
        ({"operator": "notOneOf", "value": '["a"]'}, {"!@F": ["a"]}),
        ({"operator": "empty", "value": "left over"}, {"=F": ""}),
        ({"operator": "notEmpty"}, {"!=F": ""}),
    ],
)
def test_every_operator_has_its_prefix(row: Row, condition: dict[str, Any]) -> None:
    assert built({"field": "F", **row}) == condition


def test_a_method_without_signs_takes_patterns_and_the_plain_name() -> None:
    rows = [
        {"field": "TITLE", "operator": "contains", "value": "offer"},
        {"field": "MARK", "operator": "empty"},
        {"field": "STATUS", "operator": "notEquals", "value": "5"},
    ]
    wanted = {"TITLE": "%offer%", "MARK": "", "!STATUS": "5"}
    assert built(*rows, resource="task") == wanted


def test_bounds_of_one_field_stand_beside_each_other() -> None:
    rows = [
        {"field": "F", "operator": "greaterThanOrEqual", "value": "1"},
        {"field": "F", "operator": "lessThan", "value": "9"},
    ]
    assert built(*rows, resource="activity") == {">=F": "1", "<F": "9"}


def test_a_key_that_is_taken_gets_a_group_where_the_method_has_groups() -> None:
    rows = [{"field": "F", "operator": "contains", "value": value} for value in ("a", "b", "c", "a")]
    assert built(*rows) == {"%F": "a", "1": {"%F": "b"}, "2": {"%F": "c"}}
    assert built(*rows[:2], crmOptions={"filter": {"%F": "z", "1": {"logic": "OR"}}}) == {
        "%F": "z",
        "1": {"logic": "OR"},
        "2": {"%F": "a"},
        "3": {"%F": "b"},
    }


def test_any_of_the_conditions_is_a_group_of_its_own_beside_the_json() -> None:
    rows = [{"field": "F", "value": "a"}, {"field": "G", "operator": "between", "value": "1", "upperValue": "2"}]
    assert built(*rows, combineFilters="OR", crmOptions={"filter": {">H": 1}}) == {
        ">H": 1,
        "1": {"logic": "OR", "0": {"=F": "a"}, "1": {">=G": "1", "<=G": "2"}},
    }
    assert built(combineFilters="OR", crmOptions={"filter": {">H": 1}}) == {">H": 1}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"value": "a"}], "'Filters' row 1 names no field"),
        (
            [{"field": "F", "value": "a"}, {"field": ">F", "value": "a"}],
            "'Filters' row 2 has an operator in the field's name (>F)",
        ),
        ([{"field": "F"}], "'Filters' row 1 has no 'Value' for 'Is Equal To'"),
        (
            [{"field": "F", "operator": "between", "value": "1"}],
            "'Filters' row 1 has no 'Upper Value' for 'Is Between'",
        ),
        ([{"field": "F", "operator": "oneOf", "value": " , "}], "'Filters' row 1 has no values for 'Is One Of'"),
        (
            [{"field": "F", "value": ["a", "b"]}],
            "'Filters' row 1 needs one value for 'Is Equal To'; got [\"a\", \"b\"]",
        ),
        ([{"field": "F", "value": True}], "'Filters' row 1 compares with true, which is no value"),
        (
            [{"field": "F", "value": "a"}, {"field": "F", "operator": "like", "value": "a"}],
            "'Operator' in row 2 must be one of",
        ),
        (
            [{"field": "F", "value": "a"}, {"field": "F", "value": "b"}],
            "'Filters' row 2 sets the condition =F a second time",
        ),
    ],
)
def test_rows_that_say_nothing_clear_are_refused(rows: list[Row], message: str) -> None:
    with pytest.raises(ParameterError) as raised:
        built(*rows, resource="activity")
    assert raised.value.message.startswith(message)
    assert raised.value.parameter.startswith("filters.conditions[")


def test_neither_rows_nor_json_take_the_place_of_each_other() -> None:
    with pytest.raises(ParameterError, match="row 1 sets the condition =F a second time"):
        built({"field": "F", "value": "a"}, resource="activity", options={"filter": {"=F": "b"}})
    assert built({"field": "F", "value": "a"}, resource="activity", options={"filter": {"=F": "a"}}) == {"=F": "a"}


def test_a_sort_order_keeps_the_order_of_its_rows() -> None:
    action = DEFINITIONS.operation("activity", "getAll")
    rows = [{"field": "DEADLINE", "direction": "DESC"}, {"field": "ID"}]
    values = read_values(action, {"sort": {"fields": rows}, "options": {"order": {"SUBJECT": "ASC"}}})
    assert list(values.get("options.order").items()) == [("DEADLINE", "DESC"), ("ID", "ASC"), ("SUBJECT", "ASC")]
    for again, beside in ((rows[:1] * 2, {}), (rows, {"ID": "DESC"})):
        with pytest.raises(ParameterError, match=r"row 2 sorts by (DEADLINE|ID) a second time"):
            read_values(action, {"sort": {"fields": again}, "options": {"order": beside}})
    with pytest.raises(ParameterError, match="row 1 names no field"):
        read_values(action, {"sort": {"fields": [{"direction": "ASC"}]}})
