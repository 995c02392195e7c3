"""The credentials' own tests, as the dialog runs them when a credential is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient
    from bitrix_node.n8n.installation.up import Running
    from bitrix_node.sandbox import Sandbox
    from tests.e2e.editor import Editor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("credentials_as_before")]

WORKS = {"status": "OK", "message": "Connection successful"}
WEBHOOK, API_KEY = "bitrix24WebhookApi", "bitrix24Api"


async def verdict(n8n: N8nClient, kind: str, **data: Any) -> dict[str, str]:
    credential = {"id": "", "name": "Trial", "type": kind, "data": data}
    answer: dict[str, str] = await n8n.request("POST", "/rest/credentials/test", {"credentials": credential})
    return answer


async def complaint(n8n: N8nClient, kind: str, **data: Any) -> str:
    answer = await verdict(n8n, kind, **data)
    assert answer["status"] == "Error"
    return answer["message"]


async def test_a_webhook_that_works(n8n: N8nClient, stack: Running) -> None:
    assert await verdict(n8n, WEBHOOK, webhookSecret=stack.webhook_url) == WORKS


async def test_a_webhook_pasted_with_a_method(n8n: N8nClient, stack: Running) -> None:
    assert await verdict(n8n, WEBHOOK, webhookSecret=f"{stack.webhook_url}user.current.json") == WORKS


async def test_a_webhook_that_was_deleted(n8n: N8nClient, stack: Running) -> None:
    wrong = stack.webhook_url.rsplit("/", 2)[0] + "/wrong-code/"
    said = await complaint(n8n, WEBHOOK, webhookSecret=wrong)
    assert said.startswith("Bitrix24 does not know this webhook.")
    assert "wrong-code" not in said


async def test_a_webhook_without_permissions(n8n: N8nClient, portal: Sandbox) -> None:
    said = await complaint(n8n, WEBHOOK, webhookSecret=portal.webhook(scopes=set()))
    assert said.startswith("The webhook has no permissions.")


async def test_an_address_that_is_no_webhook(n8n: N8nClient) -> None:
    said = await complaint(n8n, WEBHOOK, webhookSecret="https://example.bitrix24.com/crm/deal/")
    assert said.startswith("The webhook URL has no /rest/USER/CODE/ in it.")


async def test_a_portal_that_is_not_there(n8n: N8nClient, portal: Sandbox) -> None:
    address, webhook = portal.url, portal.webhook_url
    await portal.stop()
    said = await complaint(n8n, WEBHOOK, webhookSecret=webhook)
    assert said.startswith(f"The portal {address} cannot be reached.")
    assert webhook.split("/")[-2] not in said


async def test_an_address_where_a_web_page_is(n8n: N8nClient, stack: Running) -> None:
    said = await complaint(n8n, API_KEY, portalUrl=f"{stack.url}/signin", accessToken="any")
    assert "Check the portal's address in the credential" in said


async def test_an_access_token_that_works(n8n: N8nClient, portal: Sandbox) -> None:
    assert await verdict(n8n, API_KEY, portalUrl=portal.url, accessToken=portal.access_token) == WORKS


async def test_an_access_token_that_is_wrong(n8n: N8nClient, portal: Sandbox) -> None:
    said = await complaint(n8n, API_KEY, portalUrl=portal.url, accessToken="revoked")
    assert said.startswith("Bitrix24 does not know this access token.")


async def test_the_form_says_what_is_wrong_and_then_that_it_works(editor: Editor, portal: Sandbox) -> None:
    form = await editor.new_credential("Bitrix24 Webhook API")
    address = form.get_by_test_id("parameter-input-webhookSecret").locator("input")
    await address.fill(f"{portal.url}/rest/1/deletedc0de/")
    await form.get_by_test_id("credential-save-button").click()
    await form.get_by_text("More details").click(timeout=30_000)
    await expect(form.get_by_text("Bitrix24 does not know this webhook.")).to_be_visible()
    await editor.picture("credential-webhook-refused", form)
    await address.fill(portal.webhook_url)
    await form.get_by_test_id("credential-save-button").click()
    await expect(form.get_by_test_id("credentials-config-container-test-success")).to_be_visible(timeout=30_000)
    await editor.picture("credential-webhook", form)
