"""`bitrix-node actions --catalogue`: the documented REST methods, for eyes, pipes and programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.cli.process import Shell


async def test_every_method_is_listed_with_everything_about_it(shell: Shell) -> None:
    methods: list[dict[str, Any]] = (await shell.succeed("actions", "--catalogue", "--json")).json
    assert len({method["method"] for method in methods}) == 1669
    assert len(methods) == 1676
    [method] = [method for method in methods if method["method"] == "lists.get"]
    assert method | {"parameters": []} == {
        "method": "lists.get",
        "version": 2,
        "scopes": ["lists"],
        "reads": True,
        "administrator": False,
        "application_only": False,
        "deprecated": False,
        "replaced_by": [],
        "paging": "start",
        "rows": "",
        "parameters": [],
    }
    assert method["parameters"][0] == {
        "name": "IBLOCK_TYPE_ID",
        "type": "string",
        "required": True,
        "values": ["lists", "bitrix_processes", "lists_socnet"],
        "members": None,
    }


async def test_a_pipe_gets_a_line_a_method(shell: Shell) -> None:
    lines = (await shell.succeed("actions", "--catalogue", "Crm.Contact.Get")).stdout.splitlines()
    assert lines == ["crm.contact.get\tREST 2\tcrm\tid*\tdeprecated: use crm.item.get"]


async def test_both_versions_of_a_method_are_listed(shell: Shell) -> None:
    lines = (await shell.succeed("actions", "--catalogue", "tasks.task.list")).stdout.splitlines()
    assert [line.split("\t")[:2] for line in lines] == [["tasks.task.list", "REST 2"], ["tasks.task.list", "REST 3"]]


async def test_a_name_that_is_in_no_method_is_refused_with_the_nearest(shell: Shell) -> None:
    ended = await shell("actions", "--catalogue", "crm.dael.list")
    assert ended.code == 2
    assert "crm.deal.list" in ended.stderr
    assert not ended.stdout


async def test_what_does_not_go_together_is_refused(shell: Shell) -> None:
    assert "--catalogue" in (await shell("actions", "crm")).stderr
    assert "--resource" in (await shell("actions", "--catalogue", "--resource", "crm")).stderr


async def test_any_call_is_explained_as_it_would_be_sent(shell: Shell) -> None:
    params = '{"body": {"select": ["id"]}, "directApiOptions": {"limit": 7}}'
    [call] = (
        await shell.succeed(
            "explain", "directApi", "call", "--param", "endpoint=main.eventlog.list", "--params", params
        )
    ).json
    assert call == {
        "item": 0,
        "method": "main.eventlog.list",
        "arguments": {"select": ["id"], "pagination": {"limit": 7}},
        "version": 3,
        "paging": "pagination",
    }


async def test_a_call_that_contradicts_the_documentation_is_explained_by_what_is_wrong(shell: Shell) -> None:
    ended = await shell("explain", "directApi", "call", "--param", "endpoint=crm.dael.list")
    assert ended.code == 1
    assert "Did you mean crm.deal.list" in ended.stderr
    assert "Send Anyway" in ended.stderr


async def test_commands_are_explained_as_they_travel(shell: Shell) -> None:
    commands = [
        {"name": "me", "method": "user.current"},
        {"method": "user.get", "arguments": {"ID": "$result[me][ID]"}},
    ]
    arguments = ("--param", "specifyCommands=json", "--param", f"commandsJson={json.dumps(commands)}")
    [call] = (await shell.succeed("explain", "directApi", "executeCommands", *arguments)).json
    assert call["method"] == "batch"
    assert call["arguments"] == {
        "halt": 0,
        "cmd": {"me": "user.current", "command2": "user.get?ID=%24result%5Bme%5D%5BID%5D"},
    }
