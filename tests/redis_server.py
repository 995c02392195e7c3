"""A real Redis server of a test's own."""

from __future__ import annotations

import asyncio
import shutil
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from redis.asyncio import Redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

READY = b"Ready to accept connections"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class RedisServer:
    """A `redis-server` on a free port, which can be stopped and started again there.

    Attributes:
        folder: its working folder.
        password: what it asks for.
        port: where it listens.
    """

    folder: Path
    password: str = ""
    port: int = field(default_factory=_free_port)
    _process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        """Its address."""
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Starts it, on another port where somebody else was faster."""
        while not await self._started():
            self.port = _free_port()

    async def stop(self) -> None:
        """Ends it and waits until it has ended."""
        if self._process is not None:
            self._process.terminate()
            await self._process.communicate()
            self._process = None

    async def key(self, name: str) -> str:
        """The value of a key."""
        async with Redis.from_url(self.url, decode_responses=True) as client:
            return str(await client.get(name))

    async def _started(self) -> bool:
        program = shutil.which("redis-server")
        assert program, "redis-server is missing: scripts/install-redis installs it"
        options = {"port": self.port, "bind": "127.0.0.1", "dir": self.folder, "save": "", "appendonly": "no"}
        if self.password:
            options["requirepass"] = self.password
        words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
        self._process = await asyncio.create_subprocess_exec(program, *words, stdout=asyncio.subprocess.PIPE)
        assert self._process.stdout is not None
        async with asyncio.timeout(30):
            async for line in self._process.stdout:
                if READY in line:
                    return True
        await self._process.communicate()
        self._process = None
        return False


@asynccontextmanager
async def running_redis(folder: Path, password: str = "") -> AsyncIterator[RedisServer]:
    """A server that ends with the block."""
    server = RedisServer(folder, password)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
