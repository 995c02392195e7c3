"""The endpoint in use, and its renewal: one at a time, however many calls wait for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bitrix_node.credentials import Endpoint

Renew: TypeAlias = "Callable[[], Awaitable[Endpoint]]"
"""Gets a fresh endpoint from the host; raises `CredentialError` when the account has to be connected again."""


class Tokens:
    """Holds the current endpoint.

    Args:
        endpoint: the one to start with.
        renew: gets the next one; `None` where the host renews tokens itself.
    """

    def __init__(self, endpoint: Endpoint, renew: Renew | None) -> None:
        self.current = endpoint
        self._renew = renew
        self._lock = asyncio.Lock()

    @property
    def renewable(self) -> bool:
        """Whether an ended token can be replaced here."""
        return self._renew is not None

    async def replace(self, ended: Endpoint) -> None:
        """Replaces an endpoint whose token has ended, unless another call already did."""
        async with self._lock:
            if self._renew is not None and self.current is ended:
                self.current = await self._renew()
