"""Runs that end before their items do: the time is up, or the token has ended. Nothing is lost, nothing done twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.credentials import AccessToken, Webhook
from bitrix_node.definitions import Definitions
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.runtime import Execution, RunResult
from bitrix_node.runtime.execution import RunOptions
from bitrix_node.runtime.node import item_inputs
from tests.runtime.conftest import DONE, NOT_IN_CHAT, REMOVE, members

if TYPE_CHECKING:
    from bitrix_node.credentials import Credential
    from tests.scripted_portal import ScriptedPortal

ENDED: dict[str, Any] = {"error": "expired_token", "error_description": "The access token has expired.", "status": 401}
ONE_REQUEST = PortalSettings(burst=1, rate=0.001)
"""One request at once; the next has a place only after the tests are over."""

HANDS_BACK = RunOptions(continue_on_fail=True, hand_back_tokens=True)


def execution(portal: Portal, resource: str, operation: str, options: RunOptions) -> Execution:
    return Execution(portal, resource, Definitions.packaged().operation(resource, operation), options)


async def run(
    credential: Credential, action: tuple[str, str], parameters: dict[str, Any], items: list[Any], options: RunOptions
) -> RunResult:
    async with Portal(credential.endpoint()) as portal:
        return await execution(portal, *action, options).run(item_inputs(parameters, items))


def token(scripted: ScriptedPortal) -> AccessToken:
    return AccessToken(scripted.url, "acc3ssT0ken")


REMOVAL = ("chatbot", "chatUserDelete")


async def test_at_the_deadline_what_was_sent_goes_on_and_the_rest_remains(scripted: ScriptedPortal) -> None:
    scripted.gate.clear()
    scripted.answers.extend([DONE] * 120)
    async with Portal(Webhook(scripted.webhook_url).endpoint(), settings=ONE_REQUEST) as portal:
        work = execution(portal, *REMOVAL, RunOptions())
        running = asyncio.create_task(work.run(item_inputs(REMOVE, members(*range(120)))))
        await scripted.first_request()
        work.end_by(asyncio.get_running_loop().time())
        await asyncio.sleep(0)
        scripted.gate.set()
        result = await running
    assert result.reason == "deadline"
    assert result.failure is None
    assert 0 < len(result.done) < 120
    assert result.remaining == [index for index in range(120) if index not in result.done]
    assert [call.arguments["userId"] for call in scripted.calls] == [str(index) for index in result.done]


async def test_a_deadline_that_has_passed_sends_nothing(scripted: ScriptedPortal) -> None:
    past = RunOptions(deadline=asyncio.get_running_loop().time() - 1)
    async with Portal(Webhook(scripted.webhook_url).endpoint(), settings=ONE_REQUEST) as portal:
        work = execution(portal, *REMOVAL, past)
        work._stop("deadline")
        result = await work.run(item_inputs(REMOVE, members(1, 2)))
    assert (result.remaining, result.reason, scripted.requests) == ([0, 1], "deadline", 0)


async def test_an_item_with_a_change_done_ends_its_steps_after_the_deadline(scripted: ScriptedPortal) -> None:
    scripted.gate.clear()
    scripted.answers.extend([{"result": {"ID": 5}}, {"result": {"ID": 5, "NAME": "a"}}])
    async with Portal(Webhook(scripted.webhook_url).endpoint()) as portal:
        work = execution(portal, "file", "move", RunOptions())
        parameters = {"fileId": 5, "targetFolderId": 2, "newName": "a"}
        running = asyncio.create_task(work.run(item_inputs(parameters, [{"json": {}}])))
        await scripted.first_request()
        work._stop("deadline")
        scripted.gate.set()
        result = await running
    assert [call.method for call in scripted.calls] == ["disk.file.moveTo", "disk.file.rename"]
    assert (result.done, result.remaining, result.reason) == ([0], [], None)


async def test_an_item_that_has_only_read_remains_after_the_deadline(scripted: ScriptedPortal) -> None:
    scripted.gate.clear()
    scripted.answers.append({"result": {"ID": "1"}})
    async with Portal(Webhook(scripted.webhook_url).endpoint()) as portal:
        work = execution(portal, "file", "upload", RunOptions())
        parameters = {"fileContent": "x", "fileName": "a.txt"}
        running = asyncio.create_task(work.run(item_inputs(parameters, [{"json": {}}])))
        await scripted.first_request()
        work._stop("deadline")
        scripted.gate.set()
        result = await running
    assert [call.method for call in scripted.calls] == ["user.current"]
    assert (result.done, result.remaining, result.reason) == ([], [0], "deadline")


async def test_when_the_token_ends_items_remain_and_none_is_done_twice(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, DONE, NOT_IN_CHAT, *[ENDED] * 3])
    result = await run(token(scripted), REMOVAL, REMOVE, members(*range(6)), HANDS_BACK)
    assert (result.done, result.remaining, result.reason) == ([0, 1], [3, 4, 5], "token")
    assert [item["pairedItem"]["item"] for item in result.items] == [0, 1, 2]
    assert len(scripted.calls) == 6


async def test_when_the_token_ends_waiting_items_are_not_sent(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([ENDED] * 120)
    async with Portal(token(scripted).endpoint(), settings=ONE_REQUEST) as portal:
        result = await execution(portal, *REMOVAL, HANDS_BACK).run(item_inputs(REMOVE, members(*range(120))))
    assert (result.remaining, result.reason) == (list(range(120)), "token")
    assert len(scripted.calls) <= 50


async def test_an_item_with_a_change_done_is_never_handed_back(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"ID": 5}}, ENDED])
    parameters = {"fileId": 5, "targetFolderId": 2, "newName": "a"}
    result = await run(token(scripted), ("file", "move"), parameters, [{"json": {}}], HANDS_BACK)
    assert (result.remaining, result.reason) == ([], None)
    details = result.items[0]["json"]["details"]
    assert (details["code"], [change["method"] for change in details["done"]], details["http"]) == (
        "expired_token",
        ["disk.file.moveTo"],
        401,
    )


async def test_a_token_that_an_item_brought_along_fails_that_item_alone(scripted: ScriptedPortal) -> None:
    parameters = {"options": {"accessToken": "={{ $json.token }}"}}
    scripted.answers.append(ENDED)
    result = await run(
        token(scripted), ("user", "getCurrent"), parameters, [{"json": {"token": "0therT0ken"}}], HANDS_BACK
    )
    assert (result.remaining, result.reason) == ([], None)
    assert result.items[0]["json"]["details"]["code"] == "expired_token"


@pytest.mark.parametrize("continue_on_fail", [True, False])
async def test_without_a_host_that_renews_the_token_items_fail(
    continue_on_fail: bool, scripted: ScriptedPortal
) -> None:
    scripted.answers.extend([ENDED, ENDED])
    options = RunOptions(continue_on_fail=continue_on_fail)
    result = await run(token(scripted), REMOVAL, REMOVE, members(1, 2), options)
    assert (result.remaining, result.reason) == ([], None)
    if continue_on_fail:
        assert [item["json"]["error"] for item in result.items] == ["The access token has expired."] * 2
    else:
        assert result.failure is not None
        assert result.failure.details["code"] == "expired_token"
