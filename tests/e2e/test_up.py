"""`bitrix-node n8n up` as a program: starts, is interrupted, starts again with everything there, leaves nothing."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from pathlib import Path

import aiohttp
import pytest

from bitrix_node.n8n.installation.client import N8nClient
from bitrix_node.n8n.installation.errors import InstallationError
from bitrix_node.n8n.installation.example import LEAVE, TRIGGER, WORKFLOW_NAME, support_workflow
from bitrix_node.n8n.installation.install import ensure_n8n
from bitrix_node.n8n.installation.package import install_package
from bitrix_node.n8n.installation.process import N8nProcess, free_port
from bitrix_node.n8n.installation.up import DEMO_OWNER, NODE_TYPE, UpOptions, running
from bitrix_node.n8n.package import build_package

COMMAND = (sys.executable, "-m", "bitrix_node.hosts.cli", "n8n", "up")


async def start(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    """Starts the program and waits for its address."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        "--port",
        str(free_port()),
        "--folder",
        str(folder),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    printed = b""
    async with asyncio.timeout(300):
        while b"Press Ctrl-C" not in printed:
            line = await process.stdout.readline()
            assert line, printed.decode()
            printed += line
    found = re.search(r"n8n\s+(http://\S+)", printed.decode())
    assert found, printed.decode()
    return process, found[1]


async def interrupt(process: asyncio.subprocess.Process) -> tuple[int, str]:
    """Presses Ctrl-C and returns the exit code and the rest of what was printed."""
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(60):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


def processes_of(folder: Path) -> list[str]:
    """Command lines of the processes that work in or with the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            mentions = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(folder).encode() in mentions:
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


async def test_a_second_start_reuses_everything_and_nothing_is_left_behind(tmp_path: Path) -> None:
    process, _ = await start(tmp_path)
    code, rest = await interrupt(process)
    assert (code, "Traceback" in rest) == (0, False)
    assert processes_of(tmp_path) == []

    process, url = await start(tmp_path)
    async with N8nClient(url) as client:
        assert await client.sign_in(DEMO_OWNER) is False
        assert [entry["name"] for entry in await client.workflows()] == [WORKFLOW_NAME]
        assert len(await client.credentials()) == 1
    await interrupt(process)
    assert processes_of(tmp_path) == []
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(url)


async def test_one_folder_is_for_one_n8n(tmp_path: Path) -> None:
    async with running(UpOptions(folder=tmp_path, port=0), print):
        with pytest.raises(InstallationError, match="already running"):
            async with running(UpOptions(folder=tmp_path, port=0), print):
                pass


async def test_without_a_runner_the_node_says_how_to_start_one(tmp_path: Path) -> None:
    await install_package(build_package(tmp_path / "package"), tmp_path)
    patient = {"N8N_RUNNERS_TASK_REQUEST_TIMEOUT": "3600"}  # It is not n8n that notices.
    process = N8nProcess(await ensure_n8n(print), tmp_path, extra_environment=patient)
    async with process as n8n, N8nClient(n8n.url) as client:
        await client.sign_in(DEMO_OWNER)
        data = {"webhookSecret": "http://127.0.0.1:9/rest/1/code/"}
        credential = {"id": await client.save_credential("Portal", "bitrix24WebhookApi", data), "name": "Portal"}
        for on_error in ("stopWorkflow", "continueErrorOutput"):
            workflow = support_workflow(node_type=NODE_TYPE, credential=credential, on_error=on_error)
            execution = await client.run(await client.create_workflow(workflow), TRIGGER)
            if on_error == "stopWorkflow":
                assert execution.error is not None
                assert execution.error["message"] == "The Bitrix24 runner is not connected"
                assert "bitrix-node runner" in execution.error["description"]
            else:
                done, failed = execution.runs[LEAVE]
                assert (len(done), len(failed)) == (0, 5)
                assert {item["json"]["error"] for item in failed} == {"The Bitrix24 runner is not connected"}
