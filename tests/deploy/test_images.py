"""The Dockerfile: the project's versions, paths that exist, and nothing that runs as root."""

from __future__ import annotations

import json
import re
import tomllib
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath

import pytest
from packaging.requirements import Requirement

from bitrix_node.hosts.runner.config import TASK_TYPE
from bitrix_node.n8n.installation.install import N8N_VERSION
from tests.deploy.files import DEPLOY, ROOT, launcher_entry

COMPILED = {
    "aiohttp",
    "frozenlist",
    "multidict",
    "propcache",
    "pydantic-core",
    "pyyaml",
    "rpds-py",
    "yarl",
}
"""Dependencies with compiled code that offer wheels for musl (x86_64 and aarch64), which n8n's image is built on."""


def stages() -> dict[str, list[str]]:
    """The instructions of each stage, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    found: dict[str, list[str]] = {"": []}
    for line in lines:
        if line.startswith("FROM "):
            found[line.split(" AS ")[1]] = []
        found[next(reversed(found))].append(line)
    return found


def ignored() -> list[str]:
    return (DEPLOY / "Dockerfile.dockerignore").read_text().split()


def test_builds_on_the_version_of_n8n_that_the_project_is_tested_with() -> None:
    instructions = stages()
    assert f"ARG N8N_VERSION={N8N_VERSION}" in instructions[""]
    assert instructions["node-package"][0].startswith("FROM n8nio/n8n:${N8N_VERSION} ")
    assert instructions["runners"][0].startswith("FROM n8nio/runners:${N8N_VERSION} ")


def test_the_runners_run_as_their_own_user_and_all_three_are_started() -> None:
    runners = stages()["runners"]
    users = [line.removeprefix("USER ") for line in runners if line.startswith("USER ")]
    assert users == ["root", "runner"]
    assert runners[-2] == "USER runner"
    assert json.loads(runners[-1].removeprefix("CMD ")) == ["javascript", "python", TASK_TYPE]


def test_the_runner_is_where_the_launcher_looks_for_it() -> None:
    environment = PurePosixPath(launcher_entry()["command"]).parents[1]
    (venv,) = re.findall(r"uv venv (\S+)", "\n".join(stages()["runners"]))
    assert PurePosixPath(venv) == environment


def test_everything_that_is_copied_is_there_and_not_ignored() -> None:
    copies = [line.split()[1:-1] for lines in stages().values() for line in lines if line.startswith("COPY ")]
    sources = {source for copy in copies for source in copy if not copy[0].startswith("--from=")} - {"."}
    assert sources == {"deploy/n8n-task-runners.json", "deploy/add_task_runner.py"}
    assert {f"!{source}" for source in sources} <= set(ignored())
    assert all((ROOT / line.removeprefix("!")).exists() for line in ignored() if line.startswith("!"))


def test_the_build_sees_all_that_the_wheel_is_made_of() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = [
        "pyproject.toml",
        project["project"]["readme"],
        *project["project"]["license-files"],
        *wheel["packages"],
        *wheel["force-include"],
    ]
    assert {f"!{Path(path).parts[0]}" for path in needed} <= set(ignored())


@pytest.mark.parametrize("extra", ["", "redis"])
def test_every_compiled_dependency_offers_wheels_for_musl(extra: str) -> None:
    found: set[str] = set()
    waiting = [Requirement(text) for text in distribution("bitrix-node").requires or ()]
    waiting = [requirement for requirement in waiting if _applies(requirement, extra)]
    while waiting:
        name = waiting.pop().name.lower().replace("_", "-")
        if name not in found:
            found.add(name)
            required = map(Requirement, distribution(name).requires or ())
            waiting += [requirement for requirement in required if _applies(requirement, "")]
    compiled = {name for name in found if "Root-Is-Purelib: false" in (distribution(name).read_text("WHEEL") or "")}
    assert compiled <= COMPILED


def _applies(requirement: Requirement, extra: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": extra})
