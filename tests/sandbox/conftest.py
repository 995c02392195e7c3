"""Running sandboxes for the tests, each with data of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """The demo company."""
    async with Sandbox(SandboxConfig()) as running:
        yield running


@pytest.fixture
async def empty() -> AsyncIterator[Sandbox]:
    """A portal with its administrator only."""
    async with Sandbox(SandboxConfig(seed="empty")) as running:
        yield running


@pytest.fixture
def portal(sandbox: Sandbox, session: aiohttp.ClientSession) -> RestClient:
    """The administrator's webhook on the demo company."""
    return RestClient(session, sandbox.webhook_url)


@pytest.fixture
def empty_portal(empty: Sandbox, session: aiohttp.ClientSession) -> RestClient:
    """The administrator's webhook on the empty portal."""
    return RestClient(session, empty.webhook_url)
