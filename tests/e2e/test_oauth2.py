"""OAuth2 in a real n8n: connected in the browser, refreshed by n8n when the portal says that the token has expired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.e2e.connections import connect_oauth2
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.n8n.installation.client import Execution, N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOUR = 3600


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
