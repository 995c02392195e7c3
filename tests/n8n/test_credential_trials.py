"""What the form of a credential says when it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.package.credentials import credential_trials
from bitrix_node.rest import error_entries

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.n8n.panel_driver import Panel

WORKS = {"status": "OK", "message": "Connection successful"}
WEBHOOK, API_KEY = "bitrix24WebhookApi", "bitrix24Api"


def test_the_codes_with_words_of_their_own_are_codes_of_bitrix24() -> None:
    known = {code.upper() for code in error_entries()}
    for trial in credential_trials(Definitions.packaged().credentials).values():
        assert {code.upper() for code in trial["refusals"]} <= known


async def complaint(panel: Panel) -> str:
    verdict = await panel.tries_out()
    assert verdict["status"] == "Error"
    return verdict["message"]


class TestAnyCredential:
    @pytest.fixture(params=["webhook", "apiKey"])
    def panel(self, panel: Panel, request: pytest.FixtureRequest) -> Panel:
        panel.authentication = request.param
        return panel

    async def test_one_that_works(self, panel: Panel) -> None:
        assert await panel.tries_out() == WORKS

    async def test_a_portal_that_is_gone(self, panel: Panel, sandbox: Sandbox) -> None:
        address, secrets = sandbox.url, (sandbox.access_token, sandbox.webhook_url.split("/")[-2])
        await sandbox.stop()
        said = await complaint(panel)
        assert said.startswith(f"The portal {address} cannot be reached. Check the portal's address in the credential")
        assert not any(secret in said for secret in secrets)

    @pytest.mark.parametrize("status", [200, 404])
    async def test_an_address_where_no_portal_is(self, panel: Panel, sandbox: Sandbox, status: int) -> None:
        sandbox.faults.add("html", "scope", status=status)
        said = await complaint(panel)
        assert f"web page instead of JSON (HTTP {status}). Check the portal's address" in said

    async def test_a_missing_scope(self, panel: Panel, sandbox: Sandbox) -> None:
        sandbox.faults.add("error", "scope", status=403, code="insufficient_scope", message="Higher privileges")
        said = await complaint(panel)
        assert "lacks a permission" in said
        assert "Developer resources" in said

    async def test_a_plan_without_the_rest_api(self, panel: Panel, sandbox: Sandbox) -> None:
        sandbox.faults.add("error", "scope", status=401, code="PAYMENT_REQUIRED", message="Payment required")
        said = await complaint(panel)
        assert said.startswith("Payment required. Bitrix24 said so about scope (PAYMENT_REQUIRED).")
        assert "paid Bitrix24 plan" in said


class TestWebhook:
    @pytest.mark.parametrize("tail", ["", "profile", "crm.deal.list.json", "/"])
    async def test_one_pasted_with_more_than_its_address(self, panel: Panel, tail: str) -> None:
        panel.data[WEBHOOK]["webhookSecret"] += tail
        assert await panel.tries_out() == WORKS

    @pytest.mark.parametrize(
        "address", ["", "https://example.bitrix24.com/crm/deal/", "s3cr3tc0de", "https://a/rest/1/"]
    )
    async def test_an_address_that_is_no_webhook(self, panel: Panel, address: str) -> None:
        panel.data[WEBHOOK]["webhookSecret"] = address
        said = await complaint(panel)
        assert said.startswith("The webhook URL has no /rest/USER/CODE/ in it. It should look like https://")
        assert panel.requests == ()

    async def test_one_that_was_deleted(self, panel: Panel, sandbox: Sandbox) -> None:
        panel.data[WEBHOOK]["webhookSecret"] = f"{sandbox.url}/rest/1/revokedc0de/"
        said = await complaint(panel)
        assert said.startswith("Bitrix24 does not know this webhook. It was deleted, or its URL is incomplete")
        assert "revokedc0de" not in said

    async def test_one_without_permissions(self, panel: Panel, sandbox: Sandbox) -> None:
        panel.data[WEBHOOK]["webhookSecret"] = sandbox.webhook(scopes=set())
        assert (await complaint(panel)).startswith("The webhook has no permissions. Edit it in Bitrix24")


class TestApiKey:
    @pytest.fixture(autouse=True)
    def chosen(self, panel: Panel) -> None:
        panel.authentication = "apiKey"

    async def test_a_token_that_the_portal_does_not_know(self, panel: Panel) -> None:
        panel.data[API_KEY]["accessToken"] = "revokedtoken"
        said = await complaint(panel)
        assert said.startswith("Bitrix24 does not know this access token.")
        assert "revokedtoken" not in said

    async def test_a_token_that_has_expired(self, panel: Panel, sandbox: Sandbox) -> None:
        token = panel.data["bitrix24OAuth2Api"]["oauthTokenData"]["access_token"]
        panel.data[API_KEY]["accessToken"] = token
        assert await panel.tries_out() == WORKS
        sandbox.clock.advance(3601)
        said = await complaint(panel)
        assert said.startswith("The access token has expired.")
        assert token not in said

    async def test_no_token_at_all(self, panel: Panel) -> None:
        panel.data[API_KEY]["accessToken"] = ""
        assert (await complaint(panel)).startswith("Bitrix24 does not know this access token.")

    async def test_an_address_that_is_none(self, panel: Panel) -> None:
        panel.data[API_KEY]["portalUrl"] = "my portal"
        assert (await complaint(panel)).startswith("The credential's portal address is not an address. It should look")
