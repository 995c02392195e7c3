"""An OAuth2 credential, connected as a person does it: on the portal's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.async_api import expect

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient
    from bitrix_node.sandbox import Sandbox
    from tests.e2e.editor import Editor

KIND = "bitrix24OAuth2Api"


async def connect_oauth2(n8n: N8nClient, editor: Editor, portal: Sandbox) -> dict[str, str]:
    """Stores a credential for the portal's application and connects it in the browser.

    Returns:
        `id`, `name` and `type` of the credential.
    """
    data = {
        "portal": portal.url,
        "clientId": portal.application.client_id,
        "clientSecret": portal.application.client_secret,
        # The credential always asks for https; the portal of a test speaks plain http.
        "accessTokenUrl": f"{portal.url}/oauth/token/",
    }
    name = f"OAuth2 to {portal.url}"
    identifier = await n8n.save_credential(name, KIND, data)
    await editor.page.goto(await n8n.request("GET", "/rest/oauth2-credential/auth", query={"id": identifier}))
    await editor.page.get_by_role("button", name="Allow").click()
    await expect(editor.page.get_by_text("Connection successful")).to_be_visible()
    return {"id": identifier, "name": name, "type": KIND}
