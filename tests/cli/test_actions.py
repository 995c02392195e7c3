"""`bitrix-node actions`: the list of all actions, for eyes, pipes and programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions

if TYPE_CHECKING:
    from tests.cli.process import Shell

DEFINITIONS = Definitions.packaged()
ACTIONS = {"chat": 8, "chatbot": 20, "crm": 9, "directApi": 3, "file": 7, "task": 22, "user": 6}
TOTAL = sum(len(DEFINITIONS.resource(name).operations) for name in DEFINITIONS.resource_names)
ACTION_KEYS = {
    *("resource", "operation", "name", "action", "description", "handler", "methods", "scopes"),
    *("paginated", "application_only", "parameters"),
}
PARAMETER_KEYS = {"name", "displayName", "type", "required", "default", "options", "fields"}
TYPES = {
    *("string", "number", "boolean", "options", "multiOptions", "json", "dateTime", "color"),
    *("collection", "fixedCollection", "resourceLocator", "resourceMapper"),
}
HEAVY = {"aiohttp", "jsonschema", "rich"}
NAME_HEAVY_MODULES = f"""
import sys
from bitrix_node.hosts.cli.commands import bitrix_node
bitrix_node(["actions"], standalone_mode=False)
print(sorted({HEAVY} & set(sys.modules)), file=sys.stderr)
"""


def check_parameter(parameter: dict[str, Any], more: frozenset[str] = frozenset()) -> None:
    """Members of a fixed collection also say which of its groups they belong to."""
    assert set(parameter) == PARAMETER_KEYS | more
    assert parameter["type"] in TYPES
    for member in parameter["fields"] or []:
        check_parameter(member, frozenset({"group"} if parameter["type"] == "fixedCollection" else ()))


async def test_every_action_is_listed_with_everything_about_it(shell: Shell) -> None:
    actions = (await shell.succeed("actions", "--json")).json
    names = [(action["resource"], action["operation"]) for action in actions]
    assert names == sorted(names)
    assert {resource: sum(name[0] == resource for name in names) for resource in ACTIONS} == ACTIONS
    assert len(set(names)) == len(actions) == TOTAL
    for action in actions:
        assert ACTION_KEYS <= set(action) <= ACTION_KEYS | {"refuses"}
        assert action["methods"] or "refuses" in action or action["resource"] == "directApi"
        for parameter in action["parameters"]:
            check_parameter(parameter)


async def test_an_action_reads_as_promised(shell: Shell) -> None:
    actions = (await shell.succeed("actions", "--json", "--resource", "chatbot")).json
    [action] = [action for action in actions if action["operation"] == "chatUserDelete"]
    assert (action["name"], action["handler"], action["scopes"]) == ("Delete Chat User", "call", ["imbot"])
    assert "imbot.v2.Chat.User.delete" in action["methods"]
    shown = {parameter["name"]: parameter["displayName"] for parameter in action["parameters"]}
    assert {"botId": "Bot", "chatId": "Chat", "userId": "User", "options": "Options"}.items() <= shown.items()


async def test_a_pipe_gets_a_line_an_action(shell: Shell) -> None:
    finished = await shell.succeed("actions")
    rows = [line.split("\t") for line in finished.stdout.splitlines()]
    assert len(rows) == TOTAL
    assert rows == sorted(rows, key=lambda row: (row[0], row[1]))
    assert ["chatbot", "chatUserDelete", "Delete Chat User"] in [row[:3] for row in rows]


async def test_one_resource_is_listed_alone(shell: Shell) -> None:
    finished = await shell.succeed("actions", "--resource", "user")
    assert [line.split("\t")[0] for line in finished.stdout.splitlines()] == ["user"] * 6


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["lines", "json"])
async def test_an_unknown_resource_brings_the_nearest(form: tuple[str, ...], shell: Shell) -> None:
    assert "no resource 'usr'. Did you mean user or userField?" in await shell.refuse(
        2, "actions", *form, "--resource", "usr"
    )


async def test_listing_loads_no_more_than_it_needs(shell: Shell) -> None:
    finished = await shell.execute(sys.executable, "-c", NAME_HEAVY_MODULES)
    assert (finished.code, finished.stderr, len(finished.stdout.splitlines())) == (0, "[]\n", TOTAL)
