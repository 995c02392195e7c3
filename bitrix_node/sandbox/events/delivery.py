"""Brings events to their addresses: one after another for each address, beside the portal's other work."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from bitrix_node.sandbox.events.forms import form_pairs
from bitrix_node.sandbox.observation import Delivery

if TYPE_CHECKING:
    from bitrix_node.sandbox.observation import Deliveries

MOST_WAITING = 1000
_FICTIONAL = re.compile(r"(.*\.)?(example\.(com|net|org)|example|invalid|test)")
_FIRST_FAILING_STATUS = 400


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to one address.

    Attributes:
        address: URL of the handler.
        event: code.
        body: what is posted: `event`, `data`, `ts`, `auth` and so on.
    """

    address: str
    event: str
    body: dict[str, Any]


class Postman:
    """Posts letters, in order for each address.

    Args:
        log: where every attempt is noted.
        seconds: how long a handler may take to answer.
    """

    def __init__(self, log: Deliveries, seconds: float) -> None:
        self._log = log
        self._seconds = seconds
        self._waiting: dict[str, deque[Letter]] = {}
        self._rounds: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None

    def send(self, letter: Letter) -> None:
        """Take a letter and return at once.

        Args:
            letter: what to post; it is dropped, and noted so, when a thousand wait for the same address, or when
                the address is one of those that are kept for examples (RFC 2606).
        """
        if _FICTIONAL.fullmatch(urlsplit(letter.address).hostname or ""):
            self._note(letter, None, "Nothing is posted to addresses that are kept for examples")
            return
        waiting = self._waiting.setdefault(letter.address, deque())
        if len(waiting) >= MOST_WAITING:
            self._note(letter, None, f"{MOST_WAITING} events are waiting for this address already")
            return
        waiting.append(letter)
        if letter.address not in self._rounds:
            self._rounds[letter.address] = asyncio.create_task(self._make_round(letter.address))

    async def settle(self) -> None:
        """Wait until nothing is on its way any more."""
        while self._rounds:
            await asyncio.wait(set(self._rounds.values()))

    def clear(self) -> None:
        """Drop what waits; what is being posted is finished."""
        for waiting in self._waiting.values():
            waiting.clear()

    async def close(self) -> None:
        """Drop everything and release the connections."""
        tasks = list(self._rounds.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def _make_round(self, address: str) -> None:
        waiting = self._waiting[address]
        try:
            while waiting:
                await self._post(waiting.popleft())
        finally:
            del self._rounds[address], self._waiting[address]

    async def _post(self, letter: Letter) -> None:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=self._seconds))
        try:
            form = aiohttp.FormData(form_pairs(letter.body))
            async with self._session.post(letter.address, data=form) as answer:
                status = answer.status
        except TimeoutError:
            self._note(letter, None, f"No answer within {self._seconds:g} seconds")
        except (aiohttp.ClientError, OSError, ValueError) as problem:
            self._note(letter, None, str(problem) or type(problem).__name__)
        else:
            self._note(letter, status, f"HTTP {status}" if status >= _FIRST_FAILING_STATUS else None)

    def _note(self, letter: Letter, status: int | None, error: str | None) -> None:
        self._log.add(Delivery(letter.event, letter.address, letter.body.get("data"), status, error))
