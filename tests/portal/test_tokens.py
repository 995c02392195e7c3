"""Access tokens that end while calls wait."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bitrix_node.credentials import CredentialError, OAuth2
from bitrix_node.credentials.errors import ReconnectRequired
from bitrix_node.credentials.refreshing import refresh
from bitrix_node.portal import Portal
from bitrix_node.portal.errors import TokenEnded
from tests.portal.conftest import QUICK
from tests.portal.waiting import until
from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.credentials import Endpoint
    from bitrix_node.sandbox import Sandbox


class Account:
    """An OAuth2 account that counts how often its token is renewed."""

    def __init__(self, credential: OAuth2) -> None:
        self.credential = credential
        self.renewals = 0
        self.failure: CredentialError | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def renew(self) -> Endpoint:
        self.renewals += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.credential = await refresh(self.credential)
        return self.credential.endpoint()


@pytest.fixture
async def account(sandbox: Sandbox) -> Account:
    return Account(OAuth2.model_validate(await oauth2_data(sandbox)))


@pytest.fixture
async def portal(account: Account) -> AsyncIterator[Portal]:
    async with Portal(account.credential.endpoint(), account.renew, QUICK) as client:
        yield client


async def test_an_ended_token_is_renewed_once_for_all_calls(portal: Portal, account: Account, sandbox: Sandbox) -> None:
    sandbox.clock.advance(3601)
    fields = [{"title": f"Deal {index}"} for index in range(200)]
    added = await asyncio.gather(
        *(portal.call("crm.item.add", {"entityTypeId": 2, "fields": entry}) for entry in fields)
    )
    assert [entry.result["item"]["title"] for entry in added] == [entry["title"] for entry in fields]
    assert account.renewals == 1
    assert sum(entry.method == "crm.item.add" for entry in sandbox.journal) == 200


async def test_calls_that_come_while_it_is_renewed_wait_for_it(
    portal: Portal, account: Account, sandbox: Sandbox
) -> None:
    sandbox.clock.advance(3601)
    account.gate.clear()
    calls = [asyncio.create_task(portal.call("profile", {"filter": None})) for _ in range(20)]
    await until(lambda: account.renewals > 0)
    account.gate.set()
    await asyncio.gather(*calls)
    assert account.renewals == 1


async def test_a_token_that_ends_again_is_renewed_again(portal: Portal, account: Account, sandbox: Sandbox) -> None:
    for renewals in (1, 2):
        sandbox.clock.advance(3601)
        await portal.call("profile")
        assert account.renewals == renewals


async def test_a_refused_renewal_is_not_tried_by_every_call(portal: Portal, account: Account, sandbox: Sandbox) -> None:
    await refresh(account.credential)
    sandbox.clock.advance(3601)
    found = await asyncio.gather(*(portal.call("profile", {"filter": None}) for _ in range(20)), return_exceptions=True)
    assert [type(entry) for entry in found] == [ReconnectRequired] * 20
    with pytest.raises(ReconnectRequired):
        await portal.call("profile")
    assert account.renewals == 1


async def test_a_renewal_that_failed_for_the_moment_is_tried_again(
    portal: Portal, account: Account, sandbox: Sandbox
) -> None:
    sandbox.clock.advance(3601)
    account.failure = CredentialError("The OAuth server could not be reached")
    with pytest.raises(CredentialError, match="could not be reached"):
        await portal.call("profile")
    account.failure = None
    assert (await portal.call("profile")).result
    assert account.renewals == 2


async def test_a_renewal_outlives_the_call_that_began_it(portal: Portal, account: Account, sandbox: Sandbox) -> None:
    sandbox.clock.advance(3601)
    account.gate.clear()
    call = asyncio.create_task(portal.call("profile"))
    await until(lambda: account.renewals > 0)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    account.gate.set()
    before = account.credential
    await portal.close()
    assert account.credential.refresh_token != before.refresh_token
    assert portal.endpoint == account.credential.endpoint()


async def test_without_a_way_to_renew_the_caller_gets_to_know(account: Account, sandbox: Sandbox) -> None:
    sandbox.clock.advance(3601)
    async with Portal(account.credential.endpoint(), settings=QUICK) as portal:
        with pytest.raises(TokenEnded) as caught:
            await portal.call("crm.item.add", {"entityTypeId": 2, "fields": {}})
        assert portal.statistics.requests == 1
    assert (caught.value.code, caught.value.http, caught.value.retryable) == ("expired_token", 401, True)
    assert [entry for entry in sandbox.journal if entry.method == "crm.item.add"] == []


async def test_a_token_of_an_item_is_used_and_never_renewed(portal: Portal, account: Account, sandbox: Sandbox) -> None:
    other = OAuth2.model_validate(await oauth2_data(sandbox)).access_token.get_secret_value()
    scope = portal.scope()
    assert (await scope.call("profile", token=other)).result
    sandbox.clock.advance(3601)
    with pytest.raises(TokenEnded):
        await scope.call("profile", token=other)
    assert account.renewals == 0
    assert other in portal.secrets


async def test_calls_under_different_tokens_never_share_a_request(sandbox: Sandbox, account: Account) -> None:
    own = account.credential.access_token.get_secret_value()
    async with Portal(account.credential.endpoint(), settings=QUICK) as portal:
        scope = portal.scope()
        await asyncio.gather(
            *(scope.call("profile", {"of": "administrator"}, token=sandbox.access_token) for _ in range(20)),
            *(scope.call("profile", {"of": "account"}, token=own) for _ in range(20)),
            *(scope.call("profile", {"of": "credential"}) for _ in range(20)),
        )
    requests: dict[int, set[str]] = {}
    for entry in sandbox.journal:
        if entry.method == "profile":
            requests.setdefault(entry.request, set()).add(entry.arguments["of"])
    assert all(len(owners) == 1 for owners in requests.values())


async def test_calls_that_wait_go_out_under_the_fresh_token(portal: Portal, account: Account, sandbox: Sandbox) -> None:
    sandbox.clock.advance(3601)
    account.gate.clear()
    first = asyncio.create_task(portal.call("profile", {"filter": None}))
    await until(lambda: account.renewals > 0)
    later = [asyncio.create_task(portal.call("user.current", {"number": index})) for index in range(100)]
    await asyncio.sleep(0)
    account.gate.set()
    await asyncio.gather(first, *later)
    assert (portal.statistics.repeated, account.renewals) == (1, 1)
