"""Renewing tokens that are kept somewhere, which other processes may do at the same time."""

from __future__ import annotations

import time
from contextlib import nullcontext
from typing import TYPE_CHECKING, Protocol

from bitrix_node.credentials.refreshing import refresh

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from contextlib import AbstractAsyncContextManager

    from bitrix_node.credentials.types import OAuth2


class TokenStore(Protocol):
    """Where the tokens of an account are kept."""

    def exclusively(self) -> AbstractAsyncContextManager[None]:
        """Keeps every other process from renewing meanwhile, as far as that is possible."""

    async def load(self) -> OAuth2 | None:
        """The credential as it is kept now; `None` where it cannot be told."""

    async def keep(self, credential: OAuth2) -> None:
        """Replaces the tokens as a whole; they are safe when this returns.

        Raises:
            CredentialError: when they cannot be kept.
        """


class Callback:
    """Tokens that are handed to a function, if there is one, and that nobody else renews.

    Args:
        keep: called with every renewed credential.
    """

    def __init__(self, keep: Callable[[OAuth2], Awaitable[None]] | None = None) -> None:
        self._keep = keep

    def exclusively(self) -> AbstractAsyncContextManager[None]:
        """Nobody else is there."""
        return nullcontext()

    async def load(self) -> OAuth2 | None:
        """What was handed over cannot be had back."""
        return None

    async def keep(self, credential: OAuth2) -> None:
        """Hands the credential over."""
        if self._keep is not None:
            await self._keep(credential)


class Account:
    """One account's tokens through their renewals.

    Args:
        credential: the first ones.
        store: where they are kept.

    Attributes:
        credential: those in use.
    """

    def __init__(self, credential: OAuth2, store: TokenStore) -> None:
        self.credential = credential
        self._store = store
        self._unkept: OAuth2 | None = None

    async def renew(self) -> OAuth2:
        """The credential with fresh tokens, which are kept before anybody uses them.

        A refresh token serves once. Where another process has renewed the tokens meanwhile, its tokens are taken; and
        those that could not be kept are tried to be kept again.

        Raises:
            ReconnectRequired: when only a person can connect the account again.
            CredentialError: when the server cannot be reached, or the tokens cannot be kept.
        """
        async with self._store.exclusively():
            if self._unkept is None:
                kept = await self._store.load() or self.credential
                if self._renewed_elsewhere(kept):
                    self.credential = kept
                    return kept
                self._unkept = await refresh(kept)
            await self._store.keep(self._unkept)
            self.credential, self._unkept = self._unkept, None
        return self.credential

    def _renewed_elsewhere(self, kept: OAuth2) -> bool:
        valid = kept.expires is None or kept.expires > time.time()
        return valid and kept.access_token != self.credential.access_token
