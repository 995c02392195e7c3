"""A second n8n with tight limits, runners that tests start and kill themselves, and items that are pinned in place."""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from bitrix_node.n8n.installation.client import N8nClient
from bitrix_node.n8n.installation.companion import Companion
from bitrix_node.n8n.installation.install import ensure_n8n
from bitrix_node.n8n.installation.package import install_package
from bitrix_node.n8n.installation.process import N8nProcess
from bitrix_node.n8n.installation.up import DEMO_OWNER
from bitrix_node.n8n.package import build_package
from tests.e2e.workflows import TRIGGER, bitrix24, chain

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from pathlib import Path

    from bitrix_node.n8n.installation.client import Execution
    from bitrix_node.sandbox import Sandbox

KIND = "bitrix24WebhookApi"
NODE = "Bitrix24"
TASK_SECONDS = 20
REQUEST_SECONDS = 10
MEBIBYTE = 1024 * 1024
TIGHT = {
    "N8N_RUNNERS_TASK_TIMEOUT": str(TASK_SECONDS),
    "N8N_RUNNERS_TASK_REQUEST_TIMEOUT": str(REQUEST_SECONDS),
    "N8N_RUNNERS_MAX_PAYLOAD": str(MEBIBYTE),
    "N8N_DEFAULT_BINARY_DATA_MODE": "default",
}
"""Short tasks, small messages, and files kept in memory."""

NEW_DEAL = {
    "resource": "crm",
    "operation": "create",
    "entityType": "deal",
    "fieldsJson": '={"TITLE": "{{ $json.title }}"}',
}
WHO_AM_I = {"resource": "user", "operation": "getCurrent"}
ONE_REQUEST_A_SECOND = {"plan": "custom", "requestsPerSecond": 1, "burst": 1}


async def until(condition: Callable[[], object], *, patience: float = 90) -> None:
    """Waits for a state; the patience only bounds a failing test."""
    async with asyncio.timeout(patience):
        while True:
            if condition():
                return
            await asyncio.sleep(0.02)


@dataclass
class Place:
    """An n8n without a runner of its own.

    Attributes:
        process: The n8n.
        client: A signed-in session.
        folder: Where runners log.
    """

    process: N8nProcess
    client: N8nClient
    folder: Path

    @asynccontextmanager
    async def runner(self, name: str, **variables: str) -> AsyncIterator[Companion]:
        """A connected runner, with environment variables of its own."""
        environment = {
            "N8N_RUNNERS_TASK_BROKER_URI": self.process.broker_url,
            "N8N_RUNNERS_AUTH_TOKEN": self.process.auth_token,
            "N8N_RUNNERS_TASK_TIMEOUT": str(TASK_SECONDS),
            **variables,
        }
        async with Companion(("runner",), self.folder / f"{name}.log", environment) as runner:
            await until(lambda: said(runner, "Connected to n8n"))
            yield runner

    def unmatched_requests(self) -> int:
        """How many tasks n8n could not hand to a runner at once, because other offers alone stood open."""
        return self.process.log.read_text(encoding="utf-8").count('(type "bitrix24")')

    async def grant(self) -> str:
        """A ticket for one connection to the task broker."""
        body = {"token": self.process.auth_token}
        async with (
            aiohttp.ClientSession() as http,
            http.post(f"{self.process.broker_url}/runners/auth", json=body) as answer,
        ):
            return str((await answer.json())["data"]["token"])

    async def put_off_the_first_task(self) -> None:
        """Does what n8n's launcher does before it starts a runner: offers without end, defers, leaves."""
        address = f"{self.process.broker_url}/runners/_ws?id=launcher"
        headers = {"Authorization": f"Bearer {await self.grant()}"}
        async with aiohttp.ClientSession() as http, http.ws_connect(address, headers=headers) as socket:
            async for frame in socket:
                match frame.json():
                    case {"type": "broker:inforequest"}:
                        await socket.send_json({"type": "runner:info", "name": "launcher", "types": ["bitrix24"]})
                    case {"type": "broker:runnerregistered"}:
                        offer = {"type": "runner:taskoffer", "offerId": "o", "taskType": "bitrix24", "validFor": -1}
                        await socket.send_json(offer)
                    case {"type": "broker:taskofferaccept", "taskId": task_id}:
                        await socket.send_json({"type": "runner:taskdeferred", "taskId": task_id})
                        return


@asynccontextmanager
async def place(folder: Path, variables: Mapping[str, str]) -> AsyncIterator[Place]:
    """Starts an n8n with the node package and environment variables of its own."""
    await install_package(build_package(folder / "package"), folder)
    process = N8nProcess(await ensure_n8n(print), folder, extra_environment=variables)
    async with process, N8nClient(process.url) as client:
        await client.sign_in(DEMO_OWNER)
        yield Place(process, client, folder)


def said(runner: Companion, text: str, times: int = 1) -> bool:
    """Whether a runner has logged a text so many times."""
    return runner.log.read_text(encoding="utf-8").count(text) >= times


async def credential(n8n: N8nClient, portal: Sandbox, **limits: Any) -> dict[str, str]:
    """A webhook credential for a portal."""
    name = f"Webhook of {portal.url}"
    identifier = await n8n.save_credential(name, KIND, {"webhookSecret": portal.webhook_url, **limits})
    return {"id": identifier, "name": name, "type": KIND}


async def stored(
    n8n: N8nClient,
    signed_in: dict[str, str],
    items: list[dict[str, Any]],
    *,
    on_error: str = "stopWorkflow",
    **parameters: Any,
) -> dict[str, Any]:
    """Stores a workflow of one Bitrix24 node behind pinned items."""
    node = {**bitrix24(NODE, signed_in, "webhook", **parameters), "onError": on_error}
    return await n8n.create_workflow(
        {**chain(NODE, node), "pinData": {TRIGGER: [item if "json" in item else {"json": item} for item in items]}}
    )


async def started(n8n: N8nClient, workflow: dict[str, Any]) -> str:
    """Starts a stored workflow and returns the id of the execution."""
    body = {"workflowData": workflow, "startNodes": [], "triggerToStartFrom": {"name": TRIGGER}}
    return str((await n8n.request("POST", f"/rest/workflows/{workflow['id']}/run", body))["executionId"])


def results(execution: Execution) -> list[dict[str, Any]]:
    """What the node handed on."""
    return [item["json"] for item in execution.runs[NODE][0]]


def paired(execution: Execution) -> list[int]:
    """The input items that the node's items are paired to."""
    return [item["pairedItem"]["item"] for item in execution.runs[NODE][0]]


def deals(count: int) -> list[dict[str, Any]]:
    """Items for deals with titles that tell them apart."""
    return [{"title": f"Deal {number}"} for number in range(count)]


def made(portal: Sandbox) -> Counter[str]:
    """How often each deal has arrived at the portal, by title."""
    entries = (entry for entry in portal.journal.commands if entry.method == "crm.item.add")
    return Counter(entry.arguments["fields"]["title"] for entry in entries)
