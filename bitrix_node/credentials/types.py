"""The three kinds of credential, and how each becomes an endpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bitrix_node.credentials.addresses import portal_address, webhook_address
from bitrix_node.credentials.endpoint import Endpoint
from bitrix_node.credentials.errors import CredentialError
from bitrix_node.credentials.limits import RequestLimits, read_limits

if TYPE_CHECKING:
    from collections.abc import Mapping

OAUTH_SERVERS = ("oauth.bitrix.info", "oauth.bitrix24.tech")
"""The servers that hand out tokens, cloud and on-premise portals alike."""


class _Credential(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    limits: RequestLimits | None = None


class Webhook(_Credential):
    """An inbound webhook.

    Args:
        url: its address, with or without a trailing slash or a method name.
    """

    url: SecretStr

    def __init__(self, url: str | SecretStr, **data: Any) -> None:
        super().__init__(url=url, **data)

    def endpoint(self) -> Endpoint:
        """Where to send.

        Raises:
            CredentialError: when the address is malformed.
        """
        address = webhook_address(self.url.get_secret_value())
        tail = f"{address.user}/{address.code}/"
        return Endpoint(
            portal=address.portal,
            rest=f"{address.portal}/rest/{tail}",
            rest_v3=f"{address.portal}/rest/api/{tail}",
            secrets=frozenset({address.code}),
            limits=self.limits,
        )


class AccessToken(_Credential):
    """A portal and an access token that is kept fresh elsewhere."""

    portal_url: str
    access_token: SecretStr

    def __init__(self, portal_url: str, access_token: str | SecretStr, **data: Any) -> None:
        super().__init__(portal_url=portal_url, access_token=access_token, **data)

    def endpoint(self) -> Endpoint:
        """Where to send.

        Raises:
            CredentialError: when the portal's address is malformed or the token is empty.
        """
        endpoint = token_endpoint(portal_address(self.portal_url), self.access_token.get_secret_value())
        return replace(endpoint, limits=self.limits)


class OAuth2(_Credential):
    """An application's tokens for one account, as the OAuth server handed them out.

    Attributes:
        client_endpoint: address of the portal's REST API, from the token answer; or the portal itself.
        access_token: signs the calls.
        refresh_token: gets the next access token; used once.
        client_id: the application's id; needed for refreshing only.
        client_secret: the application's secret; needed for refreshing only.
        expires: when the access token ends, in seconds since 1970; `None` where unknown.
        oauth_server: host name or address of the server that refreshes, where it is none of `OAUTH_SERVERS`.
        server_endpoint: address of the OAuth server's own REST API, from the token answer: tells which of
            `OAUTH_SERVERS` refreshes.
    """

    client_endpoint: str
    access_token: SecretStr
    refresh_token: SecretStr | None = None
    client_id: str | None = None
    client_secret: SecretStr | None = None
    expires: float | None = None
    oauth_server: str | None = None
    server_endpoint: str | None = None

    @property
    def refreshing_server(self) -> str:
        """Host name or address of the server that refreshes.

        Nothing but its own name makes a token answer's server a place to send the application's secret to.
        """
        named = urlsplit(self.server_endpoint or "").hostname
        if self.oauth_server not in (None, "", *OAUTH_SERVERS):
            return str(self.oauth_server)
        return named if named in OAUTH_SERVERS else self.oauth_server or OAUTH_SERVERS[0]

    @property
    def can_refresh(self) -> bool:
        """Whether everything that refreshing takes is there."""
        return bool(self.refresh_token and self.client_id and self.client_secret)

    def endpoint(self) -> Endpoint:
        """Where to send.

        Raises:
            CredentialError: when the portal's address is malformed or the token is empty.
        """
        endpoint = token_endpoint(portal_address(self.client_endpoint), self.access_token.get_secret_value())
        kept = {secret.get_secret_value() for secret in (self.refresh_token, self.client_secret) if secret}
        return replace(endpoint, secrets=endpoint.secrets | kept, limits=self.limits)


Credential: TypeAlias = Webhook | AccessToken | OAuth2


def token_endpoint(portal: str, token: str) -> Endpoint:
    """The endpoint of a portal under an access token.

    Raises:
        CredentialError: when the token is empty.
    """
    if not token.strip():
        raise CredentialError("The access token is empty", "Enter the token that the application was given.")
    return Endpoint(portal=portal, rest="", rest_v3="").with_token(token.strip())


_KEYS: dict[str, tuple[str, ...]] = {
    "bitrix24WebhookApi": ("webhookSecret", "webhookUrl", "url"),
    "bitrix24Api": ("portalUrl", "portal_url"),
    "bitrix24OAuth2Api": ("client_endpoint", "oauthTokenData"),
}
_NAMES_IN_N8N = {"clientId": "client_id", "clientSecret": "client_secret", "oauthServer": "oauth_server"}


def parse_credential(data: Mapping[str, Any], kind: str | None = None) -> Credential:
    """A credential from its stored form.

    Args:
        data: the fields, under n8n's names or those of a token answer; `type` may name the kind.
        kind: name of the credential type; guessed from the fields where neither names it.

    Raises:
        CredentialError: when the kind is unknown or a field is missing.
    """
    kind = kind or data.get("type") or _guess(data)
    limits = read_limits(data)
    try:
        if kind == "bitrix24WebhookApi":
            return Webhook(_first(data, *_KEYS[kind]), limits=limits)
        if kind == "bitrix24Api":
            token = _first(data, "accessToken", "access_token")
            return AccessToken(_first(data, "portalUrl", "portal_url"), token, limits=limits)
        if kind == "bitrix24OAuth2Api":
            tokens = data.get("oauthTokenData")
            fields = {**_renamed(data), **(tokens if isinstance(tokens, dict) else {})}
            return OAuth2.model_validate({**fields, "limits": limits})
    except ValidationError as error:
        missing = ", ".join(".".join(map(str, fault["loc"])) for fault in error.errors())
        raise CredentialError(f"The {kind} credential lacks or misspells {missing}") from None
    raise CredentialError(f"There is no credential type {kind!r}", f"Known are: {', '.join(_KEYS)}.")


def _renamed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields with the names that n8n gives them under those of a token answer."""
    return {_NAMES_IN_N8N.get(name, name): value for name, value in data.items()}


def _guess(data: Mapping[str, Any]) -> str | None:
    return next((name for name, keys in _KEYS.items() if any(key in data for key in keys)), None)


def _first(data: Mapping[str, Any], *names: str) -> str:
    value = next((data[name] for name in names if data.get(name)), None)
    if not isinstance(value, str):
        raise CredentialError(f"The credential lacks {names[0]!r}")
    return value
