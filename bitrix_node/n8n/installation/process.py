"""One running n8n: free ports, ready when it says so, gone with everything it started."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import aiohttp

from bitrix_node.n8n.installation.errors import InstallationError
from bitrix_node.n8n.installation.install import last_lines
from bitrix_node.n8n.installation.node import find_node

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import IO, Self

_HOST = "127.0.0.1"
_START_SECONDS = 300.0
_STOP_SECONDS = 20.0
_POLL_SECONDS = 0.2

# Quiet, local and over plain http; the secure cookie would need https.
_SETTINGS = {
    "N8N_LISTEN_ADDRESS": _HOST,
    "N8N_SECURE_COOKIE": "false",
    "N8N_DIAGNOSTICS_ENABLED": "false",
    "N8N_VERSION_NOTIFICATIONS_ENABLED": "false",
    "N8N_TEMPLATES_ENABLED": "false",
    "N8N_PERSONALIZATION_ENABLED": "false",
    "N8N_HIRING_BANNER_ENABLED": "false",
}


def free_port(preferred: int = 0) -> int:
    """Returns a port nobody listens on: the preferred one where it is free, else any."""
    for candidate in (preferred, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_HOST, candidate))
            return int(probe.getsockname()[1])
    raise InstallationError("No free network port was found on this machine.")


async def wait_until_healthy(url: str, *, seconds: float) -> None:
    """Returns once a GET to the address answers 200.

    Raises:
        TimeoutError: It did not within the time.
    """
    async with asyncio.timeout(seconds), aiohttp.ClientSession() as session:
        while True:
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(url) as response:
                    if response.ok:
                        return
            await asyncio.sleep(_POLL_SECONDS)


async def stop_group(process: asyncio.subprocess.Process, *, seconds: float = _STOP_SECONDS) -> None:
    """Ends a process and everything in its group: asked first, killed if it does not listen."""
    if process.returncode is None:
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), seconds)
    _signal_group(process.pid, signal.SIGKILL)
    await process.wait()


def _signal_group(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


@dataclass
class N8nProcess:
    """A running n8n, as an async context manager.

    Attributes:
        installation: The folder that holds `node_modules/n8n`.
        user_folder: Where n8n keeps its database, its packages and its log.
        auth_token: What runners show to the task broker; drawn when not given.
        port: Port of the editor and its API; a free one when 0 or taken.
        extra_environment: Variables over the usual ones.
        command: What n8n is started as: its main process, or a `worker` of queue mode.
    """

    installation: Path
    user_folder: Path
    auth_token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    port: int = 0
    extra_environment: Mapping[str, str] = field(default_factory=dict)
    command: Literal["start", "worker"] = "start"
    broker_port: int = field(init=False, default=0)
    _process: asyncio.subprocess.Process | None = field(init=False, default=None, repr=False)
    _output: IO[bytes] | None = field(init=False, default=None, repr=False)

    @property
    def url(self) -> str:
        """Address of the editor."""
        return f"http://{_HOST}:{self.port}"

    @property
    def broker_url(self) -> str:
        """Address of the task broker, as `N8N_RUNNERS_TASK_BROKER_URI` takes it."""
        return f"http://{_HOST}:{self.broker_port}"

    @property
    def log(self) -> Path:
        """What n8n printed since it started."""
        return self.user_folder / "n8n.log"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Starts n8n and returns when its editor (a worker's health check) and its task broker both answer.

        Raises:
            InstallationError: n8n ended or stayed silent; carries the end of its log.
        """
        self.user_folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port(self.port)
        self.broker_port = free_port(self.broker_port)
        self._output = self.log.open("wb")
        self._process = await asyncio.create_subprocess_exec(
            str(find_node().executable),
            str(self.installation / "node_modules" / "n8n" / "bin" / "n8n"),
            self.command,
            cwd=self.user_folder,
            env=self._environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )
        try:
            await self._wait_until_ready(self._process)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stops n8n and every process it started; does nothing when it is not running."""
        process, self._process = self._process, None
        output, self._output = self._output, None
        try:
            if process is not None:
                await stop_group(process)
        finally:
            if output is not None:
                output.close()

    async def wait(self) -> int:
        """Returns the exit code when n8n ends by itself."""
        if self._process is None:
            raise InstallationError("n8n is not running.")
        return await self._process.wait()

    def _environment(self) -> dict[str, str]:
        return {
            **os.environ,
            **_SETTINGS,
            "N8N_USER_FOLDER": str(self.user_folder),
            "N8N_PORT": str(self.port),
            # What a worker has instead of an editor.
            "QUEUE_HEALTH_CHECK_ACTIVE": str(self.command == "worker").lower(),
            "QUEUE_HEALTH_CHECK_PORT": str(self.port),
            # One address everywhere, so that the session's cookie holds when OAuth2 leads back to n8n.
            "N8N_EDITOR_BASE_URL": self.url,
            "WEBHOOK_URL": f"{self.url}/",
            "N8N_RUNNERS_BROKER_PORT": str(self.broker_port),
            "N8N_RUNNERS_AUTH_TOKEN": self.auth_token,
            **self.extra_environment,
        }

    async def _wait_until_ready(self, process: asyncio.subprocess.Process) -> None:
        ready = asyncio.create_task(self._answer_both())
        ended = asyncio.create_task(process.wait())
        try:
            await asyncio.wait({ready, ended}, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                raise InstallationError(f"n8n ended while it was starting.\n{last_lines(self.log)}", f"Log: {self.log}")
            await ready
        except TimeoutError:
            raise InstallationError(
                f"n8n did not answer within {_START_SECONDS:.0f} seconds.\n{last_lines(self.log)}", f"Log: {self.log}"
            ) from None
        finally:
            for task in (ready, ended):
                task.cancel()
            await asyncio.gather(ready, ended, return_exceptions=True)

    async def _answer_both(self) -> None:
        await asyncio.gather(
            wait_until_healthy(f"{self.broker_url}/healthz", seconds=_START_SECONDS),
            wait_until_healthy(f"{self.url}/healthz/readiness", seconds=_START_SECONDS),
        )
