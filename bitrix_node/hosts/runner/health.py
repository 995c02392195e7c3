"""Answers health checks: whoever started the runner learns that its event loop still turns."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from bitrix_node.hosts.runner.errors import HealthCheckPortError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bitrix_node.hosts.runner.config import HealthCheckConfig


@dataclass(slots=True)
class Health:
    """What a health check tells.

    Attributes:
        status: Always `ok`; a runner that is not well does not answer. A broker that is down is no reason to restart.
        connected: Whether the broker has registered the runner.
        tasks: How many tasks it works on.
    """

    status: str = "ok"
    connected: bool = False
    tasks: int = 0


@asynccontextmanager
async def health_checks(config: HealthCheckConfig, health: Health) -> AsyncIterator[str | None]:
    """Answers `GET /healthz` and `GET /` with status 200 while the block runs, if the configuration wants it.

    Yields:
        The server's address, or None.

    Raises:
        HealthCheckPortError: When the port is taken or not ours to take.
    """
    if not config.enabled:
        yield None
        return

    async def answer(_request: web.Request) -> web.Response:
        return web.json_response(asdict(health))

    application = web.Application()
    application.router.add_get("/healthz", answer)
    application.router.add_get("/", answer)
    server = web.AppRunner(application, access_log=None)
    await server.setup()
    try:
        yield await _listen(server, config)
    finally:
        await server.cleanup()


async def _listen(server: web.AppRunner, config: HealthCheckConfig) -> str:
    site = web.TCPSite(server, config.host, config.port)
    try:
        await site.start()
    except OSError as error:
        raise HealthCheckPortError(
            f"The health check server cannot listen on {config.host}, port {config.port} ({error.strerror}). "
            "Set N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT to a free port, or N8N_RUNNERS_HEALTH_CHECK_SERVER_HOST to an "
            "address of this machine."
        ) from None
    host, port, *_ = server.addresses[0]
    return f"http://{host}:{port}/healthz"
