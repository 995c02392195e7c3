"""Secrets kept out of what people see."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.credentials import redact
from bitrix_node.credentials.redaction import redact_message

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
