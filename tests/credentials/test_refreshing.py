"""Getting the next access token from an OAuth server."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from bitrix_node.credentials import CredentialError, OAuth2
from bitrix_node.credentials.errors import ReconnectRequired
from bitrix_node.credentials.refreshing import refresh
from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.sandbox import Sandbox


@pytest.fixture
async def credential(sandbox: Sandbox) -> OAuth2:
    """An account of the sandbox, connected a moment ago."""
    return OAuth2.model_validate(await oauth2_data(sandbox))


@pytest.fixture
def deaf_address() -> Iterator[str]:
    """An address that is taken, with nobody who answers there."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


async def test_both_tokens_are_renewed_and_the_rest_is_kept(sandbox: Sandbox, credential: OAuth2) -> None:
    sandbox.clock.advance(3000)
    fresh = await refresh(credential)
    assert fresh.access_token != credential.access_token
    assert fresh.refresh_token != credential.refresh_token
    assert (fresh.expires or 0) > (credential.expires or 0)
    renewed = {"access_token", "refresh_token", "expires", "server_endpoint"}
    assert fresh.model_dump(exclude=renewed) == credential.model_dump(exclude=renewed)
    assert (await refresh(fresh)).refresh_token != fresh.refresh_token


async def test_a_refresh_token_serves_once(credential: OAuth2) -> None:
    await refresh(credential)
    with pytest.raises(ReconnectRequired) as refusal:
        await refresh(credential)
    assert refusal.value.message.startswith("Bitrix24 refused to renew the access token")
    assert refusal.value.advice == "Connect the account again."


async def test_a_wrong_application_secret_is_refused_without_showing_it(credential: OAuth2) -> None:
    other = OAuth2.model_validate({**credential.model_dump(), "client_secret": "s3cr3t"})
    with pytest.raises(ReconnectRequired) as refusal:
        await refresh(other)
    assert "s3cr3t" not in f"{refusal.value.message} {refusal.value.advice}"


@pytest.mark.parametrize("lacking", ["refresh_token", "client_id", "client_secret"])
async def test_without_everything_it_takes_nothing_is_asked(lacking: str, deaf_address: str) -> None:
    whole = {"refresh_token": "r", "client_id": "c", "client_secret": "s", "oauth_server": deaf_address}
    credential = OAuth2.model_validate({"client_endpoint": deaf_address, "access_token": "a", **whole, lacking: ""})
    assert not credential.can_refresh
    with pytest.raises(ReconnectRequired, match="cannot renew it"):
        await refresh(credential)


async def test_an_unreachable_server_is_no_reason_to_connect_again(credential: OAuth2, deaf_address: str) -> None:
    lost = credential.model_copy(update={"oauth_server": deaf_address})
    with pytest.raises(CredentialError, match="could not be reached") as failure:
        await refresh(lost)
    assert not isinstance(failure.value, ReconnectRequired)
    assert failure.value.advice == "Try again later."


async def test_a_server_that_is_none_is_told_apart(sandbox: Sandbox, credential: OAuth2) -> None:
    wrong = credential.model_copy(update={"oauth_server": f"{sandbox.url}/elsewhere"})
    with pytest.raises(CredentialError, match="did not answer as it should") as failure:
        await refresh(wrong)
    assert not isinstance(failure.value, ReconnectRequired)


async def test_a_server_may_be_given_with_a_slash(sandbox: Sandbox, credential: OAuth2) -> None:
    slashed = credential.model_copy(update={"oauth_server": f"{sandbox.url}/"})
    assert (await refresh(slashed)).access_token != credential.access_token
