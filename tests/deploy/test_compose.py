"""The compose files: every n8n process has its runners, both sides agree, and nothing is open to the world."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bitrix_node.n8n.installation import package
from bitrix_node.n8n.installation.install import N8N_VERSION
from tests.deploy.files import DEPLOY, launcher_entry, runner_variables

FILES = ("compose.yaml", "compose.queue.yaml")
N8N_IMAGE = "n8nio/n8n:${N8N_VERSION:-" + N8N_VERSION + "}"

pytestmark = pytest.mark.parametrize("file", FILES)


def services(file: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((DEPLOY / file).read_text())["services"]
    return found


def n8n_processes(file: str) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services(file).items() if service.get("image") == N8N_IMAGE}


def runners(file: str) -> dict[str, dict[str, Any]]:
    return {name: entry for name, entry in services(file).items() if entry.get("build", {}).get("target") == "runners"}


def test_every_n8n_process_has_runners_of_its_own(file: str) -> None:
    processes = {"compose.yaml": ["n8n"], "compose.queue.yaml": ["n8n", "worker-1", "worker-2"]}
    assert list(n8n_processes(file)) == processes[file]
    brokers = [entry["environment"]["N8N_RUNNERS_TASK_BROKER_URI"] for entry in runners(file).values()]
    assert brokers == [f"http://{name}:5679" for name in processes[file]]


def test_both_sides_agree(file: str) -> None:
    for process in n8n_processes(file).values():
        assert process["environment"]["N8N_RUNNERS_MODE"] == "external"
        assert process["environment"]["N8N_RUNNERS_BROKER_LISTEN_ADDRESS"] == "0.0.0.0"
    sides = [entry["environment"] for entry in (*n8n_processes(file).values(), *runners(file).values())]
    tokens = {re.sub(r":\?[^}]*", "", side["N8N_RUNNERS_AUTH_TOKEN"]) for side in sides}
    assert tokens == {"${N8N_RUNNERS_AUTH_TOKEN}"}
    assert {side["N8N_RUNNERS_TASK_TIMEOUT"] for side in sides} == {"${N8N_RUNNERS_TASK_TIMEOUT:-300}"}


def test_the_runners_know_their_variables_and_get_them(file: str) -> None:
    kept_by_the_launcher = {"N8N_RUNNERS_AUTH_TOKEN", "N8N_RUNNERS_TASK_BROKER_URI"}
    for entry in runners(file).values():
        assert set(entry["environment"]) <= runner_variables()
        assert set(entry["environment"]) - kept_by_the_launcher <= set(launcher_entry()["allowed-env"])


def test_the_request_limit_is_shared_where_there_are_several_runners(file: str) -> None:
    addresses = {entry["environment"].get("BITRIX24_REDIS_URL") for entry in runners(file).values()}
    if len(runners(file)) == 1:
        assert addresses == {None}
    else:
        (address,) = addresses
        assert urlsplit(address).hostname in services(file)


def test_the_node_package_is_installed_before_n8n_starts_as_the_project_itself_does_it(file: str) -> None:
    assert services(file)["n8n"]["depends_on"]["node-package"] == {"condition": "service_completed_successfully"}
    installer = services(file)["node-package"]
    (script,) = installer["command"]
    words = script.replace("\\\n", " ").split()
    assert [word for word in words if word.startswith("--") and word != "--prefix"] == list(package._OPTIONS)
    folders = {tuple(entry["volumes"]) for entry in (installer, *n8n_processes(file).values())}
    assert folders == {("n8n_data:/home/node/.n8n",)}


def test_what_it_names_is_there(file: str) -> None:
    document = yaml.safe_load((DEPLOY / file).read_text())
    for service in document["services"].values():
        assert set(service.get("depends_on", ())) <= set(document["services"])
        assert {volume.split(":")[0] for volume in service.get("volumes", ())} <= set(document["volumes"])
        if "build" in service:
            build = service["build"]
            assert (DEPLOY / build["context"] / build["dockerfile"]).is_file()
            assert f" AS {build['target']}\n" in (DEPLOY / "Dockerfile").read_text()
            assert build["args"] == {"N8N_VERSION": "${N8N_VERSION:-" + N8N_VERSION + "}"}


def test_only_the_editor_is_reachable_and_from_this_machine_alone(file: str) -> None:
    ports = {name: entry["ports"] for name, entry in services(file).items() if "ports" in entry}
    assert ports == {"n8n": ["127.0.0.1:5678:5678"]}


def test_every_setting_is_in_the_example(file: str) -> None:
    example = dict(line.split("=", 1) for line in (DEPLOY / "env.example").read_text().splitlines() if "=" in line)
    asked = re.findall(r"\$\{(\w+):\?", (DEPLOY / file).read_text())
    assert set(asked) <= set(example)
    assert example["N8N_VERSION"] == N8N_VERSION
    assert not [name for name in set(asked) if example[name]], "a secret that everybody knows is none"
