"""Jobs from n8n: what the node package sends, and what it gets back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.hosts.job import execute_job
from bitrix_node.hosts.runner import TaskContext, TaskFailed
from tests.runtime.conftest import DONE, NOT_IN_CHAT
from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.scripted_portal import ScriptedPortal

BOT = {"botId": 39, "chatId": 1101, "options": {"botToken": "t0ken"}}


def job(portal: ScriptedPortal, *users: Any, **changes: Any) -> dict[str, Any]:
    """A job that takes users out of a chat; items begin at 4, as those of a second slice do."""
    return {
        "version": 1,
        "resource": "chatbot",
        "operation": "chatUserDelete",
        "items": list(range(4, 4 + len(users))),
        "parameters": BOT,
        "itemParameters": [{"userId": user} for user in users],
        "binary": [None] * len(users),
        "credential": {"type": "bitrix24WebhookApi", "data": {"webhookSecret": portal.webhook_url}},
        "continueOnFail": False,
        **changes,
    }


def context(deadline: float | None = None) -> TaskContext:
    return TaskContext("task", deadline)


async def test_a_job_gives_items_under_the_indexes_of_n8n(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, DONE])
    assert await execute_job(job(scripted, 7, "8"), context()) == {
        "items": [
            {"json": {"deleted": True, "botId": 39, "chatId": "1101", "userId": 7}, "pairedItem": {"item": 4}},
            {"json": {"deleted": True, "botId": 39, "chatId": "1101", "userId": 8}, "pairedItem": {"item": 5}},
        ],
        "remaining": [],
        "reason": None,
        "failure": None,
    }


async def test_own_parameters_stand_over_shared_ones(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, DONE])
    parameters = {**BOT, "userId": 1}
    await execute_job(
        job(scripted, parameters=parameters, items=[0, 1], itemParameters=[None, {"userId": 2}]), context()
    )
    assert sorted(int(call.arguments["userId"]) for call in scripted.calls) == [1, 2]


async def test_binary_fields_reach_the_action(scripted: ScriptedPortal) -> None:
    scripted.answers.append({"result": {"ID": 1, "NAME": "a.txt"}})
    changes = {
        "resource": "file",
        "operation": "upload",
        "items": [0],
        "parameters": {"folderId": "2"},
        "itemParameters": [],
        "binary": [{"data": {"data": "aGVsbG8=", "fileName": "a.txt", "mimeType": "text/plain"}}],
    }
    await execute_job(job(scripted, **changes), context())
    assert scripted.calls[0].arguments["fileContent"] == ["a.txt", "aGVsbG8="]


async def test_what_an_older_workflow_holds_besides_is_left_aside(scripted: ScriptedPortal) -> None:
    scripted.answers.append(DONE)
    result = await execute_job(job(scripted, 7, parameters={**BOT, "formerParameter": 1}), context())
    assert result["failure"] is None
    assert "formerParameter" not in scripted.calls[0].arguments


async def test_a_failure_stops_the_job_and_says_what_was_done(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([DONE, NOT_IN_CHAT, DONE])
    result = await execute_job(job(scripted, 7, 8, 9), context())
    failure = result.pop("failure")
    assert result == {"items": [], "remaining": [], "reason": None}
    assert (failure["item"], failure["message"], failure["details"]["code"]) == (
        5,
        "User not found in chat",
        "USER_NOT_FOUND",
    )
    assert failure["description"] == (
        "Check the user ID. The person may have left the chat already. 2 other items had been carried out."
    )


async def test_with_continue_on_fail_a_failure_is_an_item(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([NOT_IN_CHAT, DONE])
    result = await execute_job(job(scripted, 7, 8, continueOnFail=True), context())
    assert result["failure"] is None
    assert [(set(item["json"]), item["pairedItem"]["item"]) for item in result["items"]] == [
        ({"error", "details"}, 4),
        ({"deleted", "botId", "chatId", "userId"}, 5),
    ]


async def test_at_the_deadline_items_remain(scripted: ScriptedPortal) -> None:
    scripted.gate.clear()
    scripted.answers.append({"result": {"ID": "1"}})
    changes = {"resource": "file", "operation": "upload", "items": [3], "itemParameters": []}
    parameters = {"fileContent": "x", "fileName": "a.txt"}
    task = context(asyncio.get_running_loop().time() + 3600)
    running = asyncio.create_task(execute_job(job(scripted, parameters=parameters, **changes), task))
    await scripted.first_request()
    task.end_by(asyncio.get_running_loop().time() - 1)
    await asyncio.sleep(0)
    scripted.gate.set()
    assert await running == {"items": [], "remaining": [3], "reason": "deadline", "failure": None}


async def test_only_tokens_that_n8n_renews_are_handed_back(sandbox: Sandbox, scripted: ScriptedPortal) -> None:
    data = await oauth2_data(sandbox)
    sandbox.clock.advance(sandbox.config.token_lifetime + 1)
    common = {"resource": "user", "operation": "getCurrent", "parameters": {}, "items": [0, 1], "itemParameters": []}
    renewed = {"type": "bitrix24OAuth2Api", "data": data}
    entered = {"type": "bitrix24Api", "data": {"portalUrl": sandbox.url, "accessToken": data["access_token"]}}
    result = await execute_job(job(scripted, **common, credential=renewed), context())
    assert result == {"items": [], "remaining": [0, 1], "reason": "token", "failure": None}
    result = await execute_job(job(scripted, **common, credential=entered), context())
    assert (result["remaining"], result["failure"]["details"]["code"]) == ([], "expired_token")


async def test_the_same_credential_works_until_then(sandbox: Sandbox, scripted: ScriptedPortal) -> None:
    credential = {"type": "bitrix24OAuth2Api", "data": {"oauthTokenData": await oauth2_data(sandbox)}}
    changes = {"resource": "user", "operation": "getCurrent", "parameters": {}, "items": [0], "itemParameters": []}
    result = await execute_job(job(scripted, **changes, credential=credential), context())
    assert [item["json"]["ID"] for item in result["items"]] == [1]


@pytest.mark.parametrize(
    "credential",
    [
        {"type": "bitrix24WebhookApi", "data": {"webhookSecret": "https://example.bitrix24.com/"}},
        {"type": "bitrix24WebhookApi", "data": {}},
        {"type": "bitrix24Api", "data": {"portalUrl": "https://example.bitrix24.com", "accessToken": " "}},
        {"type": "bitrix24OAuth2Api", "data": {"access_token": "x"}},
        {"type": "somethingElse", "data": {}},
    ],
)
async def test_a_credential_that_cannot_be_used_fails_every_item_alike(
    credential: dict[str, Any], scripted: ScriptedPortal
) -> None:
    going_on = await execute_job(job(scripted, 7, 8, credential=credential, continueOnFail=True), context())
    assert [item["pairedItem"]["item"] for item in going_on["items"]] == [4, 5]
    assert {item["json"]["details"]["code"] for item in going_on["items"]} == {"CREDENTIAL"}
    stopping = await execute_job(job(scripted, 7, 8, credential=credential), context())
    assert (stopping["items"], stopping["failure"]["item"]) == ([], 4)
    assert stopping["failure"]["message"] == going_on["items"][0]["json"]["error"]
    assert scripted.requests == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, "understands jobs of version 1; this one has version 2"),
        ({"version": None}, "understands jobs of version 1; this one has version None"),
        ({"items": "all"}, "cannot read the job (items)"),
        ({"credential": {"type": "bitrix24WebhookApi"}}, "cannot read the job (credential.data)"),
        ({"operation": "chatUserRemove"}, "There is no operation of 'chatbot' named 'chatUserRemove'. Did you mean"),
        ({"resource": "chatbots"}, "There is no resource 'chatbots'. Did you mean chatbot"),
    ],
)
async def test_a_job_that_is_not_understood_fails_as_a_whole(
    changes: dict[str, Any], message: str, scripted: ScriptedPortal
) -> None:
    with pytest.raises(TaskFailed) as refusal:
        await execute_job(job(scripted, 7, **changes), context())
    assert message in refusal.value.message
