"""Connecting an account in n8n's form: allowed, denied, and with an answer that n8n did not ask for."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.e2e.connections import KIND, consent_page, decide, filled_in, stored_oauth2
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import Execution, N8nClient
    from bitrix_node.sandbox import Sandbox
    from tests.e2e.editor import Editor

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.usefixtures("credentials_as_before")]

PATIENCE = 30_000


async def who_am_i(n8n: N8nClient, credential: dict[str, str]) -> Execution:
    workflow = chain("Who am I", bitrix24("Me", credential, "oAuth2", resource="user", operation="getCurrent"))
    return await n8n.run(await n8n.create_workflow(workflow), TRIGGER)


async def latest(n8n: N8nClient) -> dict[str, str]:
    """The OAuth2 credential that was stored last."""
    entries = [entry for entry in await n8n.credentials() if entry["type"] == KIND]
    entry = max(entries, key=lambda each: str(each["createdAt"]))
    return {key: str(entry[key]) for key in ("id", "name", "type")}


async def test_an_account_is_connected_from_a_page_of_the_portal(
    editor: Editor, n8n: N8nClient, portal: Sandbox
) -> None:
    await editor.page.set_viewport_size({"width": 1440, "height": 1280})
    name = f"localhost:{urlsplit(portal.url).port}"
    form = await filled_in(editor, portal, f" http://{name}/crm/deal/kanban/?from=menu ")
    async with editor.page.expect_popup() as opened:
        await form.get_by_test_id("quick-connect-button").click()
    window = await opened.value
    await expect(window.get_by_text("Allow access?")).to_be_visible(timeout=PATIENCE)
    assert window.url.startswith(f"http://{name}/oauth/authorize/?")
    await window.get_by_role("button", name="Allow").click()
    await expect(form.get_by_test_id("oauth-connect-success-banner")).to_be_visible(timeout=PATIENCE)
    await expect(form.get_by_text("Account connected")).to_be_visible()
    await editor.picture("credential-oauth2", form)

    execution = await who_am_i(n8n, await latest(n8n))
    assert execution.status == "success", execution.error
    assert execution.runs["Me"][0][0]["json"]["LAST_NAME"] == "Hart"


async def test_a_denied_consent_leaves_the_account_unconnected(editor: Editor, n8n: N8nClient, portal: Sandbox) -> None:
    form = await filled_in(editor, portal, portal.url)
    window = await decide(form, "Deny")
    await expect(window.get_by_text("Failed to connect.")).to_be_visible(timeout=PATIENCE)
    await expect(form.get_by_test_id("oauth-not-connected-banner")).to_be_visible()

    execution = await who_am_i(n8n, await latest(n8n))
    assert execution.status == "error"
    assert "The Bitrix24 credential is not connected" in str(execution.error)


def altered(state: str) -> str:
    """The same state with another token in it: what somebody who wants to slip in an account of their own can send."""
    told = json.loads(base64.b64decode(state))
    return base64.b64encode(json.dumps({**told, "token": f"{told['token'][:-1]}_"}).encode()).decode()


@pytest.mark.parametrize("state", ["guessed", "altered"])
async def test_an_answer_with_a_wrong_state_is_refused_in_one_message(
    editor: Editor, n8n: N8nClient, portal: Sandbox, state: str
) -> None:
    credential = await stored_oauth2(n8n, portal)
    await editor.page.goto(await consent_page(n8n, credential))
    field = editor.page.locator("input[name=state]")
    asked = await field.input_value()
    wrong = altered(asked) if state == "altered" else state
    await field.evaluate("(field, value) => { field.value = value; }", wrong)
    await editor.page.get_by_role("button", name="Allow").click()
    await expect(editor.page.locator("h4")).to_have_count(1)
    await expect(editor.page.locator("h4")).to_contain_text("state")
    await expect(editor.page.get_by_text("Failed to connect.")).to_be_visible()
    issued = [entry["kind"] for entry in portal.database.collection("tokens").all()]
    assert issued == ["code"]
    execution = await who_am_i(n8n, credential)
    assert "The Bitrix24 credential is not connected" in str(execution.error)
