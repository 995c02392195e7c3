"""What an item says of a write that brought no answer: when it was sent, what it was, and how to find out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, Webhook
from bitrix_node.portal import PortalSettings
from bitrix_node.portal.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.sandbox import Sandbox

DEAL = {"entityType": "deal", "fieldsJson": '{"title": "New"}'}
CHECKS: dict[str, tuple[str, str, dict[str, Any], str, dict[str, Any], str]] = {
    "a new deal": (
        *("crm", "create", DEAL),
        *(
            "getAll",
            {"entityTypeId": 2, "useOriginalUfNames": "Y", "filter": {">=createdTime": "SENT"}},
            "crm.item.list",
        ),
    ),
    "a changed deal": (
        *("crm", "update", {**DEAL, "recordId": 1}),
        *("get", {"entityTypeId": 2, "id": 1, "useOriginalUfNames": "Y"}, "crm.item.get"),
    ),
    "a deleted deal": (
        *("crm", "delete", {"entityType": "deal", "recordId": 1}),
        *("get", {"entityTypeId": 2, "id": 1}, "crm.item.get"),
    ),
    "a new task": (
        *("task", "create", {"fields": {"TITLE": "New", "RESPONSIBLE_ID": 1}}),
        *("getAll", {"filter": {">=CREATED_DATE": "SENT"}}, "tasks.task.list"),
    ),
    "a new person": (
        *("user", "add", {"options": {"email": "a@example.com", "departmentIds": "1"}}),
        *("getAll", {"FILTER": {">=DATE_REGISTER": "SENT"}}, "user.get"),
    ),
}


@pytest.fixture
async def node(sandbox: Sandbox) -> AsyncIterator[Node]:
    settings = PortalSettings(retry=RetryPolicy(attempts=1))
    async with Node(Webhook(sandbox.webhook_url), settings=settings) as opened:
        yield opened


async def lost(node: Node, sandbox: Sandbox, resource: str, operation: str, parameters: dict[str, Any]) -> Any:
    for word in ("*.add", "*.update", "*.delete"):
        sandbox.faults.add("reset", word)
    items = await node.execute(resource, operation, parameters=parameters, continue_on_fail=True)
    return items[0]["json"]


@pytest.mark.parametrize("name", CHECKS)
async def test_the_item_names_the_time_the_method_and_the_way_to_find_out(
    node: Node, sandbox: Sandbox, name: str
) -> None:
    resource, operation, parameters, action, arguments, method = CHECKS[name]
    before = datetime.now(UTC).replace(microsecond=0)
    error = await lost(node, sandbox, resource, operation, parameters)
    details = error["details"]
    assert (details["code"], details["retryable"]) == ("OUTCOME_UNKNOWN", False)
    assert details["method"].rpartition(".")[0] == method.rpartition(".")[0]
    assert before <= datetime.fromisoformat(details["sentAt"]) <= datetime.now(UTC)
    check = details["check"]
    for conditions in (check["arguments"].get(key, {}) for key in ("filter", "FILTER")):
        for field, value in conditions.items():
            assert datetime.fromisoformat(value) >= before
            conditions[field] = "SENT"
    assert check == {"resource": resource, "operation": action, "method": method, "arguments": arguments}
    assert "'check' in the details" in details["advice"]
    assert "It was not sent again" in details["advice"]


async def test_the_way_to_find_out_works(node: Node, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", "crm.item.add", after=True)
    (item,) = await node.execute("crm", "create", parameters=DEAL, continue_on_fail=True)
    check = item["json"]["details"]["check"]
    found = await node.execute(
        "directApi", "call", parameters={"endpoint": check["method"], "body": check["arguments"]}
    )
    assert [row["title"] for entry in found for row in entry["json"].get("items", [entry["json"]])] == ["New"]


async def test_a_method_without_a_list_leaves_the_way_out(node: Node, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", "im.notify.*")
    (item,) = await node.execute(
        "notify", "sendPersonalNotification", parameters={"userId": 1, "message": "Hello"}, continue_on_fail=True
    )
    assert item["json"]["details"]["code"] == "OUTCOME_UNKNOWN"
    assert item["json"]["details"]["sentAt"]
