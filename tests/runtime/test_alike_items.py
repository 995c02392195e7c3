"""Items that differ in little are prepared and read together; each is treated as if it were alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, Webhook
from bitrix_node.sandbox import Sandbox, SandboxConfig

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

GET: dict[str, Any] = {"entityType": "={{ $json.kind }}", "recordId": "={{ $json.id }}"}


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox(SandboxConfig()) as running:
        yield running


@pytest.fixture
async def node(sandbox: Sandbox) -> AsyncIterator[Node]:
    async with Node(Webhook(sandbox.webhook_url)) as opened:
        yield opened


def methods(sandbox: Sandbox) -> list[str]:
    return [entry.method for entry in sandbox.journal if entry.method != "batch"]


async def test_each_item_has_what_it_would_have_alone(node: Node, sandbox: Sandbox) -> None:
    items = [{"kind": kind, "id": number} for kind in ("deal", "contact", "deal") for number in (3, 1, 2, 999_999, 1)]
    together = await node.execute("crm", "get", parameters=GET, items=items, continue_on_fail=True)
    assert set(methods(sandbox)) == {"crm.item.list", "crm.item.get"}
    for index, item in enumerate(items):
        (alone,) = await node.execute("crm", "get", parameters=GET, items=[item], continue_on_fail=True)
        expected, got = alone["json"], together[index]["json"]
        for outcome in (expected, got):
            outcome.get("details", {}).pop("timestamp", None)
        assert got == expected
        assert together[index]["pairedItem"] == {"item": index}


@pytest.mark.parametrize("bad", ["", "x", None, [], 1.5])
async def test_a_bad_value_among_good_ones_is_refused_as_if_it_were_alone(node: Node, bad: Any) -> None:
    items = [{"kind": "deal", "id": value} for value in (1, 2, bad, 3)]
    together = await node.execute("crm", "get", parameters=GET, items=items, continue_on_fail=True)
    (alone,) = await node.execute("crm", "get", parameters=GET, items=[items[2]], continue_on_fail=True)
    assert [entry["json"].get("id") for entry in together] == [1, 2, None, 3]
    assert together[2]["json"]["error"] == alone["json"]["error"]


async def test_what_decides_is_read_anew(node: Node, sandbox: Sandbox) -> None:
    """The kind of record decides which method is called, and an empty value what is sent at all."""
    items = [{"kind": "deal", "id": 1}, {"kind": "activity", "id": 1}, {"kind": "product", "id": 1}]
    await node.execute("crm", "get", parameters=GET, items=items, continue_on_fail=True)
    assert set(methods(sandbox)) == {"crm.item.get", "crm.activity.get", "catalog.product.get"}


async def test_one_request_for_each_item_where_the_person_wants_it(node: Node, sandbox: Sandbox) -> None:
    single = {"entityType": "deal", "recordId": "={{ $json.id }}", "options": {"batching": "single"}}
    found = await node.execute("crm", "get", parameters=single, items=[{"id": number} for number in (1, 2, 3)])
    assert [entry["json"]["id"] for entry in found] == [1, 2, 3]
    assert methods(sandbox) == ["crm.item.get"] * 3
    assert sandbox.statistics.requests == 3


async def test_progress_tells_of_every_item(node: Node) -> None:
    seen: list[int] = []
    items = [{"kind": "deal", "id": number} for number in (1, 2, 999_999, 3)]
    await node.execute(
        "crm",
        "get",
        parameters=GET,
        items=items,
        continue_on_fail=True,
        progress=lambda report: seen.append(report.done),
    )
    assert seen[-1] == len(items)


async def test_each_item_has_its_own_file(node: Node, sandbox: Sandbox) -> None:
    files = [{"json": {}, "binary": {"data": {"data": "b25l", "fileName": f"{name}.txt"}}} for name in "abc"]
    found = await node.execute("file", "upload", parameters={"binaryPropertyName": "data", "folderId": 17}, items=files)
    assert [entry["json"]["NAME"] for entry in found] == ["a.txt", "b.txt", "c.txt"]
