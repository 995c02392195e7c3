"""Signing in as an application."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

REDIRECT = "http://localhost:5678/rest/oauth2-credential/callback"


async def decide(
    sandbox: Sandbox, session: aiohttp.ClientSession, decision: str = "allow", **more: str
) -> dict[str, str]:
    form = {"client_id": sandbox.application.client_id, "state": "s1", "redirect_uri": REDIRECT, "decision": decision}
    address = f"{sandbox.url}/oauth/authorize/"
    async with session.post(address, data=form | more, allow_redirects=False) as answer:
        assert answer.status == 302
        location = urlsplit(answer.headers["Location"])
    assert location._replace(query="").geturl() == REDIRECT
    return {name: values[0] for name, values in parse_qs(location.query).items()}


async def exchange(
    sandbox: Sandbox, session: aiohttp.ClientSession, *, verb: str = "POST", **parameters: str
) -> tuple[int, dict[str, Any]]:
    application = sandbox.application
    form = {"client_id": application.client_id, "client_secret": application.client_secret, **parameters}
    how: dict[str, Any] = {"data": form} if verb == "POST" else {"params": form}
    async with session.request(verb, f"{sandbox.url}/oauth/token/", **how) as answer:
        return answer.status, await answer.json()


async def sign_in(sandbox: Sandbox, session: aiohttp.ClientSession, **more: str) -> dict[str, Any]:
    code = (await decide(sandbox, session, **more))["code"]
    status, body = await exchange(sandbox, session, grant_type="authorization_code", code=code)
    assert status == 200, body
    return body


async def test_the_page_asks_and_names_the_application(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    parameters = {"client_id": sandbox.application.client_id, "state": '"><script>', "redirect_uri": REDIRECT}
    async with session.get(f"{sandbox.url}/oauth/authorize/", params=parameters) as answer:
        page = await answer.text()
    assert (answer.status, "Olivia Hart" in page, "Allow" in page) == (200, True, True)
    assert "<script>" not in page


async def test_an_unknown_application_is_not_asked_for(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    for verb in ("GET", "POST"):
        async with session.request(verb, f"{sandbox.url}/oauth/authorize?client_id=local.other") as answer:
            assert (answer.status, "client_id" in await answer.text()) == (404, True)


async def test_allowing_redirects_with_everything_bitrix24_sends(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    query = await decide(sandbox, session)
    assert set(query) == {"code", "state", "domain", "member_id", "scope", "server_domain"}
    assert (query["state"], query["domain"]) == ("s1", urlsplit(sandbox.url).netloc)


async def test_denying_redirects_without_a_code(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    assert await decide(sandbox, session, "deny") == {"error": "access_denied", "state": "s1"}


async def test_a_redirect_must_be_a_web_address(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    form = {"client_id": sandbox.application.client_id, "redirect_uri": "javascript:alert(1)"}
    async with session.post(f"{sandbox.url}/oauth/authorize/", data=form, allow_redirects=False) as answer:
        assert answer.status == 400


@pytest.mark.parametrize("verb", ["GET", "POST"])
async def test_a_code_becomes_tokens_once(sandbox: Sandbox, session: aiohttp.ClientSession, verb: str) -> None:
    code = (await decide(sandbox, session))["code"]
    status, body = await exchange(sandbox, session, verb=verb, grant_type="authorization_code", code=code)
    assert status == 200
    assert set(body) == {
        "access_token",
        "expires",
        "expires_in",
        "scope",
        "domain",
        "server_endpoint",
        "status",
        "client_endpoint",
        "member_id",
        "user_id",
        "refresh_token",
    }
    assert (body["expires_in"], body["client_endpoint"]) == (3600, f"{sandbox.url}/rest/")
    client = RestClient(session, body["client_endpoint"])
    assert (await client.result("profile", {"auth": body["access_token"]}))["ID"] == "1"
    again = await exchange(sandbox, session, grant_type="authorization_code", code=code)
    assert (again[0], again[1]["error"]) == (400, "invalid_grant")


async def test_a_code_lives_thirty_seconds(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    code = (await decide(sandbox, session))["code"]
    sandbox.clock.advance(31)
    status, body = await exchange(sandbox, session, grant_type="authorization_code", code=code)
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_an_access_token_expires_and_a_refresh_token_serves_once(
    sandbox: Sandbox, session: aiohttp.ClientSession
) -> None:
    first = await sign_in(sandbox, session)
    client = RestClient(session, f"{sandbox.url}/rest/")
    sandbox.clock.advance(3601)
    assert (await client.refusal("profile", {"auth": first["access_token"]}))[:2] == (401, "expired_token")
    refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    status, second = await exchange(sandbox, session, **refresh)
    assert status == 200
    assert second["refresh_token"] != first["refresh_token"]
    await client.result("profile", {"auth": second["access_token"]})
    status, body = await exchange(sandbox, session, **refresh)
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_an_access_token_can_end_after_so_many_requests(session: aiohttp.ClientSession) -> None:
    async with Sandbox(SandboxConfig(token_requests=2)) as sandbox:
        first = await sign_in(sandbox, session)
        client = RestClient(session, f"{sandbox.url}/rest/")
        for _ in range(2):
            await client.result("profile", {"auth": first["access_token"]})
        assert (await client.refusal("profile", {"auth": first["access_token"]}))[:2] == (401, "expired_token")
        refresh = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        _, second = await exchange(sandbox, session, **refresh)
        await client.result("profile", {"auth": second["access_token"]})


async def test_a_revoked_refresh_token_is_refused(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    tokens = await sign_in(sandbox, session)
    sandbox.revoke_refresh_tokens()
    status, body = await exchange(sandbox, session, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_grant")
    await RestClient(session, f"{sandbox.url}/rest/").result("profile", {"auth": tokens["access_token"]})


async def test_a_refresh_token_lives_180_days(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    tokens = await sign_in(sandbox, session)
    sandbox.clock.advance(180 * 24 * 3600 + 1)
    status, body = await exchange(sandbox, session, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_grant")


async def test_a_token_acts_for_the_user_who_allowed(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    tokens = await sign_in(sandbox, session, user_id="3")
    client = RestClient(session, f"{sandbox.url}/rest/")
    assert tokens["user_id"] == 3
    assert (await client.result("profile", {"auth": tokens["access_token"]}))["NAME"] == "Priya"


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ({"client_id": "local.other", "grant_type": "refresh_token"}, (401, "invalid_client")),
        ({"client_secret": "wrong", "grant_type": "refresh_token"}, (401, "invalid_client")),
        ({"grant_type": "refresh_token", "refresh_token": "nonsense"}, (400, "invalid_grant")),
        ({"grant_type": "authorization_code"}, (400, "invalid_grant")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
    ],
)
async def test_wrong_exchanges_are_refused(
    sandbox: Sandbox, session: aiohttp.ClientSession, parameters: dict[str, str], refusal: tuple[int, str]
) -> None:
    status, body = await exchange(sandbox, session, **parameters)
    assert (status, body["error"]) == refusal
