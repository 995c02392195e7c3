"""`bitrix-node n8n up`: a real n8n, the node package, a runner and the embedded portal, wired together."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bitrix_node.n8n.installation.client import N8nClient, Owner
from bitrix_node.n8n.installation.companion import Companion, runner, sandbox, webhook_url
from bitrix_node.n8n.installation.errors import InstallationError
from bitrix_node.n8n.installation.example import WORKFLOW_NAME, support_workflow
from bitrix_node.n8n.installation.install import ensure_n8n, last_lines
from bitrix_node.n8n.installation.locks import lock
from bitrix_node.n8n.installation.package import install_package
from bitrix_node.n8n.installation.process import N8nProcess, free_port
from bitrix_node.n8n.package import build_package

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    Progress = Callable[[str], None]

DEMO_OWNER = Owner(email="demo@example.com", password="Bitrix24-demo")  # noqa: S106 - printed for whoever runs the demo
CREDENTIAL_NAME = "Bitrix24 demo portal"
CREDENTIAL_TYPE = "bitrix24WebhookApi"
NODE_TYPE = "n8n-nodes-bitrix24-py.bitrix24"
USUAL_PORT = 5678


def default_folder() -> Path:
    """Returns where the demo n8n keeps its data, below `$XDG_DATA_HOME` or `~/.local/share`."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "bitrix-node" / "n8n"


@dataclass(frozen=True)
class UpOptions:
    """How to bring n8n up.

    Attributes:
        folder: Where n8n, the portal and the logs live; kept between runs.
        port: Port of the editor; a free one where it is taken.
    """

    folder: Path = field(default_factory=default_folder)
    port: int = USUAL_PORT


@dataclass(frozen=True)
class Running:
    """What is up, and where.

    Attributes:
        url: The editor.
        webhook_url: The embedded portal.
        workflow_url: The example workflow in the editor.
        owner_created: Whether this n8n was set up now.
    """

    url: str
    webhook_url: str
    workflow_url: str
    owner_created: bool
    n8n: N8nProcess
    portal: Companion
    runner: Companion

    async def ended(self) -> None:
        """Returns never; raises as soon as one of the programs ends by itself.

        Raises:
            InstallationError: Names the program and shows the end of its log.
        """
        programs: dict[str, N8nProcess | Companion] = {"n8n": self.n8n, "portal": self.portal, "runner": self.runner}
        waits = {asyncio.create_task(program.wait()): name for name, program in programs.items()}
        try:
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waits:
                task.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        name = waits[done.pop()]
        log = programs[name].log
        raise InstallationError(f"The {name} ended by itself.\n{last_lines(log)}", f"Log: {log}")


async def up(options: UpOptions, progress: Progress) -> None:
    """Brings everything up, prints the addresses, and stays until Ctrl-C (or SIGTERM) stops it all in order.

    The second time everything is reused: n8n, its database, the credential, the workflow and the portal's data.

    Args:
        options: Where and on which port.
        progress: Called with each line for the person at the terminal.

    Raises:
        InstallationError: Something could not be installed or started, or ended by itself.
    """
    with _interruptible() as interrupted:
        try:
            async with running(options, progress) as everything:
                _announce(everything, options, progress)
                await everything.ended()
        except asyncio.CancelledError:
            if not interrupted.is_set():
                raise
    progress("Stopped.")


@asynccontextmanager
async def running(options: UpOptions, progress: Progress) -> AsyncIterator[Running]:
    """Brings everything up for the length of a block.

    Raises:
        InstallationError: Something could not be installed or started.
    """
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        if not stack.enter_context(lock(folder / ".lock")):
            raise InstallationError(
                f"An n8n is already running in {folder}.", "Stop it first, or choose another folder with --folder."
            )
        installation = await ensure_n8n(progress)
        progress("Building the node package")
        archive = build_package(folder / "package")
        if await install_package(archive, folder):
            progress("Installed the node package into n8n")
        portal = await stack.enter_async_context(sandbox(folder))
        webhook = await webhook_url(portal)
        progress("Starting n8n")
        n8n = await stack.enter_async_context(N8nProcess(installation, folder, port=options.port))
        health_port = free_port()
        worker = await stack.enter_async_context(
            runner(folder, broker_url=n8n.broker_url, auth_token=n8n.auth_token, health_port=health_port)
        )
        await worker.healthy(f"http://127.0.0.1:{health_port}/healthz")
        created, workflow_url = await _prepare(n8n, webhook)
        yield Running(n8n.url, webhook, workflow_url, created, n8n, portal, worker)


async def _prepare(n8n: N8nProcess, portal_webhook: str) -> tuple[bool, str]:
    """Sets up the owner, the credential and the example workflow, where they are not there yet."""
    async with N8nClient(n8n.url) as client:
        try:
            created = await client.sign_in(DEMO_OWNER)
        except InstallationError as error:
            raise InstallationError(
                f"The demo account cannot sign in to the n8n in {n8n.user_folder}: {error}",
                "It was set up with another account or password; choose another folder with --folder.",
            ) from None
        credential = await client.save_credential(CREDENTIAL_NAME, CREDENTIAL_TYPE, {"webhookSecret": portal_webhook})
        workflow = await _example_workflow(client, credential)
    return created, f"{n8n.url}/workflow/{workflow}"


async def _example_workflow(client: N8nClient, credential: str) -> str:
    for known in await client.workflows():
        if known["name"] == WORKFLOW_NAME:
            return str(known["id"])
    created = await client.create_workflow(
        support_workflow(node_type=NODE_TYPE, credential={"id": credential, "name": CREDENTIAL_NAME})
    )
    return str(created["id"])


def _announce(everything: Running, options: UpOptions, progress: Progress) -> None:
    progress("")
    progress(f"n8n              {everything.url}")
    progress(f"Sign in          {DEMO_OWNER.email}")
    progress(f"Password         {DEMO_OWNER.password}")
    progress(f"Example          {everything.workflow_url}")
    progress(f"Demo portal      {everything.webhook_url}")
    progress(f"Data and logs    {options.folder}")
    progress("")
    progress("Press Ctrl-C to stop.")


@contextmanager
def _interruptible() -> Iterator[asyncio.Event]:
    """Turns the first Ctrl-C or SIGTERM into a cancellation; later ones cannot disturb the orderly stop."""
    loop, task, interrupted = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()

    def interrupt() -> None:
        if task is not None and not interrupted.is_set():
            interrupted.set()
            task.cancel()

    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, interrupt)
    try:
        yield interrupted
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
        if interrupted.is_set() and task is not None:
            task.uncancel()
