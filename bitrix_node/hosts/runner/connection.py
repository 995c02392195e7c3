"""Gets a connection to the broker: is it up, a grant token, the WebSocket."""

from __future__ import annotations

import asyncio
import os
import secrets
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import aiohttp

from bitrix_node.hosts.runner.errors import AuthorizationError, BrokerUnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from bitrix_node.hosts.runner.config import RunnerConfig

_REFUSED_AUTHENTICATION: Final = (
    "n8n at {uri} refused N8N_RUNNERS_AUTH_TOKEN. Set it to the very value that n8n has in its own environment; "
    "when n8n has none, it makes one up at each start, so set it there too and start n8n again."
)
_REFUSED_GRANT: Final = (
    "n8n at {uri} refused N8N_RUNNERS_GRANT_TOKEN: it works once and for 30 seconds. "
    "Set N8N_RUNNERS_AUTH_TOKEN instead, or let the launcher start the runner."
)
_UNREACHABLE: Final = (
    "No answer from n8n's task broker at {uri} ({cause}). "
    "Check that n8n runs and that N8N_RUNNERS_TASK_BROKER_URI is the address of its task broker (port 5679)."
)
_NOT_A_BROKER: Final = (
    "{uri} answered {status} to {step}, which a task broker would not. Check that N8N_RUNNERS_TASK_BROKER_URI is "
    "the address of n8n's task broker (port 5679), not of its editor (port 5678)."
)
_BUSY: Final[Mapping[int, str]] = {
    HTTPStatus.TOO_MANY_REQUESTS: "n8n's task broker at {uri} takes five connections a second and had its fill",
    HTTPStatus.BAD_GATEWAY: "A proxy in front of n8n's task broker at {uri} does not reach it",
    HTTPStatus.SERVICE_UNAVAILABLE: "n8n's task broker at {uri} is not ready yet",
    HTTPStatus.GATEWAY_TIMEOUT: "A proxy in front of n8n's task broker at {uri} does not reach it",
}


class BrokerGate:
    """Lets the runner in, with a new grant token and a new id each time.

    Args:
        config: Address, tokens and limits.
        http: Sends the requests.
    """

    def __init__(self, config: RunnerConfig, http: aiohttp.ClientSession) -> None:
        self._config = config
        self._http = http

    async def enter(self) -> tuple[aiohttp.ClientWebSocketResponse, str]:
        """Connects once.

        Returns:
            The open WebSocket, and the id under which the broker knows it.

        Raises:
            AuthorizationError: The token is wrong; trying again is useless.
            BrokerUnavailableError: The broker is down, busy or not a broker; trying again may help.
        """
        if self._config.connects_once:
            return await self._open(self._config.grant_token, self._config.runner_id)
        await self._check_health()
        # A random ending keeps two runners with one N8N_RUNNERS_ID from throwing each other out.
        runner_id = f"{self._config.runner_id}-{secrets.token_hex(4)}"
        return await self._open(await self._buy_grant_token(), runner_id)

    async def _check_health(self) -> None:
        async with self._reaching(), self._http.get(f"{self._config.broker_uri}/healthz") as response:
            self._require_ok(response.status, "GET /healthz")

    async def _buy_grant_token(self) -> str:
        uri = f"{self._config.broker_uri}/runners/auth"
        async with self._reaching(), self._http.post(uri, json={"token": self._config.auth_token}) as response:
            if response.status == HTTPStatus.FORBIDDEN:
                raise AuthorizationError(_REFUSED_AUTHENTICATION.format(uri=self._config.broker_uri))
            self._require_ok(response.status, "POST /runners/auth")
            try:
                return str((await response.json())["data"]["token"])
            except (ValueError, KeyError, TypeError, aiohttp.ContentTypeError):
                raise self._not_a_broker("something else than a token", "POST /runners/auth") from None

    async def _open(self, grant_token: str, runner_id: str) -> tuple[aiohttp.ClientWebSocketResponse, str]:
        try:
            async with self._reaching():
                socket = await self._http.ws_connect(
                    f"{self._config.broker_uri}/runners/_ws",
                    params={"id": runner_id},
                    headers={"Authorization": f"Bearer {grant_token}"},
                    heartbeat=self._config.timings.heartbeat,
                    max_msg_size=self._config.max_payload,
                    timeout=aiohttp.ClientWSTimeout(ws_close=self._config.timings.farewell),
                )
        except aiohttp.WSServerHandshakeError as error:
            if error.status == HTTPStatus.FORBIDDEN and self._config.connects_once:
                raise AuthorizationError(_REFUSED_GRANT.format(uri=self._config.broker_uri)) from None
            self._require_ok(error.status, "the WebSocket handshake")
            raise self._not_a_broker(str(error.status), "the WebSocket handshake") from None
        return socket, runner_id

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._config.timings.connect):
                yield
        except aiohttp.WSServerHandshakeError:
            raise
        except TimeoutError:
            raise self._unreachable(f"nothing within {self._config.timings.connect:g} s") from None
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(_cause(error)) from None

    def _require_ok(self, status: int, step: str) -> None:
        if status in _BUSY:
            raise BrokerUnavailableError(_BUSY[status].format(uri=self._config.broker_uri) + ".")
        if status not in {HTTPStatus.OK, HTTPStatus.SWITCHING_PROTOCOLS}:
            raise self._not_a_broker(str(status), step)

    def _unreachable(self, cause: str) -> BrokerUnavailableError:
        return BrokerUnavailableError(_UNREACHABLE.format(uri=self._config.broker_uri, cause=cause))

    def _not_a_broker(self, answer: str, step: str) -> BrokerUnavailableError:
        return BrokerUnavailableError(_NOT_A_BROKER.format(uri=self._config.broker_uri, status=answer, step=step))


def _cause(error: Exception) -> str:
    system_error = getattr(error, "os_error", error)
    if isinstance(system_error, OSError) and system_error.errno and system_error.errno > 0:
        return os.strerror(system_error.errno).lower()
    return str(getattr(system_error, "strerror", None) or type(error).__name__).lower()
