"""A running sandbox: start, stop, and what a client needs to reach it."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.sandbox.authentication import ALL_SCOPES, Application
from bitrix_node.sandbox.clock import Clock
from bitrix_node.sandbox.config import SandboxConfig
from bitrix_node.sandbox.events import outgoing
from bitrix_node.sandbox.portal import Portal
from bitrix_node.sandbox.registry import load_methods
from bitrix_node.sandbox.server import build_application

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.faults import Faults
    from bitrix_node.sandbox.observation import Deliveries, Journal, Statistics


class Sandbox:
    """An embedded Bitrix24 portal.

    Use it as an asynchronous context manager, or `await start()` and `await stop()`.

    Args:
        config: its switches; the defaults give the demo company in memory on a free port.
        clock: its source of time.
    """

    def __init__(self, config: SandboxConfig | None = None, *, clock: Clock | None = None) -> None:
        self.config = config or SandboxConfig()
        self.clock = clock or Clock()
        self._running: tuple[Portal, web.AppRunner] | None = None

    async def start(self) -> None:
        """Open the database and listen.

        Raises:
            OSError: the port is taken.
            ValueError: the database file is not one.
        """
        load_methods()
        portal = Portal(self.config, self.clock)
        runner = web.AppRunner(build_application(portal), access_log=None, shutdown_timeout=1)
        try:
            await runner.setup()
            site = web.TCPSite(runner, self.config.host, self.config.port, ssl_context=self._tls())
            await site.start()
        except BaseException:
            await runner.cleanup()
            portal.close()
            raise
        scheme = "https" if self.config.certificate else "http"
        portal.url = f"{scheme}://{self.config.host}:{runner.addresses[0][1]}"
        self._running = (portal, runner)

    async def stop(self) -> None:
        """Stop listening, end hanging requests, release the database."""
        if self._running is None:
            return
        portal, runner = self._running
        self._running = None
        portal.closing.set()
        await runner.cleanup()
        await portal.events.close()
        portal.close()

    async def serve_forever(self) -> None:
        """Serve until cancelled; starts the sandbox when it is not running, and stops it in the end."""
        if self._running is None:
            await self.start()
        try:
            await self._portal.closing.wait()
        finally:
            await self.stop()

    async def __aenter__(self) -> Sandbox:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _tls(self) -> ssl.SSLContext | None:
        if self.config.certificate is None:
            return None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.config.certificate)
        return context

    @property
    def _portal(self) -> Portal:
        if self._running is None:
            raise RuntimeError("The sandbox is not running: use 'async with Sandbox(…)' or await start() first.")
        return self._running[0]

    @property
    def url(self) -> str:
        """Base address, `http://127.0.0.1:PORT`."""
        return self._portal.url

    @property
    def webhook_url(self) -> str:
        """The administrator's incoming webhook, with a trailing slash."""
        return self.webhook()

    def webhook(self, user_id: int = 1, scopes: frozenset[str] | set[str] = ALL_SCOPES) -> str:
        """Give a user's incoming webhook.

        Args:
            user_id: its owner.
            scopes: its permissions.

        Returns:
            the address with a trailing slash.
        """
        return f"{self.url}/rest/{user_id}/{self._portal.authenticator.webhook_code(user_id, frozenset(scopes))}/"

    @property
    def access_token(self) -> str:
        """A token of the administrator that does not expire; goes as `auth` or Bearer to `url`."""
        return self._portal.authenticator.access_token

    @property
    def application(self) -> Application:
        """The installed OAuth2 application."""
        return self._portal.authenticator.application

    def revoke_refresh_tokens(self) -> None:
        """Make the OAuth server refuse every refresh token given so far."""
        self._portal.authenticator.revoke_refresh_tokens()

    @property
    def statistics(self) -> Statistics:
        """Counters of requests and commands."""
        return self._portal.statistics

    @property
    def journal(self) -> Journal:
        """The latest calls."""
        return self._portal.journal

    @property
    def deliveries(self) -> Deliveries:
        """The latest events that were posted to handlers."""
        return self._portal.deliveries

    async def events_told(self) -> None:
        """Wait until no event is on its way to a handler any more."""
        await self._portal.events.postman.settle()

    def outgoing_webhook(self, handler: str, events: Iterable[str]) -> str:
        """Make an outgoing webhook.

        Args:
            handler: address that events are posted to.
            events: their codes.

        Returns:
            the application token that comes with each of them.

        Raises:
            ValueError: the address is none, or an event is unknown.
        """
        return str(outgoing.add(self._portal.database, handler, list(events))["application_token"])

    @property
    def faults(self) -> Faults:
        """Failures on demand."""
        return self._portal.faults

    @property
    def database(self) -> Database:
        """The portal's data, for tests that look behind the answers."""
        return self._portal.database

    def reset(self) -> None:
        """Bring everything back to the seed."""
        self._portal.reset()
