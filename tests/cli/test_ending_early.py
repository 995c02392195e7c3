"""Runs that end before their time: what had been carried out stays known, with its results where there is a place."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.process import COMMAND, TIMEOUT_SECONDS
from tests.portal.waiting import until
from tests.scripted_portal import ScriptedPortal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.sandbox import Sandbox
    from tests.cli.process import Shell

NEW = {"entityType": "deal", "fieldsJson": '{"title": "={{ $json.title }}"}'}
IN_ORDER = NEW | {"options": {"sendInOrder": True}}
ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
REFUSED = {"error": "ACCESS_DENIED", "error_description": "Access denied", "status": 403}
FULL = Path("/dev/full")


class HaltingPortal(ScriptedPortal):
    """Answers as long as there are answers; later requests wait."""

    async def _received(self, request: Any) -> Any:
        if self.requests >= len(self.calls) + len(self.answers):
            self.gate.clear()
        return await super()._received(request)


@pytest.fixture
async def halting() -> AsyncIterator[HaltingPortal]:
    """A portal that creates three deals, one a request, and keeps whoever asks for a fourth waiting."""
    async with HaltingPortal.with_answers(created(1, 2, 3)) as portal:
        yield portal


def created(*ids: int) -> list[dict[str, Any]]:
    return [{"result": {"item": {"id": number, "entityTypeId": 2}}} for number in ids]


def creating(parameters: dict[str, Any], portal: str) -> tuple[str, ...]:
    return ("run", "crm", "create", "--params", json.dumps(parameters), "--items", "in.json", "--webhook-url", portal)


def write_items(shell: Shell, count: int) -> None:
    shell.write("in.json", json.dumps([{"title": f"Deal {number}"} for number in range(count)]))


async def stopped(shell: Shell, portal: HaltingPortal, end: signal.Signals, *options: str) -> tuple[int, str, str]:
    """Sends a signal when the fourth of five deals is on its way: exit code, standard output, standard error."""
    write_items(shell, 5)
    process = await shell.start(*COMMAND, *creating(IN_ORDER, portal.webhook_url), *options)
    try:
        await until(lambda: portal.requests == 4)
        process.send_signal(end)
        async with asyncio.timeout(TIMEOUT_SECONDS):
            stdout, stderr = await process.communicate()
    finally:
        portal.gate.set()
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return process.returncode, stdout.decode(), stderr.decode()


DONE_BEFORE = (
    "3 of 5 items done, 4 requests, sent without an answer: crm.item.add (1); look in Bitrix24 what became of them.\n"
)


@pytest.mark.parametrize(("end", "code"), ENDS, ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("lines", [False, True], ids=["array", "lines"])
async def test_the_results_of_a_stopped_run_stand_beside_the_output_file(
    lines: bool, end: signal.Signals, code: int, shell: Shell, halting: HaltingPortal
) -> None:
    shell.write("out.json", "old")
    options = ("--output", "out.json", *(["--jsonl"] if lines else []))
    ended = await stopped(shell, halting, end, *options)
    kept = "The results of the 3 items that were done are in out.json.partial.\n"
    assert ended == (code, "", DONE_BEFORE + kept + "Stopped.\n")
    text = (shell.folder / "out.json.partial").read_text(encoding="utf-8")
    items = [json.loads(line) for line in text.splitlines()] if lines else json.loads(text)
    assert [(item["json"]["id"], item["pairedItem"]["item"]) for item in items] == [(1, 0), (2, 1), (3, 2)]
    assert (shell.folder / "out.json").read_text(encoding="utf-8") == "old"
    assert shell.files() == ["in.json", "out.json", "out.json.partial"]


async def test_items_without_an_output_file_are_named(shell: Shell, halting: HaltingPortal) -> None:
    code, output, said = await stopped(shell, halting, signal.SIGINT)
    assert (code, output) == (130, "")
    assert said == (
        f"{DONE_BEFORE}Items 0 to 2 were done. "
        "Their results are kept with --output FILE, --jsonl or --continue-on-fail.\nStopped.\n"
    )


async def test_printed_lines_need_no_second_place(shell: Shell, halting: HaltingPortal) -> None:
    code, output, said = await stopped(shell, halting, signal.SIGTERM, "--jsonl")
    assert [json.loads(line)["json"]["id"] for line in output.splitlines()] == [1, 2, 3]
    assert (code, said) == (143, f"{DONE_BEFORE}Stopped.\n")


async def test_a_failed_item_takes_the_others_results_along(shell: Shell, scripted: ScriptedPortal) -> None:
    write_items(shell, 3)
    one, three = created(1, 3)
    command = creating(NEW, scripted.webhook_url)

    scripted.answers.extend([one, REFUSED, three])
    said = await shell.refuse(1, *command, "--output", "out.json")
    assert said.endswith("\nThe results of the 2 items that were done are in out.json.partial.\n")
    items = json.loads((shell.folder / "out.json.partial").read_text(encoding="utf-8"))
    assert [(item["json"]["id"], item["pairedItem"]["item"]) for item in items] == [(1, 0), (3, 2)]
    assert shell.files() == ["in.json", "out.json.partial"]

    scripted.answers.extend([one, REFUSED, three])
    assert "\nItems 0 and 2 were done. Their results are kept with --output FILE" in await shell.refuse(1, *command)

    scripted.answers.extend([one, REFUSED, three])
    finished = await shell(*command, "--jsonl")
    assert [(line["json"]["id"], line["pairedItem"]["item"]) for line in finished.lines] == [(1, 0), (3, 2)]
    assert finished.code == 1
    assert finished.stderr.startswith("Error: Access denied [item 1, ")


@pytest.mark.parametrize("lines", [False, True], ids=["array", "lines"])
async def test_a_reader_who_leaves_a_run_that_writes_is_told_what_was_done(
    lines: bool, shell: Shell, sandbox: Sandbox
) -> None:
    write_items(shell, 1000)
    before = deals_in(sandbox)
    reader, writer = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *creating(NEW, sandbox.webhook_url),
        *(["--jsonl"] if lines else []),
        stdout=writer,
        stderr=asyncio.subprocess.PIPE,
        cwd=shell.folder,
        env=shell.full_environment,
    )
    os.close(writer)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            if lines:
                await asyncio.to_thread(os.read, reader, 1)
            os.close(reader)
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 141
    told = said.decode()
    assert "Error: Whoever read the output has gone\n" in told
    named = re.search(r"^Items 0 to (\d+) were done\.", told, re.MULTILINE)
    assert named is not None
    done = int(named[1]) + 1
    unanswered = sum(map(int, re.findall(r"crm\.item\.add \((\d+)\)", told)))
    assert done <= deals_in(sandbox) - before <= done + unanswered
    assert (f"{done} of 1000 items done" in told, done < 1000) == (lines, lines)


def deals_in(sandbox: Sandbox) -> int:
    return len(list(sandbox.database.collection("crm_items_2").all()))


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("options", ["", "--jsonl", f"--output {FULL}"])
async def test_a_full_disk_does_not_hide_what_was_done(options: str, shell: Shell, sandbox: Sandbox) -> None:
    write_items(shell, 2)
    command = " ".join(f"'{part}'" for part in (*COMMAND, *creating(NEW, sandbox.webhook_url)))
    finished = await shell.execute("/bin/sh", "-c", f"{command} {options} > {FULL}")
    assert finished.code == 1
    assert "cannot be written (No space left on device)\nItem" in finished.stderr
    assert " done." in finished.stderr


@pytest.mark.parametrize("lines", [False, True], ids=["array", "lines"])
async def test_an_action_that_keeps_going_says_that_items_failed(lines: bool, shell: Shell, sandbox: Sandbox) -> None:
    shell.write("in.json", '[{"id": 1}, {"id": 999999}]')
    parameters = {"endpoint": "crm.item.get", "body": '={"entityTypeId": 2, "id": {{ $json.id }}}'}
    command = ("run", "directApi", "callForEach", "--params", json.dumps(parameters), "--items", "in.json")
    options = ("--webhook-url", sandbox.webhook_url, *(["--jsonl"] if lines else []))
    finished = await shell(*command, *options)
    items = finished.lines if lines else finished.json
    assert ["error" in item["json"] for item in items] == [False, True]
    assert finished.stderr == "Error: 1 item failed; the error items in the output say why\n"
    assert finished.code == 1
    await shell.succeed(*command, *options, "--continue-on-fail")
