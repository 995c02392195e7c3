"""`bitrix-node migrate`: a workflow's JSON in, a workflow's JSON out, what is left to do on standard error."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.cli.process import Shell

WORKFLOW: dict[str, Any] = {
    "name": "Überblick",
    "nodes": [
        {
            "name": "List comments",
            "type": "n8n-nodes-bitrix24.bitrix24",
            "parameters": {"authentication": "webhook", "resource": "timeline", "options": {"start": 50}},
        },
        {"name": "Odd", "type": "n8n-nodes-bitrix24.bitrix24", "parameters": {"resource": "product"}},
        {"name": "Set", "type": "n8n-nodes-base.set", "parameters": {}},
    ],
    "connections": {},
}
TOLD = """\
List comments: migrated (Timeline: Get Comments)
  - Choose a credential: Bitrix24 Webhook API.
"""


async def test_the_workflow_goes_to_standard_output_and_the_rest_to_standard_error(shell: Shell) -> None:
    shell.write("workflow.json", json.dumps(WORKFLOW))
    finished = await shell("migrate", "workflow.json")
    types = [node["type"] for node in finished.json["nodes"]]
    assert types == ["n8n-nodes-bitrix24-py.bitrix24", "n8n-nodes-bitrix24.bitrix24", "n8n-nodes-base.set"]
    assert finished.stderr.startswith(TOLD)
    assert "  - 'options.start' is not carried over. Pages are fetched" in finished.stderr
    assert finished.stderr.endswith("1 node migrated, 1 left.\n")
    assert "Überblick" in finished.stdout
    assert finished.code == 1


async def test_a_file_can_be_migrated_in_place_and_again(shell: Shell) -> None:
    nodes = [WORKFLOW["nodes"][0], WORKFLOW["nodes"][2]]
    file = shell.write("workflow.json", json.dumps({**WORKFLOW, "nodes": nodes}))
    first = await shell("migrate", "workflow.json", "--output", "workflow.json")
    assert (first.code, first.stdout) == (0, "")
    once = file.read_text(encoding="utf-8")
    second = await shell("migrate", "workflow.json", "--output", "workflow.json")
    assert (second.code, second.stdout) == (0, "")
    assert second.stderr == "The workflow has no node of n8n-nodes-bitrix24.\n"
    assert file.read_text(encoding="utf-8") == once
    assert shell.files() == ["workflow.json"]


async def test_half_a_surrogate_pair_stays_what_it_is(shell: Shell) -> None:
    text = '{"name": "\\ud800", "nodes": []}'
    finished = await shell("migrate", "-", stdin=text)
    assert (finished.code, finished.json) == (0, json.loads(text))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe{", "is not UTF-8"),
        (b"[]", "is no workflow of n8n"),
        (b'{"nodes": 7}', "is no workflow of n8n"),
        (b'{"error": "not found"}', "is no workflow of n8n"),
        (b"[" * 200_000, "workflow"),
    ],
    ids=range(6),
)
async def test_what_is_no_workflow_is_refused_in_words(content: bytes, message: str, shell: Shell) -> None:
    (shell.folder / "workflow.json").write_bytes(content)
    assert message in await shell.refuse(2, "migrate", "workflow.json", "--output", "migrated.json")
    assert shell.files() == ["workflow.json"]


async def test_a_file_that_is_not_there_or_cannot_be_written_is_named(shell: Shell) -> None:
    assert "nowhere.json cannot be read" in await shell.refuse(2, "migrate", "nowhere.json")
    shell.write("workflow.json", json.dumps(WORKFLOW))
    assert "--output" in await shell.refuse(2, "migrate", "workflow.json", "--output", "no/such/folder/file.json")
