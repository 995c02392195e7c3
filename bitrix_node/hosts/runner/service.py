"""Keeps a runner connected: connects, serves, and connects again until there is a reason to end."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import aiohttp

from bitrix_node.hosts.runner.backoff import Backoff
from bitrix_node.hosts.runner.connection import BrokerGate
from bitrix_node.hosts.runner.errors import BrokerUnavailableError, ConnectionLostError
from bitrix_node.hosts.runner.health import Health, health_checks
from bitrix_node.hosts.runner.session import Ending, Session
from bitrix_node.hosts.runner.stopping import StopRequest, stop_on_signals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bitrix_node.hosts.runner.config import RunnerConfig
    from bitrix_node.hosts.runner.tasks import Executor

logger = logging.getLogger(__name__)

_FAREWELLS: Final[Mapping[Ending, str]] = {
    Ending.DRAINED: "n8n is shutting down: the runner has finished its tasks and ends",
    Ending.STOPPED: "The runner has finished its tasks and ends",
    Ending.IDLE: "No task for a while (N8N_RUNNERS_AUTO_SHUTDOWN_TIMEOUT): the runner ends",
}


async def serve(config: RunnerConfig, execute: Executor) -> None:
    """Serves n8n's task broker until SIGTERM, SIGINT, n8n's own shutdown or idleness ends it.

    Args:
        config: Where the broker is and what it allows.
        execute: Does the work. It runs on the event loop, and must not hold it up.

    Raises:
        RunnerError: When the runner cannot go on; its `exit_code` is what the process should exit with.
    """
    stop = StopRequest()
    with stop_on_signals(stop):
        await RunnerService(config, execute, stop).run()


class RunnerService:
    """A runner across its connections.

    Args:
        config: Where the broker is and what it allows.
        execute: Does the work.
        stop: Tells when to end.

    Attributes:
        health: The runner's state, as health checks tell it.
        health_address: Where health checks are answered, once they are.
    """

    def __init__(self, config: RunnerConfig, execute: Executor, stop: StopRequest) -> None:
        self._config = config
        self._execute = execute
        self._stop = stop
        self._backoff = Backoff(config.timings.first_retry, config.timings.longest_retry)
        self._complaint = ""
        self.health = Health()
        self.health_address: str | None = None

    async def run(self) -> None:
        """Runs until there is a reason to end; raises as `serve` does."""
        timeout = aiohttp.ClientTimeout(total=None)
        async with (
            health_checks(self._config.health_check, self.health) as self.health_address,
            aiohttp.ClientSession(timeout=timeout) as http,
        ):
            if self.health_address:
                logger.info("Health checks are answered at %s", self.health_address)
            await self._serve_connections(BrokerGate(self._config, http))

    async def _serve_connections(self, gate: BrokerGate) -> None:
        while (connection := await self._connect(gate)) is not None:
            socket, runner_id = connection
            logger.debug("Introduced to the broker as %s", runner_id)
            session = Session(self._config, self._execute, socket, self._stop, self.health)
            ending = await session.run()
            if self._is_final(ending):
                logger.info(_FAREWELLS[ending])
                return
            await self._prepare_return(session, ending)

    async def _connect(self, gate: BrokerGate) -> tuple[aiohttp.ClientWebSocketResponse, str] | None:
        while not self._stop.requested.is_set():
            try:
                connection = await self._stop.unless_requested(gate.enter())
            except BrokerUnavailableError as error:
                if self._config.connects_once:
                    raise
                self._complain(str(error))
                await self._stop.pause(self._backoff.pause())
            else:
                self._complaint = ""
                return connection
        return None

    def _is_final(self, ending: Ending) -> bool:
        if ending is Ending.DRAINED:
            return self._config.connects_once or not self._config.reconnect_after_drain
        return ending is not Ending.LOST

    async def _prepare_return(self, session: Session, ending: Ending) -> None:
        reason = session.closing() if ending is Ending.LOST else "n8n is shutting down"
        if self._config.connects_once:
            raise ConnectionLostError(
                f"The connection to n8n ended ({reason}), and a grant token cannot be used twice. "
                "The launcher starts a new runner when there is work."
            )
        logger.warning("The connection to n8n ended (%s). Connecting again.", reason)
        if session.registered:
            self._backoff.reset()
        await self._stop.pause(self._backoff.pause())

    def _complain(self, complaint: str) -> None:
        """Logs why there is no connection once, not at every attempt."""
        level = logging.DEBUG if complaint == self._complaint else logging.WARNING
        logger.log(level, "%s Trying again until it works.", complaint)
        self._complaint = complaint
