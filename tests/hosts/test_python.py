"""The runtime in Python programs: `run`, and the node as a context manager."""

from __future__ import annotations

import asyncio
import gc
import inspect
import threading
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import AccessToken, ItemFailed, Node, Webhook, run
from bitrix_node.credentials import CredentialError
from bitrix_node.definitions import UnknownName
from bitrix_node.parameters import ParameterError
from tests.scripted_portal import ScriptedPortal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.sandbox import Sandbox


@pytest.fixture
def distant() -> Iterator[ScriptedPortal]:
    """A scripted portal on an event loop of its own, in another thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    portal = ScriptedPortal.with_answers([])
    asyncio.run_coroutine_threadsafe(portal.__aenter__(), loop).result()
    yield portal
    asyncio.run_coroutine_threadsafe(portal.__aexit__(None, None, None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_run_needs_no_event_loop(distant: ScriptedPortal) -> None:
    distant.answers.extend([{"result": {"ID": "1"}}, {"result": {"ID": "2"}}])
    for number in (1, 2):
        items = run("user", "getCurrent", credential=Webhook(distant.webhook_url))
        assert items == [{"json": {"ID": number}, "pairedItem": {"item": 0}}]


async def test_run_works_inside_a_running_loop(distant: ScriptedPortal) -> None:
    distant.answers.extend([{"result": True}, {"result": True}])
    parameters = {"botId": 39, "chatId": 1101, "userId": "={{ $json.user }}", "options": {"botToken": "t0ken"}}
    credential = {"webhookUrl": distant.webhook_url}
    items = run("chatbot", "chatUserDelete", parameters, credential=credential, items=[{"user": 1}, {"user": 2}])
    assert [item["json"]["userId"] for item in items] == [1, 2]


def test_run_leaves_no_thread_behind(distant: ScriptedPortal) -> None:
    before = threading.active_count()

    async def inside() -> None:
        distant.answers.append({"result": {"ID": "1"}})
        run("user", "getCurrent", credential=Webhook(distant.webhook_url))

    asyncio.run(inside())
    assert threading.active_count() == before


async def test_run_raises_what_happened(distant: ScriptedPortal) -> None:
    distant.answers.append({"error": "ACCESS_DENIED", "error_description": "Access denied", "status": 403})
    with pytest.raises(ItemFailed, match=r"Access denied \[item 0, "):
        run("user", "getCurrent", credential=AccessToken(distant.url, "t0ken"))
    with pytest.raises(CredentialError):
        run("user", "getCurrent", credential={"webhookUrl": "https://example.bitrix24.com"})


def test_the_url_of_a_webhook_serves_as_the_credential(distant: ScriptedPortal) -> None:
    distant.answers.append({"result": {"ID": "1"}})
    (item,) = run("user", "getCurrent", credential=distant.webhook_url)
    assert item["json"] == {"ID": 1}


@pytest.mark.parametrize(("given", "kind"), [("x", "text"), ([1], "a list"), (5, "a number")])
def test_parameters_that_are_no_mapping_are_refused(given: Any, kind: str) -> None:
    with pytest.raises(ParameterError, match=f"object of names and values; got {kind}"):
        run("user", "getCurrent", given, credential="https://example.bitrix24.com/rest/1/s3cr3tc0de/")


def test_a_credential_that_is_none_is_refused() -> None:
    with pytest.raises(CredentialError, match="No credential was given"):
        run("user", "getCurrent", credential=None)  # type: ignore[arg-type]


async def test_what_was_done_before_a_failure_comes_with_it(scripted: ScriptedPortal) -> None:
    refused = {"error": "ACCESS_DENIED", "error_description": "Access denied", "status": 403}
    scripted.answers.extend([{"result": {"item": {"id": 7}}}, refused])
    new = {"entityType": "deal", "fieldsJson": '{"title": "New"}'}
    async with Node(Webhook(scripted.webhook_url)) as node:
        with pytest.raises(ItemFailed) as caught:
            await node.execute("crm", "create", parameters=new, items=[{}, {}])
    assert caught.value.done == (0,)
    assert caught.value.items == ({"json": {"id": 7}, "pairedItem": {"item": 0}},)


def test_run_turns_failures_into_items_when_asked_to(distant: ScriptedPortal) -> None:
    distant.answers.append({"error": "ACCESS_DENIED", "error_description": "Access denied", "status": 403})
    (item,) = run("user", "getCurrent", credential=Webhook(distant.webhook_url), continue_on_fail=True)
    assert item["json"]["error"] == "Access denied"


async def test_leaving_the_node_closes_everything(sandbox: Sandbox) -> None:
    async def leave_in_a_hurry() -> None:
        async with Node(Webhook(sandbox.webhook_url)) as node:
            await node.execute("user", "getCurrent")
            await node.execute("user", "fly")

    with pytest.raises(UnknownName):
        await leave_in_a_hurry()
    gc.collect()  # an open connection would complain here
    assert not [task for task in asyncio.all_tasks() if "bitrix_node/portal/" in source_of(task)]


def source_of(task: asyncio.Task[Any]) -> str:
    """The file of the function that a task runs."""
    coroutine = task.get_coro()
    assert inspect.iscoroutine(coroutine)
    return coroutine.cr_code.co_filename


async def test_leaving_the_node_ends_what_still_runs(scripted: ScriptedPortal) -> None:
    scripted.gate.clear()
    async with Node(Webhook(scripted.webhook_url)) as node:
        running = asyncio.create_task(node.execute("user", "getCurrent"))
        await scripted.first_request()
    async with asyncio.timeout(10):
        with pytest.raises(ItemFailed, match="closed"):
            await running


async def test_two_runs_of_one_node_do_not_disturb_each_other(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"ID": "1"}}] * 2)
    async with Node(Webhook(scripted.webhook_url)) as node:
        stopped = node.execute("file", "get", parameters={"fileId": "x"})
        fine = node.execute("user", "getCurrent")
        failure, items = await asyncio.gather(stopped, fine, return_exceptions=True)
    assert isinstance(failure, ItemFailed)
    assert isinstance(items, list)
