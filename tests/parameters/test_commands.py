"""The commands of a batch, as people write them and as they travel."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.commands import batch_commands, command_list

ME = {"name": "me", "method": "user.current", "arguments": {}}


@pytest.mark.parametrize(
    "given",
    [
        {"command": [{"name": "me", "method": "user.current"}]},
        [{"name": "me", "method": "user.current", "arguments": {}}],
        [{"name": "me", "method": "https://example.bitrix24.com/rest/user.current.json", "arguments": None}],
        {"me": {"method": "user.current"}},
    ],
    ids=["rows", "array", "address", "object"],
)
def test_commands_may_be_given_in_several_ways(given: Any) -> None:
    assert command_list(given) == [ME]


def test_commands_without_a_name_are_called_by_their_place() -> None:
    named = command_list([{"method": "user.current"}, ME, {"method": "server.time", "name": ""}])
    assert [entry["name"] for entry in named] == ["command1", "me", "command3"]


def test_commands_keep_their_order_and_their_references() -> None:
    sent = batch_commands(
        [
            {"name": "z", "method": "crm.deal.add", "arguments": {"fields": {"TITLE": "A & B", "PARTS": [1, True]}}},
            {"name": "a", "method": "crm.deal.get", "arguments": {"id": "$result[z]"}},
        ]
    )
    assert list(sent.items()) == [
        ("z", "crm.deal.add?fields[TITLE]=A%20%26%20B&fields[PARTS][0]=1&fields[PARTS][1]=1"),
        ("a", "crm.deal.get?id=%24result%5Bz%5D"),
    ]


def test_null_travels_as_an_empty_text_and_empty_arguments_stay_at_home() -> None:
    sent = batch_commands([{"name": "a", "method": "crm.deal.list", "arguments": {"filter": {"X": None}, "order": {}}}])
    assert sent == {"a": "crm.deal.list?filter[X]="}


def test_fifty_commands_are_a_batch_and_one_more_is_refused() -> None:
    assert len(command_list([{"method": "user.current"}] * 50)) == 50
    with pytest.raises(UnusableValue, match=r"at most 50 commands \(here are 51\)"):
        command_list([{"method": "user.current"}] * 51)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], "at least one command"),
        ({}, "at least one command"),
        ("user.current", "commands, such as"),
        (["user.current"], "entry 1 is none"),
        ([ME, ME], "'me' stands there more than once"),
        ([{"name": "0", "method": "user.current"}], "a letter first"),
        ([{"name": "a b", "method": "user.current"}], "a letter first"),
        ([{"name": "a"}], "name, method and arguments"),
        ([{"method": "user.get", "params": {}}], "name, method and arguments"),
        ([{"name": "a", "method": "user get"}], "'a' needs the name of a REST method"),
        ([{"name": "a", "method": "user.get", "arguments": "ID=1"}], "'a' needs a JSON object"),
        (
            [{"name": "a", "method": "crm.deal.update", "arguments": {"fields": {"UF_X": []}}}],
            "'a' needs arguments without",
        ),
    ],
)
def test_what_cannot_be_sent_is_refused_with_the_reason(given: Any, message: str) -> None:
    with pytest.raises(UnusableValue, match=message.replace("(", r"\(")):
        command_list(given)
