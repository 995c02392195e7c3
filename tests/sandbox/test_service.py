"""Starting and stopping, and what holds for every method."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bitrix_node.sandbox import Sandbox, SandboxConfig
from bitrix_node.sandbox.authentication import Application, Caller
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.registry import Method, load_methods
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

METHODS = sorted(load_methods(), key=lambda entry: (entry.version, entry.name))
SCOPED = [entry for entry in METHODS if entry.scopes and entry.version == 2]


async def test_serving_forever_ends_with_its_task(session: aiohttp.ClientSession) -> None:
    sandbox = Sandbox(SandboxConfig(seed="empty"))
    await sandbox.start()
    address = sandbox.webhook_url
    serving = asyncio.create_task(sandbox.serve_forever())
    assert (await RestClient(session, address).result("profile"))["ID"] == "1"
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    with pytest.raises(OSError, match="Connect call failed"):
        await RestClient(session, address).call("profile")


async def test_stopping_ends_calls_that_hang_and_can_be_done_twice(session: aiohttp.ClientSession) -> None:
    sandbox = Sandbox(SandboxConfig(seed="empty"))
    await sandbox.start()
    sandbox.faults.add("hang", "profile")
    hanging = asyncio.create_task(RestClient(session, sandbox.webhook_url).call("profile"))
    while not sandbox.statistics.requests:  # noqa: ASYNC110 - the counter is the only sign of arrival
        await asyncio.sleep(0)
    await sandbox.stop()
    await sandbox.stop()
    result = (await asyncio.gather(hanging, return_exceptions=True))[0]
    assert isinstance(result, (OSError, ConnectionError)) or "disconnected" in str(result)


async def test_every_method_needs_its_scope(empty: Sandbox, session: aiohttp.ClientSession) -> None:
    client = RestClient(session, empty.webhook(scopes={"no-such-scope"}))
    for entry in SCOPED:
        assert (await client.refusal(entry.name))[:2] == (403, "insufficient_scope"), entry.name


def test_application_methods_refuse_webhooks() -> None:
    entry = Method("event.bind", lambda _call: None, frozenset(), application_only=True)
    application = Application("local.x", "secret")
    Caller(1, is_admin=True, scopes=frozenset(), key="application", application=application).allow(entry)
    with pytest.raises(RestError, match="Application context required") as refusal:
        Caller(1, is_admin=True, scopes=frozenset(), key="webhook").allow(entry)
    assert (refusal.value.code, refusal.value.status) == ("WRONG_AUTH_TYPE", 403)


async def test_every_method_survives_being_called_without_arguments(empty_portal: RestClient) -> None:
    for entry in METHODS:
        if entry.version == 2:
            status, body = await empty_portal.call(entry.name)
            assert status in (200, 400, 403, 404, 405), (entry.name, body)
