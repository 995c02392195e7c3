"""Clients of the sandbox, and of servers that answer in ways that no sandbox does."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.retry import RetryPolicy
from tests.portal.servers import Handler, served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from bitrix_node.sandbox import Sandbox

    Serve = Callable[[Handler], Awaitable[Portal]]

QUICK = PortalSettings(retry=RetryPolicy(backoff=0.01))
"""Does not keep a test waiting before a call is sent again."""


@pytest.fixture
async def portal(sandbox: Sandbox) -> AsyncIterator[Portal]:
    """The administrator's webhook on the demo company."""
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=QUICK) as client:
        yield client


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts a server with one handler for everything, and gives a client of it."""
    async with AsyncExitStack() as stack:

        async def start(handler: Handler) -> Portal:
            url = await stack.enter_async_context(served(handler))
            client = Portal(Webhook(f"{url}/rest/1/s3cr3tc0de/").endpoint(), settings=QUICK)
            return await stack.enter_async_context(client)

        yield start


def answer(result: Any, **envelope: Any) -> web.Response:
    return web.json_response({"result": result, **envelope})
