"""`run` inside n8n's Python Code node, with nothing but the package on the runner's allow list."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import __all__ as public_names
from bitrix_node.definitions import Definitions
from bitrix_node.hosts.cli.snippet import code_node

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
ITEMS = [{"json": {"contact": 1}}, {"json": {"contact": 2}}]
GET = """
from bitrix_node import run

return run(
    "crm",
    "get",
    {"entityType": "contact", "recordId": "={{ $json.contact }}"},
    credential={"webhookUrl": _items[0]["json"].get("url") or URL},
    items=_items,
)
"""


async def in_code_node(code: str, **task: Any) -> dict[str, Any]:
    """What n8n is told of a task."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hosts.code_node"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    given = {"code": code, "items": ITEMS, "allowed": ["bitrix_node"], **task}
    try:
        async with asyncio.timeout(60):
            told, said = await process.communicate(json.dumps(given).encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert said == b""
    answer: dict[str, Any] = json.loads(told)
    return answer


@pytest.mark.parametrize("transitive", [False, True])
async def test_the_package_alone_has_to_be_allowed(sandbox: Sandbox, transitive: bool) -> None:
    told = await in_code_node(GET.replace("URL", repr(sandbox.webhook_url)), transitive=transitive)
    assert "error" not in told, told["stack"]
    assert [(item["json"]["id"], item["pairedItem"]) for item in told["result"]] == [(1, {"item": 0}), (2, {"item": 1})]


async def test_every_public_name_can_be_imported() -> None:
    told = await in_code_node(f"from bitrix_node import {', '.join(public_names)}\nreturn [str(run), str(Node)]")
    assert "error" not in told, told["stack"]


async def test_the_code_that_explain_prints_runs(sandbox: Sandbox) -> None:
    operation = Definitions.packaged().operation("crm", "getAll")
    code = code_node("crm", operation, {"entityType": "deal", "limit": 3, "crmOptions": {"select": "ID,TITLE"}})
    placeholder = "https://YOUR-ACCOUNT.bitrix24.com/rest/1/YOUR-WEBHOOK-CODE/"
    assert placeholder in code
    told = await in_code_node(code.replace(placeholder, sandbox.webhook_url), items=[{"json": {}}])
    assert "error" not in told, told["stack"]
    assert [set(item["json"]) for item in told["result"]] == [{"id", "title"}] * 3


async def test_a_failed_item_ends_the_code_with_its_message(sandbox: Sandbox) -> None:
    items = [{"json": {"contact": 987654}}]
    told = await in_code_node(GET.replace("URL", repr(sandbox.webhook_url)), items=items)
    assert told["error"].startswith("ItemFailed: ")
    assert "[item 0, Get of crm]" in told["error"]


async def test_the_stand_in_refuses_what_n8n_refuses() -> None:
    refused = {
        "import os\nreturn []": "Import of 'os'",
        "from bitrix_node import run\nreturn [open('/etc/hostname').read()]": "name 'open' is not defined",
        "import bitrix_node\nreturn [__name__]": "Access to name '__name__'",
    }
    for code, reason in refused.items():
        assert reason in (await in_code_node(code))["error"]
    told = await in_code_node(GET.replace("URL", "'https://a.bitrix24.com/rest/1/abcdef123/'"), allowed=[])
    assert "Import of 'bitrix_node'" in told["error"]
