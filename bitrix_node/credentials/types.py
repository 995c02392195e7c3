"""The three kinds of credential, and how each becomes an endpoint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from bitrix_node.credentials.addresses import portal_address, webhook_address
from bitrix_node.credentials.endpoint import Endpoint
from bitrix_node.credentials.errors import CredentialError
from bitrix_node.credentials.limits import RequestLimits
from bitrix_node.credentials.misstated import CARRIED, misstated

OAUTH_SERVERS = ("oauth.bitrix.info", "oauth.bitrix24.tech")
"""The servers that hand out tokens, cloud and on-premise portals alike."""


class _Credential(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    limits: RequestLimits | None = None

    def __init__(self, **data: Any) -> None:
        try:
            super().__init__(**{name: value for name, value in data.items() if name not in CARRIED})
        except ValidationError as error:
            raise misstated(type(self).__name__, type(self).model_fields, error) from None


class Webhook(_Credential):
    """An inbound webhook.

    Args:
        url: its address, with or without a trailing slash or a method name.

    Raises:
        CredentialError: when it is not an address of a webhook.
    """

    url: SecretStr

    def __init__(self, url: str | SecretStr, **data: Any) -> None:
        super().__init__(url=url, **data)
        webhook_address(self.url.get_secret_value())

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
    """A portal and an access token that is kept fresh elsewhere.

    Raises:
        CredentialError: when one of them is no text, or the portal's address is none.
    """

    portal_url: str
    access_token: SecretStr

    def __init__(self, portal_url: str, access_token: str | SecretStr, **data: Any) -> None:
        super().__init__(portal_url=portal_url, access_token=access_token, **data)
        portal_address(self.portal_url)

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

    Raises:
        CredentialError: when a field is missing, unknown, or of another type.
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
