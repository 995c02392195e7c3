"""API Call against a portal: commands that stop, items that fail, calls that share requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, Webhook
from bitrix_node.definitions import Definitions
from bitrix_node.handlers import plan
from bitrix_node.parameters import read_values
from bitrix_node.runtime import ItemFailed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.sandbox import Sandbox

GET = {"endpoint": "crm.item.get", "body": "={{ $json.arguments }}"}


@pytest.fixture
async def sandbox_node(sandbox: Sandbox) -> AsyncIterator[Node]:
    async with Node(Webhook(sandbox.webhook_url)) as node:
        yield node


def wanted(*ids: Any) -> list[dict[str, Any]]:
    return [{"json": {"arguments": {"entityTypeId": 3, "id": number}}} for number in ids]


async def commands(node: Node, *entries: tuple[str, str, dict[str, Any]], **options: Any) -> list[dict[str, Any]]:
    listed = [{"name": name, "method": method, "arguments": arguments} for name, method, arguments in entries]
    parameters = {"specifyCommands": "json", "commandsJson": listed, "directApiOptions": options}
    return [item["json"] for item in await node.execute("directApi", "executeCommands", parameters=parameters)]


async def test_commands_use_what_earlier_ones_returned(sandbox_node: Node, sandbox: Sandbox) -> None:
    [found] = await commands(
        sandbox_node,
        ("contact", "crm.contact.add", {"fields": {"NAME": "Ada"}}),
        ("same", "crm.contact.get", {"id": "$result[contact]"}),
    )
    assert found["same"]["result"]["NAME"] == "Ada"
    assert str(found["same"]["result"]["ID"]) == str(found["contact"]["result"])
    assert sandbox.statistics.requests == 1


async def test_a_command_that_fails_leaves_the_others_alone(sandbox_node: Node) -> None:
    [found] = await commands(
        sandbox_node,
        ("first", "user.current", {}),
        ("wrong", "crm.contact.get", {"id": 999_999}),
        ("last", "server.time", {}),
    )
    assert [list(found), set(found["wrong"]) >= {"error", "code"}] == [["first", "wrong", "last"], True]
    assert "result" in found["first"]
    assert "result" in found["last"]


async def test_commands_after_one_that_failed_are_left_out_on_request(sandbox_node: Node) -> None:
    found = await commands(
        sandbox_node,
        ("first", "user.current", {}),
        ("wrong", "crm.contact.get", {"id": 999_999}),
        ("last", "crm.contact.add", {"fields": {"NAME": "Never"}}),
        halt=True,
        separateItems=True,
    )
    assert [item["command"] for item in found] == ["first", "wrong", "last"]
    assert "error" in found[1]
    assert found[2] == {"command": "last", "method": "crm.contact.add", "skipped": True}


@pytest.mark.parametrize(
    ("methods", "writes"),
    [
        (["user.current", "crm.enum.ownertype"], False),
        (["user.current", "im.notify.read.list"], True),
        (["crm.contact.add"], True),
        (["acme.report.list"], True),
    ],
)
def test_commands_are_only_sent_again_where_all_of_them_read(methods: list[str], writes: bool) -> None:
    operation = Definitions.packaged().operation("directApi", "executeCommands")
    rows = [{"method": method, "arguments": {"fields": {"NAME": "A"}, "ACTION": "Y"}} for method in methods]
    options = {"sendAnyway": True}
    [request] = plan(operation, read_values(operation, {"commands": {"command": rows}, "directApiOptions": options}))
    assert request.writes is writes


async def test_calls_of_all_items_share_requests(sandbox_node: Node, sandbox: Sandbox) -> None:
    ids = [
        item["json"]["id"]
        for item in await sandbox_node.execute(
            "directApi",
            "call",
            parameters={
                "endpoint": "crm.item.list",
                "body": {"entityTypeId": 3, "select": ["id"]},
                "directApiOptions": {"limit": 50},
            },
        )
    ]
    before = sandbox.statistics.requests
    found = await sandbox_node.execute("directApi", "callForEach", parameters=GET, items=wanted(*ids))
    assert [item["json"]["item"]["id"] for item in found] == ids
    assert [item["pairedItem"] for item in found] == [{"item": index} for index in range(len(ids))]
    assert len(ids) == 50
    assert sandbox.statistics.requests - before <= 8


async def test_an_item_that_fails_becomes_an_error_item_and_the_others_go_on(sandbox_node: Node) -> None:
    found = await sandbox_node.execute("directApi", "callForEach", parameters=GET, items=wanted(1, 999_999, None, 2))
    assert [set(item["json"]) for item in found] == [{"item"}, {"error", "details"}, {"error", "details"}, {"item"}]
    assert "needs 'id'" in found[2]["json"]["error"]
    assert [item["pairedItem"] for item in found] == [{"item": index} for index in range(4)]


async def test_a_call_that_fails_stops_the_run_otherwise(sandbox_node: Node) -> None:
    with pytest.raises(ItemFailed):
        await sandbox_node.execute("directApi", "call", parameters=GET, items=wanted(1, 999_999))
