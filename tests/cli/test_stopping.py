"""Ctrl+C while a run goes on: nothing more is sent, and what had been sent is told."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING

import pytest

from tests.cli.process import COMMAND

if TYPE_CHECKING:
    from tests.cli.process import Shell
    from tests.scripted_portal import ScriptedPortal


@pytest.mark.parametrize("options", [(), ("--jsonl",), ("--no-progress",)])
async def test_what_had_been_sent_is_told(shell: Shell, scripted: ScriptedPortal, options: tuple[str, ...]) -> None:
    scripted.gate.clear()
    new = ("--params", '{"entityType": "deal", "fieldsJson": "{\\"title\\": \\"New\\"}"}')
    reach = ("--webhook-url", scripted.webhook_url)
    process = await shell.start(*COMMAND, "run", "crm", "create", *new, *reach, *options)
    await scripted.first_request()
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        stdout, stderr = await process.communicate()
    scripted.gate.set()
    assert (process.returncode, stdout) == (130, b"")
    assert stderr.decode().split("\n") == [
        "0 of 1 items done, 1 request, sent without an answer: crm.item.add (1); look in Bitrix24 what became of them.",
        "Stopped.",
        "",
    ]
    assert scripted.requests == 1
