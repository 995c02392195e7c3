"""A node on the scripted portal, and what its runs need."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Node, Webhook
from bitrix_node.portal import PortalSettings
from bitrix_node.portal.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.scripted_portal import ScriptedPortal

NOT_IN_CHAT: dict[str, Any] = {"error": "USER_NOT_FOUND", "error_description": "User not found in chat", "status": 400}
DONE: dict[str, Any] = {"result": True}


def members(*users: Any) -> list[dict[str, Any]]:
    """Input items, one a user."""
    return [{"json": {"user": user}} for user in users]


REMOVE: dict[str, Any] = {"botId": 39, "chatId": 1101, "userId": "={{ $json.user }}", "options": {"botToken": "t0ken"}}
"""Parameters of `chatbot chatUserDelete`."""


@pytest.fixture
async def node(scripted: ScriptedPortal) -> AsyncIterator[Node]:
    settings = PortalSettings(retry=RetryPolicy(attempts=1))
    async with Node(Webhook(scripted.webhook_url), settings=settings) as opened:
        yield opened
