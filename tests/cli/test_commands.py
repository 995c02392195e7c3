"""The other commands: help, sandbox, validate, build and demo."""

from __future__ import annotations

import asyncio
import json
import signal
import tarfile
from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions.locations import packaged_data
from bitrix_node.version import VERSION
from tests.cli.process import COMMAND, TIMEOUT_SECONDS

if TYPE_CHECKING:
    from tests.cli.process import Shell

NAMES = ("actions", "build", "demo", "explain", "migrate", "n8n", "run", "runner", "sandbox", "validate")


async def test_help_names_every_command(shell: Shell) -> None:
    finished = await shell.succeed("--help")
    listed = [line.split()[0] for line in finished.stdout.partition("Commands:")[2].splitlines() if line.strip()]
    assert listed == list(NAMES)
    assert (await shell.succeed("--version")).stdout == f"bitrix-node, version {VERSION}\n"


async def test_an_unknown_command_is_wrong_usage(shell: Shell) -> None:
    assert "No such command 'rnu'" in await shell.refuse(2, "rnu")
    assert "Missing argument 'OPERATION'" in await shell.refuse(2, "run", "user")


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
async def test_the_sandbox_says_where_it_is_and_serves_until_it_is_stopped(stop: signal.Signals, shell: Shell) -> None:
    process = await shell.start(*COMMAND, "sandbox", "--db", "portal.sqlite")
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            assert process.stdout is not None
            address = (await process.stdout.readline()).decode().strip()
            [item] = (await shell.succeed("run", "user", "getCurrent", "--webhook-url", address)).json
            process.send_signal(stop)
            rest, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert item["json"]["NAME"] == "Olivia"
    assert (process.returncode, rest) == (0, b"")
    assert said.decode().startswith("Bitrix24 sandbox at http://127.0.0.1:")
    assert "Traceback" not in said.decode()
    assert (shell.folder / "portal.sqlite").is_file()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--bucket", "much"), "DRAIN:CAPACITY"),
        (("--port", "70000"), "70000"),
        (("--seed", "tomato"), "tomato"),
        (("--db", "nowhere/portal.sqlite"), "nowhere/portal.sqlite cannot be opened"),
        (("--latency-ms", "nan"), "latency_ms must be a number of milliseconds"),
        (("--cmd-ms", "inf"), "command_ms must be a number of milliseconds"),
    ],
)
async def test_a_sandbox_that_cannot_be_set_up_is_refused(options: tuple[str, ...], message: str, shell: Shell) -> None:
    assert message in await shell.refuse(2, "sandbox", *options)


async def test_the_definitions_that_come_along_are_valid(shell: Shell) -> None:
    finished = await shell("validate")
    assert (finished.code, finished.stdout, finished.stderr) == (0, "", "The definitions are valid.\n")


async def test_a_fault_is_told_with_file_and_path(shell: Shell) -> None:
    text = (packaged_data().resources / "user.yaml").read_text(encoding="utf-8")
    assert text.count("action: Get the current user") == 1
    shell.write("user.yaml", text.replace("action: Get the current user", "acton: Get the current user"))
    finished = await shell("validate", "user.yaml")
    assert finished.code == 1
    assert finished.stdout.splitlines()[-1].startswith(
        'user.yaml: operations.getCurrent.acton: the key "acton" is not known here'
    )
    assert finished.stderr == f"{len(finished.stdout.splitlines())} faults\n"


async def test_a_place_that_is_not_there_cannot_be_validated(shell: Shell) -> None:
    assert "nothing.yaml" in await shell.refuse(2, "validate", "nothing.yaml")


async def test_a_place_without_definitions_cannot_be_validated(shell: Shell) -> None:
    root = packaged_data().root
    for place in (root / "README.md", root / "docs", root / "pyproject.toml"):
        said = await shell.refuse(2, "validate", str(place))
        assert f"{place}: there are no definitions there" in said
        assert "valid" not in said
    for place in (root, root / "manifest.json", root / "credentials", packaged_data().resources / "user.yaml"):
        assert (await shell("validate", str(place))).code == 0


async def test_build_makes_the_package_and_says_where(shell: Shell) -> None:
    place = (await shell.succeed("build", "--out", "made")).stdout.strip()
    file = shell.folder / place
    assert (file.parent, file.suffix) == (shell.folder / "made", ".tgz")
    with tarfile.open(file) as archive:
        names = archive.getnames()
        member = archive.extractfile("package/package.json")
        assert member is not None
        assert json.load(member)["name"] == "n8n-nodes-bitrix24-py"
    assert all(name.startswith("package/") for name in names)


async def test_a_package_that_cannot_be_written_is_refused(shell: Shell) -> None:
    shell.write("taken", "")
    for place in ("taken/made", "/dev/null"):
        assert f"{place} cannot be written" in await shell.refuse(2, "build", "--out", place)


async def test_the_demo_removes_the_clients_of_closed_tickets(shell: Shell) -> None:
    finished = await shell.succeed("demo", "--output", "out.jsonl")
    items = [json.loads(line) for line in (shell.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [item["pairedItem"]["item"] for item in items] == list(range(312))
    assert sum(item["json"].get("deleted") is True for item in items) == 302
    assert sum("error" in item["json"] for item in items) == 10
    rows = [line.split(maxsplit=1) for line in finished.stdout.splitlines() if line.strip()]
    assert ["302", "removed"] in [[cell.strip() for cell in row] for row in rows]
    assert "every removed client is gone" in " ".join(finished.stdout.split())
    assert shell.files() == ["out.jsonl"]


async def test_a_demo_whose_output_has_no_place_does_not_begin(shell: Shell) -> None:
    assert "--output: missing/out.jsonl cannot be written" in await shell.refuse(
        2, "demo", "--output", "missing/out.jsonl"
    )
