"""Secrets kept out of what people see."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from bitrix_node.credentials import redact
from bitrix_node.credentials.redaction import holds_no_secret, redact_message

SECRETS = frozenset({"t0ken", "c0de"})


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("the t0ken and the c0de, the t0ken again", "the *** and the ***, the *** again"),
        ({"a": ["t0ken", {"b": "xc0dex"}], "n": 5}, {"a": ["***", {"b": "x***x"}], "n": 5}),
        ("https://p.example/rest/1/another-code/profile", "https://p.example/rest/1/***/profile"),
        ("https://p.example/rest/api/12/another-code", "https://p.example/rest/api/12/***"),
        ("https://p.example/rest/crm.item.list.json", "https://p.example/rest/crm.item.list.json"),
        ("/company/1/another-code/", "/company/1/another-code/"),
        (None, None),
        (5, 5),
        (True, True),
    ],
)
def test_secrets_are_masked_wherever_they_stand(value: Any, shown: Any) -> None:
    assert redact(value, SECRETS) == shown


@pytest.mark.parametrize(
    "secret", ['quo"te', "back\\slash", "line\nbreak", "ключ", "\U0001f511key", "half\ud83d", "a" * 300]
)
@pytest.mark.parametrize("shape", ["{}", "before {} after", "слово🔑 {}é"])
def test_a_secret_is_found_in_every_kind_of_text(secret: str, shape: str) -> None:
    text, shown = shape.format(secret), shape.format("***")
    for value, expected in (
        ({"a": [1, [text]]}, {"a": [1, [shown]]}),
        ([text, text, {"b": text}], [shown, shown, {"b": shown}]),
    ):
        assert redact(value, frozenset({secret, "another one"})) == expected


class Text(str):
    """A text of a kind of its own."""

    __slots__ = ()


@pytest.mark.parametrize(
    "other", [object(), Text("the t0ken"), {1, 2}, b"bytes", 2**600], ids=lambda other: type(other).__name__
)
def test_what_is_no_json_does_not_hide_a_secret(other: Any) -> None:
    shown = redact({"a": other, "b": "the t0ken"}, SECRETS)
    assert shown == {"a": "the ***" if isinstance(other, str) else other, "b": "the ***"}


def test_a_deep_value_does_not_hide_a_secret() -> None:
    deepest = 2500
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(10 * deepest)
    try:
        value: Any = "t0ken"
        for _ in range(deepest):
            value = [value]
        shown = redact(value, SECRETS)
        for _ in range(deepest):
            [shown] = shown
    finally:
        sys.setrecursionlimit(limit)
    assert shown == "***"


def test_a_clean_value_is_not_copied() -> None:
    value = {"a": ["b", {"c": None}], "n": 1.5}
    assert redact(value, SECRETS) is value


def test_a_single_letter_is_no_secret() -> None:
    assert redact("a cat", frozenset({"a", ""})) == "a cat"


def test_the_value_itself_stays_as_it_was() -> None:
    value = {"a": ["t0ken"]}
    redact(value, SECRETS)
    assert value == {"a": ["t0ken"]}


@pytest.mark.parametrize("name", ["auth", "access_token", "refresh_token", "client_secret", "token"])
def test_a_message_masks_tokens_in_query_strings(name: str) -> None:
    said = f"GET https://p.example/rest/profile?{name}=unknown&start=0 failed"
    assert redact_message(said, SECRETS) == f"GET https://p.example/rest/profile?{name}=***&start=0 failed"


def test_a_secret_that_begins_another_one_leaves_nothing_of_it() -> None:
    assert redact("abcd12345 abcd", frozenset({"abcd", "abcd12345"})) == "*** ***"


@pytest.mark.parametrize(
    ("body", "secrets", "clean"),
    [
        (b'{"title": "Oak desk"}', {"s3cr3tc0de"}, True),
        (b'{"title": "s3cr3tc0de"}', {"s3cr3tc0de"}, False),
        (b'{"link": "https:\\/\\/x.bitrix24.com\\/rest\\/1\\/other123\\/"}', {"s3cr3tc0de"}, False),
        (b'{"title": "the rest of it"}', {"s3cr3tc0de"}, False),
        (b'{"title": "Oak desk"}', {"may/be+escaped"}, False),
        (b'{"title": "abc"}', {"abc"}, True),
        (b"{}", set(), True),
    ],
)
def test_a_response_that_certainly_holds_no_secret(body: bytes, secrets: set[str], clean: bool) -> None:
    assert holds_no_secret(body, frozenset(secrets)) is clean
