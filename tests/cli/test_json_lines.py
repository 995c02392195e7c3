"""JSON lines as they come: whole lines whatever happens, at the reader's pace."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal
from bitrix_node.portal.lookahead import PAGES_AHEAD
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.cli.process import COMMAND, TIMEOUT_SECONDS, Shell
from tests.portal.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROWS = 40_000
PAGE = 50
PIPE_BYTES = 65_536
CONTACTS: dict[str, Any] = {"entityType": "contact", "returnAll": True, "crmOptions": {"select": "id,name"}}
LIST = ("run", "crm", "getAll", "--params", json.dumps(CONTACTS), "--jsonl")


@pytest.fixture
async def full() -> AsyncIterator[Sandbox]:
    """A company with far more contacts than may be read ahead, and no limit on requests."""
    async with Sandbox(SandboxConfig(bucket="off")) as sandbox:
        contacts = sandbox.database.collection("crm_items_3")
        with sandbox.database.transaction():
            for number in range(ROWS):
                contacts.insert({"name": f"Contact {number}"})
        yield sandbox


def ids_in(sandbox: Sandbox) -> list[int]:
    return [record["id"] for record in sandbox.database.collection("crm_items_3").all()]


async def test_a_slow_reader_holds_up_the_portal(shell: Shell, full: Sandbox) -> None:
    process = await shell.start(*COMMAND, *LIST, "--webhook-url", full.webhook_url)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS), Portal(Webhook(full.webhook_url).endpoint()) as other:
            lines = [await process.stdout.readline()]
            await until(lambda: full.statistics.commands >= PAGES_AHEAD)
            for _ in range(50):
                await other.call("profile")
            buffered = 4 * PIPE_BYTES // (len(lines[0]) * PAGE) + 1
            assert full.statistics.by_method["crm.item.list"] <= PAGES_AHEAD + 50 + buffered < ROWS // PAGE
            lines += [line async for line in process.stdout]
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
    assert [json.loads(line)["json"]["id"] for line in lines] == ids_in(full)


async def test_a_reader_who_has_enough_is_no_fault(shell: Shell, full: Sandbox) -> None:
    command = " ".join(f"'{part}'" for part in (*COMMAND, *LIST, "--webhook-url", full.webhook_url))
    finished = await shell.execute("/bin/sh", "-c", f"{command} | head -n 3")
    assert [line["json"]["id"] for line in finished.lines] == ids_in(full)[:3]
    assert finished.stderr == ""
    assert full.statistics.by_method["crm.item.list"] < ROWS // PAGE


@pytest.mark.parametrize("continue_on_fail", [False, True])
async def test_a_page_that_fails_leaves_the_lines_before_it(
    shell: Shell, full: Sandbox, continue_on_fail: bool
) -> None:
    process = await shell.start(
        *COMMAND, *LIST, "--webhook-url", full.webhook_url, *(["--continue-on-fail"] if continue_on_fail else [])
    )
    assert process.stdout is not None
    assert process.stderr is not None
    first = await process.stdout.readline()
    full.faults.add("error", "crm.item.list", times=None, status=403, code="ACCESS_DENIED", message="Access denied.")
    async with asyncio.timeout(TIMEOUT_SECONDS):
        output, said = await process.communicate()
    lines = [json.loads(line) for line in (first + output).splitlines()]
    rows = lines[:-1] if continue_on_fail else lines
    assert [line["json"]["id"] for line in rows] == ids_in(full)[: len(rows)]
    assert 0 < len(rows) < ROWS
    assert (first + output).endswith(b"\n")
    if continue_on_fail:
        assert (process.returncode, said) == (0, b"")
        assert lines[-1]["json"]["details"]["code"] == "ACCESS_DENIED"
    else:
        assert process.returncode == 1
        assert said.decode().startswith("Error: Access denied")


async def test_a_file_is_written_whole_or_not_at_all(shell: Shell, full: Sandbox) -> None:
    file = shell.write("out.jsonl", "old")
    command = (*LIST, "--webhook-url", full.webhook_url, "--output", str(file))
    full.faults.add("error", "crm.item.list", times=None, status=403, code="ACCESS_DENIED", message="Access denied.")
    await shell.refuse(1, *command)
    assert (file.read_text(encoding="utf-8"), shell.files()) == ("old", ["out.jsonl"])
    full.faults.clear()
    await shell.succeed(*command)
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["json"]["id"] for line in lines] == ids_in(full)
    assert shell.files() == ["out.jsonl"]
