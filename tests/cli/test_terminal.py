"""What people see at a terminal, and what pipes get instead."""

from __future__ import annotations

import asyncio
import os
import pty
import re
import stat
from typing import TYPE_CHECKING

import pytest

from tests.cli.process import COMMAND, TIMEOUT_SECONDS, Shell

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

EMPLOYEES = ("run", "user", "getAll", "--param", "returnAll=true")


async def at_a_terminal(shell: Shell, *arguments: str, stream: str) -> tuple[int, str, str]:
    """Runs the command with one of its outputs at a terminal: the exit code, what that shows, and the other output."""
    master, slave = pty.openpty()
    other = "stderr" if stream == "stdout" else "stdout"
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        cwd=shell.folder,
        env=shell.full_environment | {"TERM": "xterm"},
        **{stream: slave, other: asyncio.subprocess.PIPE},  # type: ignore[arg-type]
    )
    os.close(slave)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            shown, outputs = await asyncio.gather(asyncio.to_thread(read_to_end, master), process.communicate())
    except BaseException:
        process.kill()
        await process.wait()
        raise
    finally:
        os.close(master)
    assert process.returncode is not None
    return process.returncode, shown, (outputs[1] if other == "stderr" else outputs[0]).decode()


def read_to_end(terminal: int) -> str:
    pieces: list[bytes] = []
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # how a terminal ends on Linux
            piece = b""
        if not piece:
            return b"".join(pieces).decode()
        pieces.append(piece)


def plain(shown: str) -> str:
    """Without colors."""
    return re.sub(r"\x1b\[[0-9;]*m", "", shown)


async def test_a_terminal_shows_a_table(shell: Shell, sandbox: Sandbox) -> None:
    code, shown, said = await at_a_terminal(shell, *EMPLOYEES, "--webhook-url", sandbox.webhook_url, stream="stdout")
    assert (code, said) == (0, "")
    header, _, first = plain(shown).splitlines()[:3]
    assert [cell.strip() for cell in header.split("┃")][:4] == ["ID", "NAME", "LAST_NAME", "EMAIL"]
    assert [cell.strip() for cell in first.split("│")][:4] == ["1", "Olivia", "Hart", "olivia.hart@example.com"]
    assert "more fields" in shown
    assert '"json"' not in shown


async def test_a_terminal_shows_that_there_is_nothing(shell: Shell) -> None:
    shell.write("none.json", "[]")
    code, shown, said = await at_a_terminal(
        shell, "run", "user", "getCurrent", "--sandbox", "--items", "none.json", stream="stdout"
    )
    assert (code, plain(shown).strip(), said) == (0, "No items", "")


async def test_json_lines_stay_json_lines_at_a_terminal(shell: Shell, sandbox: Sandbox) -> None:
    options = ("--webhook-url", sandbox.webhook_url, "--jsonl")
    _, shown, _ = await at_a_terminal(shell, *EMPLOYEES, *options, stream="stdout")
    assert shown.startswith('{"json": ')


@pytest.mark.parametrize("options", [(), ("--no-progress",)])
async def test_progress_shows_at_a_terminal_and_keeps_out_of_the_result(
    options: tuple[str, ...], shell: Shell, sandbox: Sandbox
) -> None:
    reach = ("--webhook-url", sandbox.webhook_url)
    code, shown, result = await at_a_terminal(shell, *EMPLOYEES, *reach, *options, stream="stderr")
    assert code == 0
    assert result.startswith('[\n{"json": ')
    assert ("Get Many (user)" in shown) == (not options)


async def test_a_reader_that_goes_away_is_no_failure(shell: Shell) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        process = await asyncio.create_subprocess_exec(
            *COMMAND, "actions", "--json", stdout=writer, stderr=asyncio.subprocess.PIPE, env=shell.full_environment
        )
        _, said = await process.communicate()
    finally:
        os.close(writer)
    assert (process.returncode, said) == (0, b"")


async def test_a_device_takes_the_output_and_stays_a_device(shell: Shell, sandbox: Sandbox) -> None:
    options = ("--webhook-url", sandbox.webhook_url, "--output", os.devnull)
    finished = await shell.succeed(*EMPLOYEES, *options)
    assert finished.stdout == ""
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)  # noqa: PTH116


async def test_an_output_file_keeps_its_permissions_and_its_link(shell: Shell, sandbox: Sandbox) -> None:
    target = shell.write("items.json", "")
    target.chmod(0o640)
    (shell.folder / "link.json").symlink_to("items.json")
    await shell.succeed(*EMPLOYEES, "--webhook-url", sandbox.webhook_url, "--output", "link.json")
    assert (shell.folder / "link.json").is_symlink()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert target.read_text().startswith('[\n{"json": ')
    assert shell.files() == ["items.json", "link.json"]


async def test_a_new_output_file_is_readable_as_usual(shell: Shell, sandbox: Sandbox) -> None:
    usual = shell.write("usual", "")
    await shell.succeed(*EMPLOYEES, "--webhook-url", sandbox.webhook_url, "--output", "items.json")
    assert (shell.folder / "items.json").stat().st_mode == usual.stat().st_mode


async def test_explaining_needs_no_portal(shell: Shell) -> None:
    shell.environment["BITRIX24_WEBHOOK_URL"] = "http://127.0.0.1:1/rest/1/abcdefgh/"
    parameters = '{"entityType": "activity", "recordId": 3, "fieldsJson": {"title": "Call"}}'
    finished = await shell.succeed("explain", "crm", "update", "--params", parameters)
    assert [call["method"] for call in finished.json] == ["crm.activity.get", "crm.activity.todo.update"]
    assert finished.json[1]["arguments"]["ownerId"] == "<answer of current: OWNER_ID>"
