"""Standard output that is closed or full, and Ctrl-C before the command line has been loaded."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.process import COMMAND

if TYPE_CHECKING:
    from tests.cli.process import Finished, Shell

FULL = Path("/dev/full")
COMMANDS = [
    ("actions",),
    ("--help",),
    ("run", "user", "getCurrent", "--sandbox"),
    ("run", "user", "getCurrent", "--sandbox", "--jsonl"),
]


async def redirected(shell: Shell, arguments: tuple[str, ...], redirection: str) -> Finished:
    return await shell.execute("/bin/sh", "-c", f"exec {shlex.join((*COMMAND, *arguments))} {redirection}")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
async def test_a_full_disk_is_told_as_what_it_is(arguments: tuple[str, ...], shell: Shell) -> None:
    finished = await redirected(shell, arguments, f"> {FULL}")
    assert finished.code == 1
    assert finished.stderr == "Error: Standard output cannot be written (No space left on device)\n"


@pytest.mark.parametrize("closed", [">&-", "<&-", "<&- >&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
async def test_closed_streams_are_no_fault(arguments: tuple[str, ...], closed: str, shell: Shell) -> None:
    finished = await redirected(shell, arguments, closed)
    assert (finished.code, finished.stderr) == (0, "")
    assert bool(finished.stdout) == (">&-" not in closed.replace("2>&-", ""))


async def test_stopping_while_the_command_line_is_loaded(shell: Shell) -> None:
    shell.write("click.py", "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    finished = await shell("actions")
    assert (finished.code, finished.stdout, finished.stderr) == (130, "", "Stopped.\n")
