"""Where each parameter goes in the request."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters import ParameterError, Pending, Values, build_arguments
from bitrix_node.parameters.arguments import unused_parameters
from tests.parameters.operations import read, request

PANEL: tuple[dict[str, Any], ...] = (
    {"name": "title"},
    {"name": "count", "displayName": "Count", "transform": "integer", "description": "How many."},
    {"name": "kind", "default": "deal"},
    {"name": "extra", "type": "json", "default": "{}"},
    {"name": "simplify", "type": "boolean", "default": True, "use": "simplify"},
    {
        "name": "options",
        "type": "collection",
        "default": {},
        "members": [
            {"name": "note", "key": "NOTE"},
            {"name": "ids", "transform": "integerList"},
            {"name": "token", "use": "accessToken"},
        ],
    },
)

TITLE = {"parameter": "title"}
EXTRA = {"parameter": "extra"}
ANSWERS = {"first.id": "17", "first.rows": [1, 2], "first.pending": Pending("the id"), "first.bad": "x"}


def arguments(given: dict[str, Any], **paths: Any) -> dict[str, Any]:
    return build_arguments(request(**paths), read(*PANEL, **given), ANSWERS.__getitem__)


@pytest.mark.parametrize(
    ("given", "paths", "built"),
    [
        ({"title": "T"}, {"TITLE": TITLE}, {"TITLE": "T"}),
        ({}, {"TITLE": TITLE}, {}),
        ({"title": "T"}, {"fields__inner__TITLE": TITLE}, {"fields": {"inner": {"TITLE": "T"}}}),
        ({"count": " 5 "}, {"COUNT": {"parameter": "count"}}, {"COUNT": 5}),
        ({"count": ""}, {"COUNT": {"parameter": "count"}}, {}),
        ({"title": "t"}, {"TITLE": {**TITLE, "transform": "upperCase"}}, {"TITLE": "T"}),
        ({}, {"FIXED": {"value": 0}}, {"FIXED": 0}),
        ({}, {"FIXED": {"value": [1, {"a": 2}]}}, {"FIXED": [1, {"a": 2}]}),
        ({"options": {"note": "N"}}, {"note": {"parameter": "options.note"}}, {"note": "N"}),
        (
            {"options": {"note": "N", "ids": "1,2", "token": "t"}},
            {"f": {"parameter": "options"}},
            {"f": {"NOTE": "N", "ids": [1, 2]}},
        ),
        ({}, {"f": {"parameter": "options"}}, {}),
        ({"title": "T", "extra": {"a": 1}}, {"f": EXTRA, "f__b": TITLE}, {"f": {"a": 1, "b": "T"}}),
        ({"title": "T", "extra": {"a": 1}}, {"f__b": TITLE, "f": EXTRA}, {"f": {"b": "T", "a": 1}}),
        ({"extra": {"a": {"x": 1}}}, {"f": [{"value": {"a": {"y": 2}}}, EXTRA]}, {"f": {"a": {"y": 2, "x": 1}}}),
        ({"title": "T"}, {"f": [{"value": "first"}, TITLE]}, {"f": "T"}),
        ({"extra": [2]}, {"f": [{"value": [1]}, EXTRA]}, {"f": [1, 2]}),
        ({"extra": {"a": 1, "f": {"b": 2}}}, {"f": {"value": {"c": 3}}, "*": EXTRA}, {"f": {"c": 3, "b": 2}, "a": 1}),
        ({"extra": [1]}, {"*": EXTRA}, {}),
        ({"title": "T"}, {"f__0__ID": {"value": 1}, "f__1__ID": TITLE}, {"f": [{"ID": 1}, {"ID": "T"}]}),
        ({"extra": {"0": {"0": "a"}, "1": "b"}}, {"f": EXTRA}, {"f": [["a"], "b"]}),
        ({"extra": {"1": "a", "2": "b"}}, {"f": EXTRA}, {"f": {"1": "a", "2": "b"}}),
        ({"kind": "lead"}, {"t": {"parameter": "kind", "table": {"lead": 1, "deal": 2}}}, {"t": 1}),
        ({}, {"t": {"parameter": "kind", "table": {"lead": 1, "deal": 2}}}, {"t": 2}),
        ({"kind": "1038"}, {"t": {"parameter": "kind", "table": {"lead": 1}}}, {"t": "1038"}),
        ({"title": "T"}, {"f": {**TITLE, "keyedBy": "kind"}}, {"f": {"deal": "T"}}),
        ({"title": "T", "kind": "lead"}, {"f": {**TITLE, "keyedBy": "kind"}}, {"f": {"lead": "T"}}),
        ({}, {"f": {**TITLE, "keyedBy": "kind"}}, {}),
        ({"count": 5}, {"f": {"parameter": "count", "prefix": {"value": "D_"}}}, {"f": "D_5"}),
        ({"title": "T"}, {"f": {**TITLE, "prefix": {"parameter": "count", "otherwise": {"value": 0}}}}, {"f": "0T"}),
        ({"title": "T"}, {"f": {**TITLE, "prefix": {"parameter": "count"}}}, {}),
        ({}, {"f": {**TITLE, "prefix": {"value": "D_"}}}, {}),
        ({"title": "T"}, {"f": {"value": "Y", "given": "title"}}, {"f": "Y"}),
        ({}, {"f": {"value": "Y", "given": "title"}}, {}),
        ({"options": {"note": "N"}}, {"f": {"value": "Y", "given": "options"}}, {"f": "Y"}),
        ({}, {"f": {"value": "Y", "given": "title", "otherwise": {"value": "N"}}}, {"f": "N"}),
        ({"title": "T"}, {"f": {**TITLE, "otherwise": {"value": "N"}}}, {"f": "T"}),
        ({}, {"f": {**TITLE, "otherwise": {**EXTRA, "otherwise": {"parameter": "kind"}}}}, {"f": "deal"}),
        ({"options": {"note": ""}}, {"f": {"parameter": "options.note", "otherwise": {"value": "N"}}}, {"f": "N"}),
        ({"options": {"note": ""}}, {"f": {"parameter": "options.note", "otherwise": TITLE}}, {"f": ""}),
        ({}, {"f": {"answer": "first.id", "transform": "integer"}}, {"f": 17}),
        ({}, {"f": {"answer": "first.rows"}}, {"f": [1, 2]}),
        ({}, {"f": {"answer": "first.pending", "transform": "integer"}}, {"f": "the id"}),
        ({"title": "T"}, {"f": {"object": {"a": TITLE, "b": {"value": 1}}}}, {"f": {"a": "T", "b": 1}}),
        ({"title": "T"}, {"f": {"object": {"a": TITLE, "b": {"parameter": "count"}}}}, {"f": {"a": "T"}}),
        ({}, {"f": {"object": {"a": TITLE}, "otherwise": {"value": 0}}}, {"f": 0}),
        ({"title": "T"}, {"f": {"object": {"x": TITLE}, "transform": "jsonObject"}}, {"f": {"x": "T"}}),
        ({"title": "T"}, {"f": {"object": {"a": TITLE, "b": {"answer": "first.pending"}}}}, {"f": "the id"}),
    ],
)
def test_arguments_are_built(given: dict[str, Any], paths: dict[str, Any], built: dict[str, Any]) -> None:
    assert arguments(given, **paths) == built


def test_a_generated_code_is_a_new_one_each_time() -> None:
    codes = {arguments({}, f={"generate": "code"})["f"] for _ in range(3)}
    assert len(codes) == 3
    assert all(code.isalnum() and code[0].isalpha() for code in codes)


def test_merging_leaves_the_definition_as_it_was() -> None:
    sent = request(f=[{"value": {"a": {"b": 1}}}, EXTRA])
    values = read(*PANEL, extra={"a": {"c": 2}})
    first = build_arguments(sent, values, ANSWERS.__getitem__)
    assert first == {"f": {"a": {"b": 1, "c": 2}}}
    assert sent.arguments["f"][0].value == {"a": {"b": 1}}
    assert values.get("extra") == {"a": {"c": 2}}
    assert build_arguments(sent, values, ANSWERS.__getitem__) == first


@pytest.mark.parametrize(
    ("given", "source", "parameter", "message"),
    [
        ({"count": "five"}, {"parameter": "count"}, "count", "'Count' must be a whole number; got five"),
        (
            {"options": {"ids": "1,x"}},
            {"parameter": "options"},
            "options.ids",
            "'ids' must be whole numbers separated by commas; got 1,x",
        ),
        (
            {},
            {"answer": "first.bad", "transform": "integer"},
            "first.bad",
            "The answer of first.bad must be a whole number; got x",
        ),
    ],
)
def test_an_unusable_value_is_refused_by_its_place(
    given: dict[str, Any], source: dict[str, Any], parameter: str, message: str
) -> None:
    with pytest.raises(ParameterError) as refusal:
        arguments(given, f=source)
    assert (refusal.value.parameter, refusal.value.message) == (parameter, message)


def test_a_request_knows_every_parameter_it_uses() -> None:
    sent = request(
        a={"parameter": "title", "keyedBy": "kind", "otherwise": {"parameter": "count"}},
        b={"value": 1, "given": "options.note"},
    ).model_copy(
        update={
            "accepts": ("x",),
            "requires": (("y", "z"),),
            "when": ({"extra": "given"},),
            "method": request(m=TITLE).arguments["m"][0],
        }
    )
    assert sent.parameters == {"title", "kind", "count", "options.note", "x", "extra"}


@pytest.mark.parametrize(
    ("given", "source", "unused"),
    [
        ({"title": "T"}, TITLE, []),
        ({"title": "T", "count": "5"}, TITLE, ["count"]),
        ({"kind": "deal"}, TITLE, []),
        ({"kind": "lead"}, TITLE, ["kind"]),
        ({"simplify": False}, TITLE, []),
        ({"options": {"token": "t"}}, TITLE, []),
        ({"options": {"note": "N", "ids": "1"}}, {"parameter": "options.note"}, ["options.ids"]),
        ({"options": {"note": "N", "ids": "1"}}, {"parameter": "options"}, []),
        ({"title": "T"}, {"value": 1, "given": "title"}, []),
    ],
)
def test_what_no_request_reads_is_named(given: dict[str, Any], source: dict[str, Any], unused: list[str]) -> None:
    values: Values = read(*PANEL, **given)
    assert unused_parameters(values, [request(f=source)]) == unused


def test_what_a_last_transform_cannot_use_is_refused_with_its_place() -> None:
    sent = request(**{"fields.count": {"value": "many"}}).model_copy(update={"finish": {"fields.count": "integer"}})
    with pytest.raises(ParameterError, match=r"'fields\.count' must be a whole number; got many"):
        build_arguments(sent, read(), dict[str, Any]().get)
