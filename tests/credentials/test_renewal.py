"""Renewing tokens that are kept somewhere, and that others renew too."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web

from bitrix_node.credentials import CredentialError, OAuth2
from bitrix_node.credentials.errors import ReconnectRequired
from bitrix_node.credentials.refreshing import refresh
from bitrix_node.credentials.renewal import Account
from bitrix_node.portal.errors import Denied
from bitrix_node.runtime import Node
from tests.portal.servers import served
from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.sandbox import Sandbox


class Shelf:
    """Keeps tokens in memory, for one process at a time."""

    def __init__(self, credential: OAuth2 | None) -> None:
        self.kept = credential
        self.full = False
        self.lock = asyncio.Lock()

    @asynccontextmanager
    async def exclusively(self) -> AsyncIterator[None]:
        async with self.lock:
            yield

    async def load(self) -> OAuth2 | None:
        return self.kept

    async def keep(self, credential: OAuth2) -> None:
        if self.full:
            raise CredentialError("The renewed tokens are lost")
        self.kept = credential


@pytest.fixture
async def credential(sandbox: Sandbox) -> OAuth2:
    return OAuth2.model_validate(await oauth2_data(sandbox))


async def test_who_comes_second_takes_what_the_first_was_given(credential: OAuth2) -> None:
    shelf = Shelf(credential)
    first, second, third = await asyncio.gather(*(Account(credential, shelf).renew() for _ in range(3)))
    assert first == second == third == shelf.kept
    assert first.refresh_token != credential.refresh_token


async def test_kept_tokens_that_have_ended_too_are_renewed(credential: OAuth2) -> None:
    newer = (await refresh(credential)).model_copy(update={"expires": 1.0})
    shelf = Shelf(newer)
    fresh = await Account(credential, shelf).renew()
    assert fresh == shelf.kept
    assert fresh.access_token not in {credential.access_token, newer.access_token}


async def test_where_nothing_is_kept_any_more_the_own_tokens_serve(credential: OAuth2) -> None:
    shelf = Shelf(None)
    assert await Account(credential, shelf).renew() == shelf.kept


async def test_tokens_that_cannot_be_kept_are_not_used(sandbox: Sandbox, credential: OAuth2) -> None:
    shelf = Shelf(credential)
    shelf.full = True
    sandbox.clock.advance(3601)
    async with Node(credential, store=shelf) as node:
        with pytest.raises(CredentialError, match="are lost"):
            await node.portal.call("profile")
        assert [entry.method for entry in sandbox.journal] == []
        shelf.full = False
        assert (await node.portal.call("profile")).result
    assert shelf.kept is not None
    assert (await refresh(shelf.kept)).access_token


@pytest.mark.parametrize(
    ("code", "status"),
    [("insufficient_scope", 403), ("INVALID_CREDENTIALS", 401), ("ACCESS_DENIED", 403), ("user_access_error", 401)],
)
async def test_missing_rights_are_no_reason_to_renew(
    sandbox: Sandbox, credential: OAuth2, code: str, status: int
) -> None:
    shelf = Shelf(credential)
    sandbox.faults.add("error", "profile", status=status, code=code, message="No", times=None)
    async with Node(credential, store=shelf) as node:
        with pytest.raises(Denied):
            await node.portal.call("profile")
        assert node.statistics.requests == 1
    assert shelf.kept is credential


async def test_the_answer_of_one_server_leads_to_the_other(
    credential: OAuth2, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def pass_on(request: web.Request) -> web.Response:
        """The first server, which says that the second one is in charge from now on."""
        asked.append(request.path)
        form, address = await request.post(), f"{sandbox.url}/oauth/token/"
        async with aiohttp.ClientSession() as session, session.post(address, data=form) as response:
            tokens = await response.json()
        return web.json_response({**tokens, "server_endpoint": "https://second.example/rest/"})

    async with served(pass_on) as first:
        servers = {"first.example": first, "second.example": sandbox.url}
        monkeypatch.setattr("bitrix_node.credentials.types.OAUTH_SERVERS", tuple(servers))
        monkeypatch.setattr("bitrix_node.credentials.refreshing.server_address", servers.__getitem__)
        known = credential.model_copy(update={"oauth_server": "first.example"})
        known = await refresh(known)
        assert known.refreshing_server == "second.example"
        known = await refresh(known)
    assert asked == ["/oauth/token/"]
    assert known.access_token != credential.access_token


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_server_in_trouble_is_no_reason_to_connect_again(credential: OAuth2, status: int) -> None:
    async def fail(_: web.Request) -> web.Response:
        return web.json_response({"error": "internal_error"}, status=status)

    async with served(fail) as server:
        with pytest.raises(CredentialError, match="did not answer as it should") as failure:
            await refresh(credential.model_copy(update={"oauth_server": server}))
    assert not isinstance(failure.value, ReconnectRequired)


async def test_secrets_are_not_sent_on_to_where_a_server_redirects(credential: OAuth2) -> None:
    seen: list[str] = []

    async def redirect(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=307, headers={"Location": "/elsewhere"})

    async with served(redirect) as server:
        with pytest.raises(CredentialError, match="did not answer as it should"):
            await refresh(credential.model_copy(update={"oauth_server": server}))
    assert seen == ["/oauth/token/"]
