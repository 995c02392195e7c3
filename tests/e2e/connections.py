"""An OAuth2 credential, connected as a person does it: on the portal's own page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Locator, Page, Route

    from bitrix_node.n8n.installation.client import N8nClient
    from bitrix_node.sandbox import Sandbox
    from tests.e2e.editor import Editor

KIND = "bitrix24OAuth2Api"


def token_address(portal: Sandbox) -> dict[str, str]:
    """What makes a portal its own OAuth server: the credential itself knows Bitrix24's, and only over https."""
    return {"accessTokenUrl": f"{portal.url}/oauth/token/"}


async def stored_oauth2(n8n: N8nClient, portal: Sandbox) -> dict[str, str]:
    """Stores a credential for the portal's application, not connected yet.

    Returns:
        `id`, `name` and `type` of the credential.
    """
    data = {
        "portal": portal.url,
        "clientId": portal.application.client_id,
        "clientSecret": portal.application.client_secret,
        **token_address(portal),
    }
    name = f"OAuth2 to {portal.url}"
    return {"id": await n8n.save_credential(name, KIND, data), "name": name, "type": KIND}


async def consent_page(n8n: N8nClient, credential: dict[str, str]) -> str:
    """The address that n8n sends the browser to."""
    return str(await n8n.request("GET", "/rest/oauth2-credential/auth", query={"id": credential["id"]}))


async def connect_oauth2(n8n: N8nClient, editor: Editor, portal: Sandbox) -> dict[str, str]:
    """Stores a credential for the portal's application and connects it in the browser.

    Returns:
        `id`, `name` and `type` of the credential.
    """
    credential = await stored_oauth2(n8n, portal)
    await editor.page.goto(await consent_page(n8n, credential))
    await editor.page.get_by_role("button", name="Allow").click()
    await expect(editor.page.get_by_text("Connection successful")).to_be_visible()
    return credential


async def filled_in(editor: Editor, portal: Sandbox, address: str) -> Locator:
    """Fills in the form of a new OAuth2 credential.

    Args:
        editor: The browser.
        portal: The portal, which is its own OAuth server here.
        address: What is typed as the portal's address.

    Returns:
        The form.
    """

    async def with_token_address(route: Route) -> None:
        body: dict[str, Any] = json.loads(route.request.post_data or "{}")
        body["data"] |= token_address(portal)
        await route.continue_(post_data=json.dumps(body))

    async def other_requests(route: Route) -> None:
        await (with_token_address(route) if route.request.method in ("POST", "PATCH") else route.continue_())

    await editor.page.route("**/rest/credentials{,/*}", other_requests)
    form = await editor.new_credential("Bitrix24 OAuth2 API")
    for field, value in (
        ("clientId", portal.application.client_id),
        ("clientSecret", portal.application.client_secret),
        ("portal", address),
    ):
        await form.get_by_test_id(f"parameter-input-{field}").locator("input").fill(value)
    return form


async def decide(form: Locator, decision: str) -> Page:
    """Presses Connect in the form, and Allow or Deny in the window that opens.

    Returns:
        That window.
    """
    async with form.page.expect_popup() as opened:
        await form.get_by_test_id("quick-connect-button").click()
    window = await opened.value
    button = window.get_by_role("button", name=decision)
    await expect(button).to_be_visible(timeout=30_000)
    await button.click()
    return window
