"""Items in and out: JSON arrays and JSON lines, files and pipes, failed items among good ones."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.cli.process import Shell

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
GET = ("run", "user", "get", "--param", "userId=={{ $json.id }}")
REMOVE = json.dumps(
    {
        "botId": 39,
        "chatId": "={{ $json.chat }}",
        "userId": "={{ $json.client }}",
        "options": {"botToken": "demo-bot-token"},
    }
)
ARRAY = '[{"id": 3}, {"json": {"id": 1}}]'
LINES = '{"id": 3}\n\n{"json": {"id": 1}}\n'


def names(items: list[Any]) -> list[tuple[str, int]]:
    return [(item["json"]["NAME"], item["pairedItem"]["item"]) for item in items]


@pytest.mark.parametrize("text", [ARRAY, LINES, "\ufeff" + ARRAY], ids=["array", "lines", "byte order mark"])
async def test_items_come_from_a_file(text: str, shell: Shell, sandbox: Sandbox) -> None:
    file = shell.write("in.json", text)
    finished = await shell.succeed(*GET, "--items", str(file), "--webhook-url", sandbox.webhook_url)
    assert names(finished.json) == [("Priya", 0), ("Olivia", 1)]


@pytest.mark.parametrize("text", [ARRAY, LINES], ids=["array", "lines"])
async def test_items_come_from_standard_input(text: str, shell: Shell, sandbox: Sandbox) -> None:
    finished = await shell.succeed(*GET, "--items", "-", "--jsonl", "--webhook-url", sandbox.webhook_url, stdin=text)
    assert names(finished.lines) == [("Priya", 0), ("Olivia", 1)]


async def test_no_items_give_no_items(shell: Shell, sandbox: Sandbox) -> None:
    command = (*GET, "--items", "-", "--webhook-url", sandbox.webhook_url)
    assert (await shell.succeed(*command, stdin="[]")).stdout == "[]\n"
    assert (await shell.succeed(*command, "--jsonl", stdin="[]")).stdout == ""
    assert sandbox.statistics.requests == 0


@pytest.mark.parametrize("nothing", ["", "\n \n", "\ufeff"], ids=["no byte", "blank lines", "byte order mark"])
async def test_no_lines_are_no_items(nothing: str, shell: Shell, sandbox: Sandbox) -> None:
    command = (*GET, "--items", "-", "--webhook-url", sandbox.webhook_url)
    assert (await shell.succeed(*command, stdin=nothing)).stdout == "[]\n"
    assert (await shell.succeed(*command, "--jsonl", stdin=nothing)).stdout == ""
    assert sandbox.statistics.requests == 0


async def test_a_list_gives_an_item_a_row(shell: Shell, sandbox: Sandbox) -> None:
    finished = await shell.succeed(
        "run",
        "user",
        "getAll",
        "--param",
        "returnAll=false",
        "--param",
        "limit=2",
        "--webhook-url",
        sandbox.webhook_url,
    )
    assert names(finished.json) == [("Olivia", 0), ("Daniel", 0)]


async def test_output_goes_to_a_file_and_replaces_what_was_there(shell: Shell, sandbox: Sandbox) -> None:
    file = shell.write("out.json", "old" * 9999)
    file.chmod(0o640)
    command = (*GET, "--items", "-", "--webhook-url", sandbox.webhook_url, "--output", str(file))
    assert (await shell.succeed(*command, stdin=ARRAY)).stdout == ""
    assert names(json.loads(file.read_text(encoding="utf-8"))) == [("Priya", 0), ("Olivia", 1)]
    assert file.stat().st_mode & 0o777 == 0o640
    await shell.succeed(*command, "--jsonl", stdin=ARRAY)
    assert len(file.read_text(encoding="utf-8").splitlines()) == 2
    assert shell.files() == ["out.json"]


async def test_a_run_that_fails_leaves_the_output_file_as_it_was(shell: Shell, sandbox: Sandbox) -> None:
    file = shell.write("out.json", "old")
    command = (*GET, "--items", "-", "--webhook-url", sandbox.webhook_url, "--output", str(file))
    message = await shell.refuse(1, *command, stdin='[{"id": 1}, {"id": 9999}]')
    assert "item 1" in message
    assert "Get User" in message
    assert (file.read_text(encoding="utf-8"), shell.files()) == ("old", ["out.json"])


@pytest.mark.parametrize(("place", "reason"), [("missing/out.json", "No such file"), (".", "it is a folder")])
async def test_a_place_that_cannot_be_written_is_refused_before_anything_is_sent(
    place: str, reason: str, shell: Shell, sandbox: Sandbox
) -> None:
    command = ("run", "user", "getCurrent", "--webhook-url", sandbox.webhook_url, "--output", place)
    message = await shell.refuse(2, *command)
    assert f"--output: {place} cannot be written ({reason}" in message
    assert (sandbox.statistics.requests, shell.files()) == (0, [])


async def test_a_failed_item_stands_among_the_others(shell: Shell, sandbox: Sandbox) -> None:
    """Client 1038 has a chat of its own, 1102; it is not a member of 1101."""
    items = [{"chat": 1101, "client": 1038}, {"chat": 1101, "client": 1001}, {"chat": 1102, "client": None}]
    command = ("run", "chatbot", "chatUserDelete", "--params", REMOVE, "--items", "-")
    finished = await shell.succeed(
        *command, "--continue-on-fail", "--webhook-url", sandbox.webhook_url, stdin=json.dumps(items)
    )
    failed, done, lacking = finished.json
    details = failed["json"]["details"]
    assert TIMESTAMP.fullmatch(details.pop("timestamp"))
    assert details.pop("advice")
    assert failed == {
        "json": {
            "error": "User not found in chat",
            "details": {
                "resource": "chatbot",
                "operation": "chatUserDelete",
                "code": "USER_NOT_FOUND",
                "http": 400,
                "method": "imbot.v2.Chat.User.delete",
                "retryable": False,
            },
        },
        "pairedItem": {"item": 0},
    }
    assert (done["json"]["deleted"], done["pairedItem"]) == (True, {"item": 1})
    assert (lacking["json"]["error"], lacking["pairedItem"]) == ("'User' is required", {"item": 2})


async def test_the_first_failure_ends_the_run_with_what_happened_and_what_to_do(shell: Shell, sandbox: Sandbox) -> None:
    items = json.dumps([{"chat": 1101, "client": 1038}])
    command = ("run", "chatbot", "chatUserDelete", "--params", REMOVE, "--items", "-")
    message = await shell.refuse(1, *command, "--webhook-url", sandbox.webhook_url, stdin=items)
    for part in ("User not found in chat", "item 0", "Delete Chat User", "chatbot", "Check the user ID"):
        assert part in message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "Item 0 must be a JSON object; got a number"),
        ('[{"id": 1}, "two"]', "Item 1 must be a JSON object; got text"),
        ("hello", "neither a JSON array nor JSON lines: Expecting value at line 1, column 1"),
        ("id,name\n1,Olivia\n", "It looks like CSV. Turn each of its rows into a JSON object"),
        ('"id";"name"\n', "It looks like CSV"),
        ('{"id": 1}\n{"id": \n', "neither a JSON array nor JSON lines: Expecting value at line 2, column 8"),
        ('{"id": 1}\n7\n', "Item 1 must be a JSON object; got a number"),
        (b"[\xff]", "is not UTF-8 text (byte 1)"),
    ],
    ids=["numbers", "a text", "no JSON", "CSV", "quoted CSV", "a broken line", "a number line", "no UTF-8"],
)
async def test_items_that_cannot_be_read_are_refused(
    text: str | bytes, message: str, shell: Shell, sandbox: Sandbox
) -> None:
    said = await shell.refuse(2, *GET, "--items", "-", "--webhook-url", sandbox.webhook_url, stdin=text)
    assert said.startswith("Error: --items: ")
    assert message in said
    assert sandbox.statistics.requests == 0


async def test_a_file_of_items_that_is_not_there_is_named(shell: Shell) -> None:
    message = await shell.refuse(2, *GET, "--items", "nothing.json", "--sandbox")
    assert message == "Error: --items: nothing.json cannot be read (No such file or directory)\n"


@pytest.mark.parametrize("option", ["--items", "--output"])
async def test_an_empty_name_names_no_file(option: str, shell: Shell) -> None:
    message = await shell.refuse(2, *GET, option, "", "--sandbox")
    assert message.startswith(f"Error: {option}: the name of a file is missing\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--params", "{}", "--params", "{}"), "--params was given twice\nPut all values into one JSON object"),
        (("--items", "a", "--items", "b", "--items", "c"), "--items was given 3 times"),
        (("--output", "a", "--output", "b"), "--output was given twice"),
    ],
    ids=["params", "items", "output"],
)
async def test_a_second_value_does_not_drop_the_first(options: tuple[str, ...], message: str, shell: Shell) -> None:
    assert message in await shell.refuse(2, *GET, *options, "--sandbox")
    assert shell.files() == []
