"""Counters, journal, reset, and data that outlives the process."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from pathlib import Path

    import aiohttp


async def test_the_journal_holds_what_arrived_without_tokens(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, f"{sandbox.url}/rest/")
    await client.result("crm.item.get", {"auth": sandbox.access_token, "entityTypeId": "2", "ID": 1})
    await client.refusal("CRM.Deal.Get", {"auth": sandbox.access_token, "id": 9999})
    first, second = sandbox.journal
    assert (first.method, first.arguments, first.status, first.error) == (
        "crm.item.get",
        {"entityTypeId": "2", "ID": 1},
        200,
        None,
    )
    assert (second.method, second.status, second.error, second.user_id) == ("CRM.Deal.Get", 400, "", 1)


async def test_the_journal_tells_the_commands_of_a_batch(sandbox: Sandbox, portal: RestClient) -> None:
    await portal.batch({"a": "crm.deal.get?ID=1", "b": "profile"})
    await portal.result("profile")
    assert [(entry.method, entry.batched, entry.request) for entry in sandbox.journal.commands] == [
        ("crm.deal.get", True, 1),
        ("profile", True, 1),
        ("profile", False, 2),
    ]
    assert len(sandbox.journal) == 4


async def test_the_journal_does_not_keep_whole_files(sandbox: Sandbox, portal: RestClient) -> None:
    fields = {"name": "Vera", "comments": "x" * 30_000}
    await portal.result("crm.item.add", {"entityTypeId": 3, "fields": fields})
    noted = sandbox.journal[0].arguments["fields"]
    assert (noted["name"], len(noted["comments"]) < 200, "30000" in noted["comments"]) == ("Vera", True, True)


async def test_statistics_count_requests_and_commands(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, sandbox.webhook_url)
    await client.batch(["PROFILE", "profile", "server.time"])
    await client.result("profile")
    async with session.get(f"{sandbox.url}/_sandbox/statistics") as answer:
        assert await answer.json() == {
            "requests": 2,
            "commands": 4,
            "rejected": 0,
            "by_method": {"profile": 3, "server.time": 1},
        }


async def test_the_journal_is_served(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    await RestClient(session, sandbox.webhook_url).result("profile")
    async with session.get(f"{sandbox.url}/_sandbox/journal") as answer:
        assert [entry["method"] for entry in await answer.json()] == ["profile"]


async def test_reset_brings_the_seed_back(sandbox: Sandbox, portal: RestClient, session: aiohttp.ClientSession) -> None:
    await portal.result("crm.deal.delete", {"id": 1})
    sandbox.faults.add("hang", "no.such.method")
    async with session.post(f"{sandbox.url}/_sandbox/reset") as answer:
        assert answer.status == 200
    assert sandbox.faults.pending == []
    assert sandbox.statistics.requests == 0
    assert (await portal.result("crm.deal.get", {"id": 1}))["ID"] == "1"


async def test_the_clock_moves_over_http(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    sandbox.clock.freeze()
    before = sandbox.clock.time()
    async with session.post(f"{sandbox.url}/_sandbox/clock", json={"advance": 90}) as answer:
        assert answer.status == 200
    assert sandbox.clock.time() == before + 90
    async with session.post(f"{sandbox.url}/_sandbox/clock", json={"advance": "far"}) as answer:
        assert answer.status == 400


async def test_a_file_keeps_data_and_secrets_over_a_restart(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    config = SandboxConfig(seed="empty", database=tmp_path / "portal.sqlite")
    async with Sandbox(config) as sandbox:
        first_path = sandbox.webhook_url.removeprefix(sandbox.url)
        item = (
            await RestClient(session, sandbox.webhook_url).result(
                "crm.item.add", {"entityTypeId": 4, "fields": {"title": "Kept Ltd"}}
            )
        )["item"]
    async with Sandbox(config) as sandbox:
        assert sandbox.webhook_url.removeprefix(sandbox.url) == first_path
        client = RestClient(session, sandbox.webhook_url)
        assert (await client.result("crm.company.get", {"ID": item["id"]}))["TITLE"] == "Kept Ltd"
        assert len(await client.result("user.get")) == 1


async def test_in_memory_portals_share_nothing_but_secrets(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    async with Sandbox(SandboxConfig()) as other:
        assert other.url != sandbox.url
        assert other.webhook_url.removeprefix(other.url) == sandbox.webhook_url.removeprefix(sandbox.url)
        await RestClient(session, other.webhook_url).result("crm.deal.delete", {"id": 1})
        await RestClient(session, sandbox.webhook_url).result("crm.deal.get", {"id": 1})


async def test_a_file_that_is_no_database_is_refused_in_plain_words(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("These are notes and no SQLite database at all. " * 50)
    with pytest.raises(ValueError, match=r"notes\.txt"):
        await Sandbox(SandboxConfig(database=file)).start()


async def test_the_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "accounts.sqlite"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE accounts (id INTEGER)")
    before = file.read_bytes()
    with pytest.raises(ValueError, match="another program"):
        await Sandbox(SandboxConfig(database=file)).start()
    assert file.read_bytes() == before


async def test_a_sandbox_that_is_not_running_says_so() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = Sandbox().url


async def test_a_taken_port_is_an_oserror_and_leaves_nothing_open(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(OSError, match=str(port)):
        await Sandbox(SandboxConfig(port=port)).start()
