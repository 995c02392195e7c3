"""The programs that run beside n8n: the embedded portal and the runner, as child processes of this Python."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Self

from bitrix_node.n8n.installation.errors import InstallationError
from bitrix_node.n8n.installation.install import last_lines
from bitrix_node.n8n.installation.process import free_port, stop_group, wait_until_healthy

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from types import TracebackType

_COMMAND = (sys.executable, "-m", "bitrix_node.hosts.cli")
_WEBHOOK_URL = re.compile(rb"https?://\S+/rest/\d+/\S+?/?(?=\s)")
_START_SECONDS = 60.0


@dataclass
class Companion:
    """A `bitrix-node` command running in the background, as an async context manager.

    Attributes:
        arguments: The command and its options.
        log: Where its diagnostics go.
        environment: Variables over this process's own.
    """

    arguments: tuple[str, ...]
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    _process: asyncio.subprocess.Process | None = field(init=False, default=None, repr=False)
    _output: IO[bytes] | None = field(init=False, default=None, repr=False)

    async def __aenter__(self) -> Self:
        self._output = self.log.open("wb")
        self._process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            *self.arguments,
            env={**os.environ, **self.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            await stop_group(self._process)
        if self._output is not None:
            self._output.close()

    async def wait(self) -> int:
        """Returns the exit code when the command ends by itself."""
        if self._process is None:
            raise InstallationError(f"bitrix-node {self.arguments[0]} is not running.")
        return await self._process.wait()

    async def printed(self, pattern: re.Pattern[bytes]) -> str:
        """Waits until the command has printed something that matches, and returns it.

        Raises:
            InstallationError: The command ended, or stayed silent for a minute.
        """
        try:
            async with asyncio.timeout(_START_SECONDS):
                while (found := self._find(pattern)) is None:
                    self._check_running()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise self._failure("did not say that it is ready") from None
        return found

    async def healthy(self, url: str) -> None:
        """Waits until the command's health check answers.

        Raises:
            InstallationError: The command ended, or did not answer for a minute.
        """
        answer = asyncio.create_task(wait_until_healthy(url, seconds=_START_SECONDS))
        ended = asyncio.create_task(self.wait())
        try:
            await asyncio.wait({answer, ended}, return_when=asyncio.FIRST_COMPLETED)
            self._check_running()
            await answer
        except TimeoutError:
            raise self._failure("did not become ready") from None
        finally:
            for task in (answer, ended):
                task.cancel()
            await asyncio.gather(answer, ended, return_exceptions=True)

    def _find(self, pattern: re.Pattern[bytes]) -> str | None:
        found = pattern.search(self.log.read_bytes())
        return found.group().decode() if found else None

    def _check_running(self) -> None:
        if self._process is None or self._process.returncode is not None:
            raise self._failure("ended while it was starting")

    def _failure(self, what: str) -> InstallationError:
        return InstallationError(
            f"`bitrix-node {self.arguments[0]}` {what}.\n{last_lines(self.log)}", f"Log: {self.log}"
        )


def sandbox(folder: Path) -> Companion:
    """Returns the embedded portal, which keeps its data in the folder."""
    return Companion(
        arguments=("sandbox", "--port", str(free_port()), "--db", str(folder / "portal.db"), "--seed", "demo"),
        log=folder / "sandbox.log",
    )


async def webhook_url(portal: Companion) -> str:
    """Waits until the embedded portal serves and returns its webhook URL."""
    return await portal.printed(_WEBHOOK_URL)


def runner(folder: Path, *, broker_url: str, auth_token: str, health_port: int) -> Companion:
    """Returns the runner that serves n8n's task broker."""
    return Companion(
        arguments=("runner",),
        log=folder / "runner.log",
        environment={
            "N8N_RUNNERS_TASK_BROKER_URI": broker_url,
            "N8N_RUNNERS_AUTH_TOKEN": auth_token,
            "N8N_RUNNERS_HEALTH_CHECK_SERVER_ENABLED": "true",
            "N8N_RUNNERS_HEALTH_CHECK_SERVER_HOST": "127.0.0.1",
            "N8N_RUNNERS_HEALTH_CHECK_SERVER_PORT": str(health_port),
        },
    )
