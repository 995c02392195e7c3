"""Getting the next access token from the OAuth server. See "OAuth 2.0" in the REST documentation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aiohttp

from bitrix_node.credentials.errors import CredentialError, ReconnectRequired

if TYPE_CHECKING:
    from bitrix_node.credentials.types import OAuth2

_TOKEN_FIELDS = ("access_token", "refresh_token", "expires", "client_endpoint", "server_endpoint")
_BUSY = {429, *range(500, 600)}
_REFUSALS = {"invalid_grant", "invalid_client", "invalid_request", "wrong_client"}


async def refresh(credential: OAuth2) -> OAuth2:
    """The credential with fresh tokens. The refresh token is used up by this; keep the new one before anything else.

    Raises:
        ReconnectRequired: when the server refuses the refresh token, or the credential has none.
        CredentialError: when the server cannot be reached or does not answer as it should.
    """
    if not credential.can_refresh:
        raise ReconnectRequired(
            "The access token has ended and the credential cannot renew it",
            "Connect the account again. Renewing takes refresh_token, client_id and client_secret.",
        )
    body = await _ask(credential)
    if body.get("error") is not None:
        raise _refused(body)
    fresh = {name: body[name] for name in _TOKEN_FIELDS if body.get(name)}
    return type(credential).model_validate({**credential.model_dump(), **fresh})


async def _ask(credential: OAuth2) -> dict[str, Any]:
    server = credential.refreshing_server.rstrip("/")
    form = {
        "grant_type": "refresh_token",
        "client_id": credential.client_id,
        "client_secret": credential.client_secret.get_secret_value() if credential.client_secret else "",
        "refresh_token": credential.refresh_token.get_secret_value() if credential.refresh_token else "",
    }
    try:
        timeout = aiohttp.ClientTimeout(total=60)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(f"{server_address(server)}/oauth/token/", data=form, allow_redirects=False) as response,
        ):
            busy = response.status in _BUSY
            body = await response.json(content_type=None)
    except ValueError:
        body = None
    except (aiohttp.ClientError, TimeoutError):
        raise CredentialError(f"The OAuth server {server} could not be reached", "Try again later.") from None
    if busy or not isinstance(body, dict) or not (body.get("access_token") or body.get("error") is not None):
        raise CredentialError(f"The OAuth server {server} did not answer as it should", "Try again later.")
    return body


def server_address(server: str) -> str:
    """The address of a server that may be given by its name alone."""
    return server if "://" in server else f"https://{server}"


def _refused(body: dict[str, Any]) -> CredentialError:
    code = str(body["error"])
    said = str(body.get("error_description") or code)
    if code in _REFUSALS:
        return ReconnectRequired(f"Bitrix24 refused to renew the access token ({said})", "Connect the account again.")
    return CredentialError(f"Bitrix24 did not renew the access token ({said})", "Connect the account again.")
