"""The endpoints in use, and the renewal of the credential's: one at a time, however many calls wait for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

from bitrix_node.credentials.errors import ReconnectRequired

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bitrix_node.credentials import Endpoint

Renew: TypeAlias = "Callable[[], Awaitable[Endpoint]]"
"""Gets a fresh endpoint from the host; raises `CredentialError` when the account has to be connected again."""


class Tokens:
    """Holds the current endpoint, and those with tokens that calls bring along.

    Args:
        endpoint: the one to start with.
        renew: gets the next one; `None` where the host renews tokens itself.
    """

    def __init__(self, endpoint: Endpoint, renew: Renew | None) -> None:
        self.current = endpoint
        self._renew = renew
        self._overrides: dict[str, Endpoint] = {}
        self._renewal: asyncio.Task[None] | None = None
        self._final: ReconnectRequired | None = None

    @property
    def renewable(self) -> bool:
        """Whether an ended token can be replaced here."""
        return self._renew is not None

    @property
    def secrets(self) -> frozenset[str]:
        """Every text that may not be shown."""
        if not self._overrides:
            return self.current.secrets
        return self.current.secrets.union(*(endpoint.secrets for endpoint in self._overrides.values()))

    def endpoint(self, token: str | None) -> Endpoint:
        """Where a call goes now: as the credential, or with the token that it brings along."""
        if token is None:
            return self.current
        if token not in self._overrides:
            self._overrides[token] = self.current.with_token(token)
        return self._overrides[token]

    async def settled(self) -> None:
        """Waits while the token is being replaced: whatever was sent meanwhile would be refused."""
        if self._renewal is not None and not self._renewal.done():
            await asyncio.wait([self._renewal])

    async def replace(self, ended: Endpoint | None) -> None:
        """Replaces an endpoint whose token has ended, unless another call already did.

        Renewing uses up the refresh token, so that it goes on to its end even when the call that began it is
        cancelled, and what it came to holds for every call that waits.

        Raises:
            CredentialError: when there is no fresh token to be had.
        """
        if self._renew is None or self.current is not ended:
            return
        if self._final is not None:
            raise self._final
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._run(self._renew))
        await asyncio.shield(self._renewal)

    async def close(self) -> None:
        """Waits for a renewal that is under way."""
        if self._renewal is not None:
            await asyncio.gather(self._renewal, return_exceptions=True)

    async def _run(self, renew: Callable[[], Awaitable[Endpoint]]) -> None:
        try:
            self.current = await renew()
        except ReconnectRequired as error:
            self._final = error
            raise
