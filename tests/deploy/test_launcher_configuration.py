"""The launcher's configuration file: valid for the launcher, and right for our runner."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tomllib
from asyncio.subprocess import PIPE
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import aiohttp

from bitrix_node.hosts.runner.config import TASK_TYPE
from bitrix_node.n8n.installation.process import free_port
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.deploy.files import DEPLOY, ROOT, launcher_entry, runner_variables
from tests.runner.conftest import broker  # noqa: F401 - a fixture
from tests.runner.test_launcher import put_off_the_first_task

if TYPE_CHECKING:
    from pathlib import Path

    from tests.runner.broker import Broker

KEYS = {"runner-type", "workdir", "command", "args", "health-check-server-port", "allowed-env", "env-overrides"}
PORTS_TAKEN = {5678, 5679, 5680, 5681, 5682}
"""Of n8n, its task broker, the launcher, and the image's own two runners."""

ALWAYS_PASSED = {"LANG", "PATH", "TZ", "TERM"}
SET_BY_THE_LAUNCHER = {
    "N8N_RUNNERS_AUTH_TOKEN",  # stays with the launcher; the runner gets a ticket for one connection
    "N8N_RUNNERS_GRANT_TOKEN",
    "N8N_RUNNERS_HEALTH_CHECK_SERVER_ENABLED",
    "N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT",
    "N8N_RUNNERS_TASK_BROKER_URI",
}
IMAGE = {
    "task-runners": [
        {"runner-type": "javascript", "health-check-server-port": "5681"},
        {"runner-type": "python", "health-check-server-port": "5682"},
    ]
}


def test_the_entry_is_what_the_launcher_reads() -> None:
    entry = launcher_entry()
    assert set(entry) == KEYS
    assert entry["runner-type"] == TASK_TYPE
    assert PurePosixPath(entry["workdir"]).is_absolute()
    assert isinstance(entry["health-check-server-port"], str)
    assert 1 <= int(entry["health-check-server-port"]) <= 65535
    assert int(entry["health-check-server-port"]) not in PORTS_TAKEN
    for values in (entry["args"], entry["allowed-env"], entry["env-overrides"].values()):
        assert all(isinstance(value, str) for value in values)


def test_the_command_is_one_that_the_wheel_installs() -> None:
    entry = launcher_entry()
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    assert PurePosixPath(entry["command"]).is_absolute()
    assert PurePosixPath(entry["command"]).name in scripts
    assert entry["args"] == ["runner"]


def test_every_variable_of_the_runner_comes_through_and_no_secret() -> None:
    allowed = set(launcher_entry()["allowed-env"])
    known = runner_variables() - SET_BY_THE_LAUNCHER
    assert known - allowed == {"N8N_RUNNERS_ID"}, "one id for all runners of an image would say nothing"
    assert allowed - known == {"PATH", "SSL_CERT_FILE"}


def test_joins_the_entries_of_the_image_and_may_be_repeated(tmp_path: Path) -> None:
    configuration = tmp_path / "n8n-task-runners.json"
    configuration.write_text(json.dumps(IMAGE))
    program, added = DEPLOY / "add_task_runner.py", DEPLOY / "n8n-task-runners.json"
    for _ in range(2):
        subprocess.run([sys.executable, program, added, configuration], check=True, timeout=60)
        assert json.loads(configuration.read_text()) == {"task-runners": [*IMAGE["task-runners"], launcher_entry()]}


async def test_launched_with_it_the_runner_does_the_task_reports_its_health_and_ends(broker: Broker) -> None:  # noqa: F811
    entry = launcher_entry()
    launcher = asyncio.create_task(put_off_the_first_task(broker))
    async with Sandbox(SandboxConfig()) as portal:
        request = await broker.request(who_am_i(portal.webhook_url))
        await launcher
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bitrix_node.hosts.cli",
            *entry["args"],
            cwd=ROOT,
            env=as_the_launcher_sets_it(entry, broker, port),
            stderr=PIPE,
        )
        try:
            assert await health(port) == {"status": "ok", "connected": True}
            await broker.finished(request)
            _, log = await asyncio.wait_for(process.communicate(), 60)
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()
    assert [item["json"]["ID"] for item in request.answer["result"]["items"]] == [1], request.answer
    assert process.returncode == 0, log.decode()


def as_the_launcher_sets_it(entry: dict[str, Any], broker: Broker, port: int) -> dict[str, str]:  # noqa: F811
    """The environment of a launched runner: what is allowed of the launcher's own, and what the launcher adds."""
    own = {**os.environ, "N8N_RUNNERS_AUTO_SHUTDOWN_TIMEOUT": "1", "N8N_RUNNERS_TASK_TIMEOUT": "300"}
    passed = ALWAYS_PASSED.union(entry["allowed-env"])
    return {
        **{name: value for name, value in own.items() if name in passed},
        "N8N_RUNNERS_TASK_BROKER_URI": broker.uri,
        "N8N_RUNNERS_GRANT_TOKEN": broker.grant(),
        "N8N_RUNNERS_HEALTH_CHECK_SERVER_ENABLED": "true",
        "N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT": str(port),
        **entry["env-overrides"],
    }


async def health(port: int) -> dict[str, Any]:
    """What the health check says once the runner is connected."""
    async with asyncio.timeout(60), aiohttp.ClientSession() as http:
        while True:
            try:
                async with http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                    told = await answer.json()
            except aiohttp.ClientError:
                told = {}
            if told.get("connected"):
                return {name: told[name] for name in ("status", "connected")}
            await asyncio.sleep(0.05)


def who_am_i(webhook: str) -> dict[str, Any]:
    """A job of one item, as the node package sends it."""
    return {
        "version": 1,
        "resource": "user",
        "operation": "getCurrent",
        "items": [0],
        "credential": {"type": "bitrix24WebhookApi", "data": {"webhookSecret": webhook}},
    }
