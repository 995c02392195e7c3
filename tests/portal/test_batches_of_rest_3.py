"""Calls of REST 3.0 share requests among themselves, as far as nothing can be lost or doubled by it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.credentials import AccessToken
from bitrix_node.portal import Portal
from bitrix_node.portal.batching import FEW, SHARES
from bitrix_node.portal.errors import Missing, OutcomeUnknown, PortalError
from tests.portal.conftest import QUICK, answer
from tests.portal.servers import method_of

if TYPE_CHECKING:
    from aiohttp import web

    from bitrix_node.sandbox import Sandbox
    from tests.portal.conftest import Serve

TITLES = [f"Task {index}" for index in range(30)]


async def together(portal: Portal, method: str, arguments: list[dict[str, Any]]) -> list[Any]:
    calls = (portal.call(method, each, version=3) for each in arguments)
    answers: list[Any] = await asyncio.gather(*calls, return_exceptions=True)
    return answers


async def tasks(portal: Portal) -> list[int]:
    """The ids of tasks with the titles, in their order."""
    fields = [{"fields": {"title": title, "creatorId": 1, "responsibleId": 1}} for title in TITLES]
    return [entry.result["item"]["id"] for entry in await together(portal, "tasks.task.add", fields)]


async def test_reads_share_requests_and_find_their_calls(portal: Portal, sandbox: Sandbox) -> None:
    ids = await tasks(portal)
    before = sandbox.statistics.requests
    found = await together(portal, "tasks.task.get", [{"id": task, "select": ["id", "title"]} for task in ids])
    assert [entry.result["item"]["title"] for entry in found] == TITLES
    assert sandbox.statistics.requests - before == SHARES


async def test_writes_travel_alone(portal: Portal, sandbox: Sandbox) -> None:
    """An error of a batch would leave it unknown which of its writes have been carried out."""
    await tasks(portal)
    assert {entry.batched for entry in sandbox.journal if entry.method == "tasks.task.add"} == {False}


async def test_a_token_goes_along(sandbox: Sandbox, portal: Portal) -> None:
    ids = (await tasks(portal))[:FEW]
    credential = AccessToken(sandbox.url, sandbox.access_token)
    async with Portal(credential.endpoint(), settings=QUICK) as application:
        found = await together(application, "tasks.task.get", [{"id": task, "select": ["id"]} for task in ids])
    assert [entry.result["item"]["id"] for entry in found] == ids
    assert application.statistics.requests == 1


async def test_one_refused_read_leaves_the_others_alone(portal: Portal, sandbox: Sandbox) -> None:
    ids = [*(await tasks(portal))[:9], 999_999]
    found = await together(portal, "tasks.task.get", [{"id": task, "select": ["id"]} for task in ids])
    assert [entry.result["item"]["id"] for entry in found[:9]] == ids[:9]
    assert isinstance(found[9], PortalError)
    assert found[9].code == "BITRIX_REST_V3_EXCEPTION_ENTITYNOTFOUNDEXCEPTION"
    assert found[9].method == "tasks.task.get"


async def test_both_versions_never_share_a_request(portal: Portal, sandbox: Sandbox) -> None:
    task, *_ = await tasks(portal)
    old = (portal.call("user.get", {"ID": 1}) for _ in range(FEW))
    new = (portal.call("tasks.task.get", {"id": task, "select": ["id"]}, version=3) for _ in range(FEW))
    before = sandbox.statistics.requests
    await asyncio.gather(*old, *new)
    assert sandbox.statistics.requests - before == 2
    carried: dict[int, set[int]] = {}
    for entry in sandbox.journal:
        carried.setdefault(entry.request, set()).add(entry.version)
    assert all(len(versions) == 1 for versions in carried.values())


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "reset"},
        {"kind": "truncated"},
        {"kind": "html", "status": 502},
        {"kind": "error", "status": 503, "code": "QUERY_LIMIT_EXCEEDED"},
    ],
    ids=lambda fault: fault["kind"],
)
async def test_a_lost_batch_is_sent_again(portal: Portal, sandbox: Sandbox, fault: dict[str, Any]) -> None:
    ids = (await tasks(portal))[:20]
    sandbox.faults.add(method="batch", **fault)
    found = await together(portal, "tasks.task.get", [{"id": task, "select": ["id"]} for task in ids])
    assert [entry.result["item"]["id"] for entry in found] == ids


@pytest.mark.parametrize("change", [-1, 1], ids=["fewer", "more"])
async def test_more_or_fewer_results_than_calls_are_nobodys(serve: Serve, change: int) -> None:
    async def handle(request: web.Request) -> web.Response:
        body = await request.json()
        if method_of(request) != "batch":
            return answer({"item": body})
        return answer([{"item": {"id": "of somebody"}}] * (len(body) + change))

    portal = await serve(handle)
    found = await together(portal, "tasks.task.get", [{"id": number} for number in range(10)])
    assert [entry.result["item"]["id"] for entry in found] == list(range(10))


async def test_a_write_without_an_answer_is_not_sent_again(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", "tasks.task.add", after=True)
    fields = [{"fields": {"title": title, "creatorId": 1, "responsibleId": 1}} for title in TITLES[:5]]
    found = await together(portal, "tasks.task.add", fields)
    assert sum(isinstance(entry, OutcomeUnknown) for entry in found) == 1
    assert sandbox.statistics.by_method["tasks.task.add"] == 5


async def test_an_error_of_its_own_is_what_each_call_gets(portal: Portal) -> None:
    found = await together(portal, "tasks.task.get", [{"id": 999_000 + number} for number in range(4)])
    assert [type(entry) for entry in found] == [Missing] * 4
