"""Installing and starting n8n: complete or not at all, once, and clear about what is missing."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
from pathlib import Path

import pytest

from bitrix_node.n8n.installation import install, process
from bitrix_node.n8n.installation.client import N8nClient, unflatten
from bitrix_node.n8n.installation.companion import Companion
from bitrix_node.n8n.installation.errors import InstallationError
from bitrix_node.n8n.installation.example import support_workflow
from bitrix_node.n8n.installation.install import ensure_n8n
from bitrix_node.n8n.installation.node import NodeRuntime, find_node
from bitrix_node.n8n.installation.process import N8nProcess, free_port

NPM = """\
echo "$1" >> "{calls}"
case "$1" in
install) mkdir -p node_modules/n8n && echo '{{}}' > node_modules/n8n/package.json ;;
rebuild) {rebuild} ;;
esac
"""
BUILDS = "mkdir -p node_modules/sqlite3/build/Release && touch node_modules/sqlite3/build/Release/node_sqlite3.node"


class FakeNpm:
    """An npm that does at once what the real one takes minutes for, and writes down that it was called."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.script, self.calls_file = folder / "npm.sh", folder / "calls"
        self.behave(BUILDS)
        runtime = NodeRuntime(executable=Path("/bin/sh"), npm_script=self.script, headers=folder)
        monkeypatch.setattr(install, "find_node", lambda: runtime)

    def behave(self, rebuild: str) -> None:
        self.script.write_text(NPM.format(calls=self.calls_file, rebuild=rebuild))

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().split() if self.calls_file.exists() else []


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNpm:
    return FakeNpm(tmp_path, monkeypatch)


class TestInstall:
    async def test_it_happens_once(self, tmp_path: Path, npm: FakeNpm) -> None:
        target = tmp_path / "cache" / "n8n"
        for _ in range(2):
            assert await ensure_n8n(print, target) == target
        assert npm.calls == ["install", "rebuild"]
        assert (target / "node_modules/n8n/package.json").exists()

    async def test_two_at_once_share_one_installation(self, tmp_path: Path, npm: FakeNpm) -> None:
        await asyncio.gather(*(ensure_n8n(print, tmp_path / "n8n") for _ in range(3)))
        assert npm.calls == ["install", "rebuild"]

    async def test_one_made_by_hand_is_taken_over(self, tmp_path: Path, npm: FakeNpm) -> None:
        target = tmp_path / "n8n"
        for part in ("node_modules/n8n/package.json", "node_modules/sqlite3/build/Release/node_sqlite3.node"):
            (target / part).parent.mkdir(parents=True)
            (target / part).touch()
        await ensure_n8n(print, target)
        assert npm.calls == []

    async def test_half_of_one_is_replaced(self, tmp_path: Path, npm: FakeNpm) -> None:
        target = tmp_path / "n8n"
        (target / "node_modules/n8n").mkdir(parents=True)
        (target / "node_modules/n8n/package.json").touch()
        (target / "left-over").touch()
        await ensure_n8n(print, target)
        assert npm.calls == ["install", "rebuild"]
        assert not (target / "left-over").exists()

    async def test_a_failure_shows_what_npm_said_and_leaves_nothing_that_looks_done(
        self, tmp_path: Path, npm: FakeNpm
    ) -> None:
        npm.behave("echo 'no room on the disk' && exit 1")
        target = tmp_path / "n8n"
        with pytest.raises(InstallationError, match="no room on the disk") as caught:
            await ensure_n8n(print, target)
        assert str(target.with_name("n8n.log")) in str(caught.value)
        assert not target.exists()
        npm.behave(BUILDS)
        await ensure_n8n(print, target)

    async def test_a_missing_compiler_is_named(
        self, tmp_path: Path, npm: FakeNpm, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        npm.behave("exit 1")
        monkeypatch.setattr("shutil.which", lambda _name: None)
        with pytest.raises(InstallationError, match="build-essential"):
            await ensure_n8n(print, tmp_path / "n8n")


class TestNode:
    def test_the_wheel_brings_it(self) -> None:
        assert find_node().executable.is_file()

    def test_without_the_extra_the_message_names_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
        with pytest.raises(InstallationError, match=r"pip install 'bitrix-node\[n8n\]'"):
            find_node()

    def test_scripts_find_node_and_npm_by_name(self) -> None:
        runtime = find_node()
        with runtime.environment() as environment:
            programs = Path(environment["PATH"].split(":")[0])
            assert (programs / "node").resolve() == runtime.executable.resolve()
            assert str(runtime.npm_script) in (programs / "npm").read_text()
        assert not programs.exists()


class TestProcess:
    async def test_an_n8n_that_ends_at_once_shows_its_last_words(self, tmp_path: Path) -> None:
        program = tmp_path / "node_modules" / "n8n" / "bin" / "n8n"
        program.parent.mkdir(parents=True)
        program.write_text("console.log('the database is locked'); throw new Error('gone');")
        with pytest.raises(InstallationError, match="the database is locked"):
            async with N8nProcess(tmp_path, tmp_path / "user"):
                pass

    async def test_a_process_that_ignores_the_request_to_end_is_killed_with_its_children(self) -> None:
        script = "trap '' TERM; sleep 600 & echo ready; wait; sleep 600"
        parent = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", script, stdout=asyncio.subprocess.PIPE, start_new_session=True
        )
        assert parent.stdout is not None
        async with asyncio.timeout(20):
            assert await parent.stdout.readline() == b"ready\n"
            await process.stop_group(parent, seconds=0.2)
            # The child holds the other end of the pipe too: the end of it is the end of both.
            assert await parent.stdout.read() == b""
        assert parent.returncode == -9

    def test_a_taken_port_is_passed_over(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            assert free_port(taken.getsockname()[1]) != taken.getsockname()[1]

    async def test_what_nobody_answers_is_not_healthy(self) -> None:
        with pytest.raises(TimeoutError):
            await process.wait_until_healthy(f"http://127.0.0.1:{free_port()}/healthz", seconds=0.3)


class TestCompanion:
    async def test_one_that_ends_while_starting_shows_why(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        async with Companion(arguments=("no-such-command",), log=log) as companion:
            with pytest.raises(InstallationError, match="ended while it was starting") as caught:
                await companion.healthy(f"http://127.0.0.1:{free_port()}/healthz")
        assert str(log) in str(caught.value)


def test_flattened_executions_are_decoded() -> None:
    text = '[{"a":"1","b":2,"c":"3","again":"1"},"one",null,["1",true,null,"4"],{"deep":"2"}]'
    assert unflatten(text) == {"a": "one", "b": 2, "c": ["one", True, None, {"deep": None}], "again": "one"}


@pytest.mark.parametrize(
    ("on_error", "outputs"), [("stopWorkflow", 1), ("continueRegularOutput", 1), ("continueErrorOutput", 2)]
)
def test_the_example_has_a_branch_for_each_output(on_error: str, outputs: int) -> None:
    workflow = support_workflow(node_type="x.y", credential={"id": "1", "name": "Portal"}, on_error=on_error)
    names = {node["name"] for node in workflow["nodes"]}
    branches = workflow["connections"]["Remove client from chat"]["main"]
    assert len(branches) == outputs
    assert {target["node"] for branch in branches for target in branch} <= names
    assert all(isinstance(node["position"], list) for node in workflow["nodes"])


async def test_the_client_says_when_n8n_is_not_there() -> None:
    async with N8nClient(f"http://127.0.0.1:{free_port()}") as client:
        with pytest.raises(InstallationError, match="cannot be reached"):
            await client.workflows()
