"""Expressions as far as a shell or a script needs them."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.expressions import ItemContext, UnsupportedExpression, evaluate, holds_expression

ITEM = {
    "chatId": 1207,
    "open": True,
    "name": "Ann",
    "nothing": None,
    "contact": {"phone": ["+49", "+44"], "first name": "Ann", "a.b": 5, "$ref": "r"},
    "Сделка": {"имя": "Анна"},
}
CONTEXT = ItemContext(json=ITEM, index=3)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("={{ $json.chatId }}", 1207),
        ("={{$json.chatId}}", 1207),
        ("= {{ $json.open }} ", True),
        ("={{ $json }}", ITEM),
        ("={{ $json.contact.phone }}", ["+49", "+44"]),
        ("={{ $json.contact.phone[1] }}", "+44"),
        ("={{ $json.contact.phone.length }}", 2),
        ('={{ $json["contact"]["first name"] }}', "Ann"),
        ("={{ $json['contact']['a.b'] }}", 5),
        ("={{ $json.contact.$ref }}", "r"),
        ("={{ $json.Сделка.имя }}", "Анна"),
        ("={{ $itemIndex }}", 3),
        ("=Chat {{ $json.chatId }} of {{ $json.name }}", "Chat 1207 of Ann"),
        ("={{ $json.name }}{{ $itemIndex }}", "Ann3"),
        ("={{ $json.name }} and {{ $json.name }}", "Ann and Ann"),
        ("=Open: {{ $json.open }}, nothing: {{ $json.nothing }}.", "Open: true, nothing: ."),
        ("=Phones {{ $json.contact.phone }}", 'Phones ["+49", "+44"]'),
        ("=only text", "only text"),
        ("=", ""),
        ("no {{ $json.expression }}", "no {{ $json.expression }}"),
        (5, 5),
        (None, None),
    ],
)
def test_an_expression_stands_for_its_value(expression: Any, value: Any) -> None:
    assert evaluate(expression, CONTEXT) == value


@pytest.mark.parametrize(
    "path", ["missing", "missing.deeper[0].still", "contact.phone[9]", "name.first", "chatId[0]", "nothing.at.all"]
)
def test_a_missing_path_is_null(path: str) -> None:
    assert evaluate(f"={{{{ $json.{path} }}}}", CONTEXT) is None
    assert evaluate(f"=<{{{{ $json.{path} }}}}>", CONTEXT) == "<>"


def test_expressions_inside_lists_and_objects_are_evaluated() -> None:
    value = {"a": ["={{ $json.chatId }}", {"b": "=#{{ $itemIndex }}"}], "c": "plain"}
    assert evaluate(value, CONTEXT) == {"a": [1207, {"b": "#3"}], "c": "plain"}


@pytest.mark.parametrize(
    "source",
    [
        "$json.name.toUpperCase()",
        "$json.chatId + 1",
        "$json.contact.phone[-1]",
        "$json.contact.phone[$itemIndex]",
        "$jsonp.a",
        "$json..name",
        "$node.other.json",
        "$now",
        "'text'",
        "",
    ],
)
@pytest.mark.parametrize("template", ["={{ %s }}", "=before {{ %s }} after"])
def test_anything_beyond_is_refused_with_what_is_supported(template: str, source: str) -> None:
    with pytest.raises(UnsupportedExpression) as refusal:
        evaluate(template % source, CONTEXT)
    assert f"{{{{ {source} }}}} is not supported here: use $json" in str(refusal.value)


@pytest.mark.parametrize(
    "template",
    ["={{ $json.id", "=$json.id }}", "={{ $json.id }", "={{ $json.id }} {{", "=a {{ $json.id }} }}", "={{"],
)
def test_braces_that_do_not_belong_together_are_refused(template: str) -> None:
    with pytest.raises(UnsupportedExpression, match="braces that do not belong together") as refusal:
        evaluate({"deep": [template]}, CONTEXT)
    assert template in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("={ $json.id }", "{ $json.id }"),
        ("=a {b} c", "a {b} c"),
        ('={"a": {"b": {{ $json.chatId }}}}', '{"a": {"b": 1207}}'),
        ('={"a": {"b": 1}}', '{"a": {"b": 1}}'),
    ],
)
def test_single_braces_are_text(text: str, value: str) -> None:
    assert evaluate(text, CONTEXT) == value


@pytest.mark.parametrize(
    ("value", "holds"),
    [("=a", True), ("a", False), ({"a": ["b", "=c"]}, True), ({"a": ["b"]}, False), ({"=a": "b"}, False), (5, False)],
)
def test_expressions_are_found_at_any_depth(value: Any, *, holds: bool) -> None:
    assert holds_expression(value) is holds
