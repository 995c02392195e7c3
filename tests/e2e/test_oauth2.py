"""OAuth2 in a real n8n: connected in the browser, refreshed by n8n when the portal says that the token has expired."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.connections import connect_oauth2
from tests.e2e.running import NEW_DEAL, NODE, deals, made
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.n8n.installation.client import Execution, N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR = 3600
REQUESTS = 12
"""So few requests an access token is good for: a thousand new deals take more."""


@pytest_asyncio.fixture(loop_scope="session")
async def portal() -> AsyncIterator[Sandbox]:
    """A portal whose clock the test can move."""
    async with Sandbox(SandboxConfig(seed="demo", token_lifetime=HOUR)) as sandbox:
        yield sandbox


@pytest_asyncio.fixture(loop_scope="session")
async def credential(portal: Sandbox, n8n: N8nClient, editor: Editor) -> dict[str, str]:
    """A credential connected through the portal's own page."""
    return await connect_oauth2(n8n, editor, portal)


async def who_am_i(n8n: N8nClient, credential: dict[str, str]) -> Execution:
    workflow = chain("Who am I", bitrix24("Me", credential, "oAuth2", resource="user", operation="getCurrent"))
    return await n8n.run(await n8n.create_workflow(workflow), TRIGGER)


def names(execution: Execution) -> list[Any]:
    return [item["json"]["LAST_NAME"] for item in execution.runs["Me"][0]]


def refresh_token(portal: Sandbox) -> str:
    """The one refresh token that is good at the moment; each use replaces it."""
    (record,) = (entry for entry in portal.database.collection("tokens").all() if entry["kind"] == "refresh")
    return str(record["value"])


async def new_deals(n8n: N8nClient, credential: dict[str, str], count: int, **settings: Any) -> dict[str, Any]:
    """A stored workflow that makes so many deals."""
    step = {**bitrix24(NODE, credential, "oAuth2", **NEW_DEAL), "onError": settings.get("on_error", "stopWorkflow")}
    pinned = {TRIGGER: [{"json": item} for item in deals(count)]}
    return await n8n.create_workflow({**chain("New deals", step), "pinData": pinned})


async def open_mapper(editor: Editor, n8n: N8nClient, credential: dict[str, str]) -> None:
    """Opens a panel whose fields come from the portal."""
    create = {"resource": "crm", "operation": "create", "entityType": "deal"}
    workflow = await n8n.create_workflow(chain("Panel", bitrix24(NODE, credential, "oAuth2", **create)))
    await editor.open_node(workflow["id"], NODE)


async def test_a_connected_credential_works(n8n: N8nClient, credential: dict[str, str]) -> None:
    execution = await who_am_i(n8n, credential)
    assert execution.status == "success", execution.error
    assert names(execution) == ["Hart"]


async def test_an_expired_token_is_renewed_and_the_run_goes_on(
    n8n: N8nClient, credential: dict[str, str], portal: Sandbox
) -> None:
    before = refresh_token(portal)
    portal.clock.advance(2 * HOUR)
    execution = await who_am_i(n8n, credential)
    assert execution.status == "success", execution.error
    assert names(execution) == ["Hart"]
    assert refresh_token(portal) != before
    assert refresh_token(portal) not in str(execution)


async def test_an_application_that_was_removed_asks_for_a_reconnection(
    n8n: N8nClient, credential: dict[str, str], portal: Sandbox
) -> None:
    portal.clock.advance(200 * 24 * HOUR)
    execution = await who_am_i(n8n, credential)
    assert execution.status == "error"
    assert execution.error is not None
    assert "reconnect" in str(execution.error).lower()


async def test_a_token_that_ends_in_the_middle_of_a_run_does_not_end_the_run(n8n: N8nClient, editor: Editor) -> None:
    async with Sandbox(SandboxConfig(token_requests=REQUESTS)) as portal:
        credential = await connect_oauth2(n8n, editor, portal)
        first = refresh_token(portal)
        workflow = await new_deals(n8n, credential, 3000)
        execution = await n8n.run(workflow, TRIGGER, seconds=300)
        assert execution.status == "success", execution.error
        titles = [item["json"]["title"] for item in execution.runs[NODE][0]]
        assert titles == [item["title"] for item in deals(3000)]
        assert made(portal) == Counter(titles)
        second = refresh_token(portal)
        assert second != first
        # The first pair is used up: only who has kept the latest one gets any further.
        assert (await n8n.run(await new_deals(n8n, credential, 1000), TRIGGER, seconds=300)).status == "success"
        assert refresh_token(portal) != second


async def test_a_refused_renewal_in_the_middle_of_a_run_becomes_error_items(n8n: N8nClient, editor: Editor) -> None:
    async with Sandbox(SandboxConfig(token_requests=REQUESTS)) as portal:
        credential = await connect_oauth2(n8n, editor, portal)
        portal.revoke_refresh_tokens()
        workflow = await new_deals(n8n, credential, 1000, on_error="continueRegularOutput")
        execution = await n8n.run(workflow, TRIGGER, seconds=300)
        assert execution.status == "success", execution.error
        items = [item["json"] for item in execution.runs[NODE][0]]
        refused = [item for item in items if "error" in item]
        assert len(items) == 1000
        assert 0 < len(refused) < 1000
        assert made(portal) == Counter(item["title"] for item in items if "error" not in item)
        assert {item["error"] for item in refused} == {
            f'The credential "{credential["name"]}" needs to be reconnected.'
        }
        assert all("connect the account again" in item["details"]["advice"] for item in refused)


async def test_the_panel_renews_a_token_that_has_ended(
    n8n: N8nClient, editor: Editor, credential: dict[str, str], portal: Sandbox
) -> None:
    before = refresh_token(portal)
    portal.clock.advance(2 * HOUR)
    await open_mapper(editor, n8n, credential)
    await expect(editor.page.get_by_test_id("add-fields-select")).to_be_visible(timeout=60_000)
    assert refresh_token(portal) != before


async def test_the_panel_says_that_the_account_has_to_be_connected_again(
    n8n: N8nClient, editor: Editor, credential: dict[str, str], portal: Sandbox
) -> None:
    portal.clock.advance(2 * HOUR)
    portal.revoke_refresh_tokens()
    await open_mapper(editor, n8n, credential)
    await expect(editor.page.get_by_text("needs to be reconnected").first).to_be_visible(timeout=60_000)
