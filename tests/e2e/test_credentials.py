"""The credentials' own tests, as the dialog's Save button runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient
    from bitrix_node.n8n.installation.up import Running

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def verdict(n8n: N8nClient, kind: str, data: dict[str, Any]) -> str:
    credential = {"id": "", "name": "Trial", "type": kind, "data": data}
    answer = await n8n.request("POST", "/rest/credentials/test", {"credentials": credential})
    return str(answer["status"])


async def test_a_webhook_that_works(n8n: N8nClient, stack: Running) -> None:
    assert await verdict(n8n, "bitrix24WebhookApi", {"webhookSecret": stack.webhook_url}) == "OK"


async def test_a_webhook_pasted_with_a_method(n8n: N8nClient, stack: Running) -> None:
    pasted = f"{stack.webhook_url.rstrip('/')}/user.current.json"
    assert await verdict(n8n, "bitrix24WebhookApi", {"webhookSecret": pasted}) == "OK"


async def test_a_webhook_with_a_wrong_code(n8n: N8nClient, stack: Running) -> None:
    wrong = stack.webhook_url.rsplit("/", 2)[0] + "/wrong-code/"
    assert await verdict(n8n, "bitrix24WebhookApi", {"webhookSecret": wrong}) == "Error"


async def test_an_access_token_that_is_wrong(n8n: N8nClient, stack: Running) -> None:
    portal = stack.webhook_url.split("/rest/")[0]
    assert await verdict(n8n, "bitrix24Api", {"portalUrl": portal, "accessToken": "wrong"}) == "Error"
