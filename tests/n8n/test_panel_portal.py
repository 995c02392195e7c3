"""Calls that the panel makes: signed in every way, and in plain words when they come to nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.package.scripts import SHIM
from tests.n8n.panel_driver import CREDENTIALS, Panel

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox


def test_the_ways_to_sign_in_are_those_of_the_credentials() -> None:
    script = (SHIM / "panel" / "sign_ins.js").read_text(encoding="utf-8")
    pairs = re.findall(r"authentication: '(\w+)',\s+credential: '(\w+)'", script)
    types = Definitions.packaged().credentials.values()
    assert dict(pairs) == {entry.authentication: entry.credential for entry in types} == CREDENTIALS


class TestCalls:
    @pytest.mark.parametrize("authentication", CREDENTIALS)
    async def test_every_credential_signs_calls_of_both_versions(self, panel: Panel, authentication: str) -> None:
        panel.authentication = authentication
        old = await panel.calls("crm.item.list", entityTypeId=3, select=["id"])
        new = await panel.calls("tasks.task.list", version=3, select=["id"], pagination={"limit": 1})
        assert len(old["result"]["result"]["items"]) == 50
        assert (old["result"]["next"], old["result"]["total"] > 50) == (50, True)
        assert len(new["result"]["result"]["items"]) == 1

    async def test_a_call_without_arguments_is_understood(self, panel: Panel) -> None:
        assert (await panel.calls("profile"))["result"]["result"]["ID"] == "1"

    async def test_a_token_that_has_ended_is_refreshed(self, panel: Panel) -> None:
        panel.authentication = "oAuth2"
        panel.data["bitrix24OAuth2Api"]["oauthTokenData"]["access_token"] = "ended"
        assert (await panel.calls("profile"))["result"]["result"]["ID"] == "1"
        assert panel.refreshes == 1

    async def test_a_full_portal_is_asked_again(self, panel: Panel, sandbox: Sandbox) -> None:
        sandbox.faults.query_limit("profile", times=1)
        assert (await panel.calls("profile"))["result"]["result"]["ID"] == "1"
        assert len(panel.requests) == 2

    @pytest.mark.parametrize(
        "address", ["{portal}", "{portal}/", "{portal}/rest", "{portal}/rest/1/x/", " {portal}/rest/api/"]
    )
    async def test_the_portal_is_found_in_whatever_address_was_pasted(
        self, panel: Panel, sandbox: Sandbox, address: str
    ) -> None:
        panel.authentication = "apiKey"
        panel.data["bitrix24Api"]["portalUrl"] = address.format(portal=sandbox.url)
        assert "result" in await panel.calls("profile")

    @pytest.mark.parametrize("tail", ["", "profile", "profile.json"])
    async def test_a_webhook_is_found_in_whatever_address_was_pasted(self, panel: Panel, tail: str) -> None:
        panel.data["bitrix24WebhookApi"]["webhookSecret"] += tail
        assert "result" in await panel.calls("profile")


class TestFailures:
    async def test_a_portal_that_is_slow(self, panel: Panel, sandbox: Sandbox) -> None:
        sandbox.faults.add("hang", "profile")
        thrown = (await panel.calls("profile", seconds=1))["thrown"]
        assert thrown["message"] == "The portal did not answer within 1 s"
        assert sandbox.url in thrown["description"]

    @pytest.mark.parametrize("status", [200, 401, 502])
    @pytest.mark.parametrize("authentication", CREDENTIALS)
    async def test_a_web_page_instead_of_json(
        self, panel: Panel, sandbox: Sandbox, status: int, authentication: str
    ) -> None:
        panel.authentication = authentication
        sandbox.faults.add("html", "profile", status=status, times=None)
        thrown = (await panel.calls("profile"))["thrown"]
        assert thrown["kind"] == "NodeApiError"
        assert thrown["message"].endswith(f"instead of JSON (HTTP {status})")
        assert "portal's address" in thrown["description"]

    async def test_a_portal_that_is_gone(self, panel: Panel, sandbox: Sandbox) -> None:
        address, secret = sandbox.url, sandbox.webhook_url.split("/")[-2]
        await sandbox.stop()
        thrown = (await panel.calls("profile"))["thrown"]
        assert (thrown["kind"], thrown["message"]) == (
            "NodeOperationError",
            f"The portal {address} cannot be reached",
        )
        assert secret not in str(thrown)

    @pytest.mark.parametrize(
        ("authentication", "credential", "field", "value", "message"),
        [
            ("webhook", "bitrix24WebhookApi", "webhookSecret", "https://a.bitrix24.com", "no /rest/USER/CODE/"),
            ("apiKey", "bitrix24Api", "portalUrl", "", "not an address"),
            ("oAuth2", "bitrix24OAuth2Api", "oauthTokenData", None, "not connected"),
        ],
    )
    async def test_an_incomplete_credential_is_refused_before_anything_is_sent(
        self, panel: Panel, authentication: str, credential: str, field: str, value: str | None, message: str
    ) -> None:
        panel.authentication = authentication
        panel.data[credential][field] = value
        thrown = (await panel.calls("profile"))["thrown"]
        assert (thrown["kind"], message in thrown["message"], panel.requests) == ("NodeOperationError", True, ())

    async def test_a_revoked_key(self, panel: Panel, sandbox: Sandbox) -> None:
        panel.data["bitrix24WebhookApi"]["webhookSecret"] = f"{sandbox.url}/rest/1/revokedc0de/"
        thrown = (await panel.calls("profile"))["thrown"]
        assert thrown["httpCode"] == "401"
        assert "INVALID_CREDENTIALS" in thrown["description"]
        assert "webhook's code" in thrown["description"]
        assert "revokedc0de" not in str(thrown)

    async def test_a_revoked_connection(self, panel: Panel) -> None:
        panel.authentication = "oAuth2"
        panel.data["bitrix24OAuth2Api"]["oauthTokenData"] |= {"access_token": "ended", "refresh_token": "revoked"}
        thrown = (await panel.calls("profile"))["thrown"]
        assert "needs to be reconnected" in thrown["message"]

    async def test_an_application_that_the_oauth_server_does_not_know(self, panel: Panel) -> None:
        panel.authentication = "oAuth2"
        panel.data["bitrix24OAuth2Api"]["oauthTokenData"]["access_token"] = "ended"
        panel.data["bitrix24OAuth2Api"]["clientSecret"] = "wrongsecret"
        thrown = (await panel.calls("profile"))["thrown"]
        assert thrown["message"] == "Bitrix24 does not know the application of the credential"
        assert thrown["description"].startswith("Compare Client ID and Client Secret with the application in Bitrix24")
        assert "wrongsecret" not in str(thrown)

    @pytest.mark.parametrize(("method", "version"), [("user.get", 2), ("tasks.task.list", 3)])
    async def test_a_missing_scope(self, panel: Panel, sandbox: Sandbox, method: str, version: int) -> None:
        panel.data["bitrix24WebhookApi"]["webhookSecret"] = sandbox.webhook(scopes={"crm"})
        thrown = (await panel.calls(method, version=version))["thrown"]
        assert "permission (scope)" in thrown["description"]
        assert method in thrown["description"]
