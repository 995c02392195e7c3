"""n8n in queue mode: a main process, workers, a Redis between them, and a Bitrix24 runner for each.

Every process has a folder of its own, as if it ran in a container of its own; the encryption key, the node package and
the database are what they share. The database is SQLite, which n8n starts in queue mode with a warning: on one machine
it serves a few processes, and a test needs no database server.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitrix_node.n8n.installation.client import N8nClient
from bitrix_node.n8n.installation.companion import Companion
from bitrix_node.n8n.installation.install import ensure_n8n
from bitrix_node.n8n.installation.package import install_package
from bitrix_node.n8n.installation.process import N8nProcess, free_port
from bitrix_node.n8n.installation.up import DEMO_OWNER
from bitrix_node.n8n.package import build_package
from tests.e2e.running import said, until
from tests.redis_server import running_redis

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

WORKERS = ("first", "second")


@dataclass(frozen=True)
class Member:
    """One n8n process and the runner that serves its task broker."""

    n8n: N8nProcess
    runner: Companion

    @property
    def executions(self) -> int:
        """How many executions this process has finished as a worker."""
        return self.n8n.log.read_text(encoding="utf-8").count("Worker finished execution")

    @property
    def tasks(self) -> int:
        """How many tasks its runner has done."""
        return self.runner.log.read_text(encoding="utf-8").count(" done after ")


@dataclass(frozen=True)
class Queue:
    """What is up.

    Attributes:
        client: A signed-in session with the main process.
    """

    main: Member
    workers: tuple[Member, ...]
    client: N8nClient


@asynccontextmanager
async def running_queue(folder: Path) -> AsyncIterator[Queue]:
    """Brings up Redis, the main process and the workers, each with a connected runner."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(running_redis(folder))
        shared = {
            "EXECUTIONS_MODE": "queue",
            "QUEUE_BULL_REDIS_HOST": "127.0.0.1",
            "QUEUE_BULL_REDIS_PORT": str(redis.port),
            "N8N_ENCRYPTION_KEY": secrets.token_urlsafe(24),
            "DB_SQLITE_DATABASE": str(folder / "database.sqlite"),
            "N8N_WORKER_SERVER_ADDRESS": "127.0.0.1",
            # One execution at a time: a second one goes to the other worker.
            "N8N_CONCURRENCY_PRODUCTION_LIMIT": "1",
        }
        installation = await ensure_n8n(print)
        await install_package(build_package(folder / "package"), folder / "main")
        main = N8nProcess(installation, folder / "main", extra_environment=shared)
        await stack.enter_async_context(main)
        workers = [
            N8nProcess(installation, folder / name, port=free_port(), extra_environment=shared, command="worker")
            for name in WORKERS
        ]
        for worker in workers:
            _share_packages(main.user_folder, worker.user_folder)
        await asyncio.gather(*map(stack.enter_async_context, workers))
        members = [Member(n8n, await stack.enter_async_context(_runner(n8n, redis.url))) for n8n in (main, *workers)]
        await until(lambda: all(said(member.runner, "Connected to n8n") for member in members))
        client = await stack.enter_async_context(N8nClient(main.url))
        await client.sign_in(DEMO_OWNER)
        yield Queue(members[0], tuple(members[1:]), client)


def _share_packages(main: Path, worker: Path) -> None:
    (worker / ".n8n").mkdir(parents=True)
    (worker / ".n8n" / "nodes").symlink_to(main / ".n8n" / "nodes")


def _runner(n8n: N8nProcess, redis_url: str) -> Companion:
    environment = {
        "N8N_RUNNERS_TASK_BROKER_URI": n8n.broker_url,
        "N8N_RUNNERS_AUTH_TOKEN": n8n.auth_token,
        "BITRIX24_REDIS_URL": redis_url,
    }
    return Companion(("runner",), n8n.user_folder / "runner.log", environment)
