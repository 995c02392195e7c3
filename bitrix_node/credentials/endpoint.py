"""The frozen snapshot of a credential that the portal client works with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitrix_node.credentials.limits import RequestLimits


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where to send and what to add; never changes, a refreshed token makes a new one.

    Attributes:
        portal: address of the portal, without a trailing slash; names it in messages and in rate limits.
        rest: address that REST 2 method names are appended to, with a trailing slash.
        rest_v3: the same for REST 3.0 methods.
        token: access token, sent as `auth` in the body; `None` where the address itself holds the secret.
        secrets: texts that may never show in output, logs or messages.
        is_application: whether calls are made as an application (OAuth2), not as a webhook.
        limits: what the credential states of the portal's request limits.
    """

    portal: str
    rest: str = field(repr=False)
    rest_v3: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    is_application: bool = False
    limits: RequestLimits | None = None

    def address(self, method: str, version: int) -> str:
        """The address of a method."""
        return f"{self.rest_v3}{method}" if version == 3 else f"{self.rest}{method}.json"  # noqa: PLR2004

    def with_token(self, token: str) -> Endpoint:
        """The same portal under another access token."""
        plain = f"{self.portal}/rest/"
        return replace(
            self, rest=plain, rest_v3=f"{plain}api/", token=token, secrets=self.secrets | {token}, is_application=True
        )
