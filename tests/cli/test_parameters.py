"""Parameter values on the command line, seen through `explain`, which sends nothing."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.process import Shell


async def calls(shell: Shell, *arguments: str, stdin: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await shell.succeed("explain", *arguments, stdin=stdin)).json
    return found


async def user_id(shell: Shell, *options: str) -> Any:
    [call] = await calls(shell, "user", "get", *options)
    assert (call["item"], call["method"]) == (0, "user.get")
    return call["arguments"]["FILTER"]["ID"]


async def test_values_are_given_as_json(shell: Shell) -> None:
    assert await user_id(shell, "--params", '{"userId": 7}') == 7


async def test_values_are_given_as_a_file(shell: Shell) -> None:
    shell.write("values.json", '{"userId": 8}')
    assert await user_id(shell, "--params", "@values.json") == 8


async def test_a_single_value_stands_over_the_others(shell: Shell) -> None:
    assert await user_id(shell, "--params", '{"userId": 7}', "--param", "userId=8", "--param", "userId=9") == 9


async def test_a_single_value_is_json_where_it_parses_and_text_elsewhere(shell: Shell) -> None:
    bot = ("chatbot", "sendMessage", "--params", '{"botId": 39, "dialogId": "chat1101"}')
    for given, sent in (("a=b, c", "a=b, c"), ('"17"', "17")):
        [call] = await calls(shell, *bot, "--param", f"messageText={given}", "--param", "options.botToken=t")
        assert call["arguments"]["fields"]["message"] == sent


async def test_dots_reach_into_collections(shell: Shell) -> None:
    parameters = {"botId": 39, "chatId": 1101, "userId": 1001, "options": {"accessToken": "other"}}
    command = ("chatbot", "chatUserDelete", "--params", json.dumps(parameters))
    [call] = await calls(shell, *command, "--param", "options.botToken=from-the-shell")
    assert call["arguments"]["botToken"] == "from-the-shell"


async def test_every_item_gives_its_own_call(shell: Shell) -> None:
    command = ("user", "get", "--param", "userId=={{ $json.contact.ids[1] }}")
    found = await calls(
        shell, *command, "--items", "-", stdin='{"contact": {"ids": [1, 2]}}\n{"contact": {"ids": [3, 4]}}'
    )
    assert [(call["item"], call["arguments"]["FILTER"]["ID"]) for call in found] == [(0, 2), (1, 4)]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--params", '{"a'), "--params is not valid JSON: "),
        (("--params", "[]"), "--params must be a JSON object"),
        (("--params", "@nothing.json"), "--params: nothing.json cannot be read (No such file or directory)"),
        (("--param", "userId"), "--param 'userId' has no NAME=VALUE form"),
        (("--param", "=3"), "--param '=3' has no NAME=VALUE form"),
        (("--param", "userId=1", "--param", "userId.x=1"), "--param 'userId.x=1': 'userId' is not an object"),
        (("--parms", "{}"), "No such option"),
    ],
)
async def test_options_that_cannot_be_read_are_refused(options: tuple[str, ...], message: str, shell: Shell) -> None:
    assert message in await shell.refuse(2, "explain", "user", "get", *options)


DEEP = "[" * 100_000
LONG = "7" * 5_000


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--params", "@huge.json", "--params cannot be read: it nests deeper than 200 levels"),
        ("--params", f'{{"userId": {LONG}}}', "--params cannot be read: a number in it has too many digits"),
        ("--params", '{"userId": ' + "[" * 300 + "]" * 300 + "}", "--params cannot be read: it nests deeper than 200"),
        ("--param", "userId=" + "[" * 50_000, "The value of --param userId cannot be read: it nests deeper than 200"),
        ("--param", f"userId={LONG}", "The value of --param userId cannot be read: a number in it has too many digits"),
    ],
    ids=["deep file", "long number", "deep", "deep value", "long value"],
)
async def test_what_is_too_deep_or_too_long_to_read_is_refused(
    option: str, value: str, message: str, shell: Shell
) -> None:
    shell.write("huge.json", DEEP)
    assert message in await shell.refuse(2, "explain", "user", "get", option, value)


@pytest.mark.parametrize("text", [DEEP, '{"webhookUrl": ' + DEEP, "- " * 100_000, "{a: " * 20_000])
async def test_a_credential_file_that_is_too_deep_is_refused(text: str, shell: Shell) -> None:
    shell.write("credential.json", text)
    said = await shell.refuse(2, "run", "user", "getCurrent", "--credential", "credential.json")
    assert "--credential: credential.json: nests deeper than 200 levels" in said


async def test_a_number_of_too_many_digits_in_a_credential_file_is_refused(shell: Shell) -> None:
    shell.write("credential.yaml", f"webhookUrl: {LONG}\n")
    said = await shell.refuse(2, "run", "user", "getCurrent", "--credential", "credential.yaml")
    assert "--credential: credential.yaml: holds a number or a date that cannot be" in said


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("aGVsbG8=", "got text alone"),
        (["aGVsbG8="], "an object such as {"),
        ({"fileName": "a.txt"}, "an object such as {"),
        ({"data": "aGVsbG8=", "fileName": 5}, "an object such as {"),
    ],
)
async def test_binary_data_in_another_form_is_refused_with_the_right_one(
    field: Any, message: str, shell: Shell
) -> None:
    items = json.dumps([{"json": {}, "binary": {"data": field}}])
    upload = ("explain", "file", "upload", "--params", '{"folderId": 1}', "--items", "-")
    said = await shell.refuse(1, *upload, stdin=items)
    assert message in said
    assert '"mimeType"' in said


@pytest.mark.parametrize("command", ["run", "explain"])
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("chatbto", "chatGet"), "no resource 'chatbto'. Did you mean chatbot"),
        (("chatbot", "chatUserDelet"), "no operation of 'chatbot' named 'chatUserDelet'. Did you mean chatUserDelete"),
    ],
    ids=["resource", "operation"],
)
async def test_an_unknown_name_brings_the_nearest(
    command: str, names: tuple[str, str], message: str, shell: Shell
) -> None:
    assert message in await shell.refuse(2, command, *names)


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("", ["'User' is required"]),
        ("abc", ["'User' must be a whole number", "abc"]),
        ("={{ $json.a.toUpperCase() }}", ["{{ $json.a.toUpperCase() }} is not supported", "$json", "$itemIndex"]),
    ],
    ids=["missing", "mistyped", "expression"],
)
@pytest.mark.parametrize("command", [("run", "--sandbox"), ("explain",)], ids=["run", "explain"])
async def test_a_wrong_value_is_named_as_on_the_panel_with_its_item(
    value: str, messages: list[str], command: tuple[str, ...], shell: Shell
) -> None:
    verb, *options = command
    values = json.dumps({"userId": value})
    said = await shell.refuse(
        1, verb, "user", "get", "--params", values, *options, "--items", "-", stdin='[{"a": "b"}]'
    )
    assert "item 0" in said.lower()
    for message in messages:
        assert message in said


@pytest.mark.parametrize(
    ("action", "parameters", "message"),
    [
        (("crm", "getAll"), {"entityType": "deal", "limit": 2.5}, "'Limit' must be a whole number; got 2.5"),
        (("crm", "getAll"), {"entityType": "deal", "limit": "2.5"}, "'Limit' must be a whole number; got 2.5"),
        (("department", "create"), {"name": "A", "parentId": 1, "options": {"sort": 1.5}}, "must be a whole number"),
        (("user", "get"), {"userId": "={{ $json.id"}, "braces that do not belong together"),
    ],
)
async def test_values_that_would_be_taken_for_something_else_are_refused(
    action: tuple[str, str], parameters: dict[str, Any], message: str, shell: Shell
) -> None:
    assert message in await shell.refuse(1, "explain", *action, "--params", json.dumps(parameters))


async def test_rows_in_another_form_bring_the_right_one(shell: Shell) -> None:
    action = ("crm", "create", "--params", '{"entityType": "deal"}', "--param", "fields.title=X")
    said = await shell.refuse(1, "explain", *action)
    assert 'Rows are written as {"fields": {"fieldItems": [{"fieldName": "…"' in said


async def test_a_refusal_ends_with_what_to_enter_as_a_sentence(shell: Shell) -> None:
    said = await shell.refuse(1, "run", "crm", "getAll", "--sandbox", "--params", '{"entityType": "nothing"}')
    assert re.search(r"What to enter: .*[.)]\n$", said)
