"""n8n's own HTTP interface, as far as bringing up and testing the node needs it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import aiohttp

from bitrix_node.n8n.installation.errors import InstallationError

if TYPE_CHECKING:
    from types import TracebackType

# n8n binds a session to the browser that opened it and reads the browser from this header.
_HEADERS = {"browser-id": "bitrix-node"}
_RUNNING = frozenset({"new", "running", "waiting"})
_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Owner:
    """The account that owns an n8n.

    Attributes:
        password: At least eight characters with a digit and a capital letter, as n8n demands.
    """

    email: str
    password: str
    first_name: str = "Demo"
    last_name: str = "Owner"


@dataclass(frozen=True)
class Execution:
    """A finished run of a workflow.

    Attributes:
        status: `success`, `error`, `canceled` or `crashed`.
        error: What stopped the run, as n8n recorded it; None when nothing did.
        runs: Per node name, the outputs of its last run: a list per output, of items.
    """

    id: str
    status: str
    error: dict[str, Any] | None
    runs: dict[str, list[list[dict[str, Any]]]]


class N8nClient:
    """A session with one n8n, as an async context manager.

    Args:
        url: Address of the editor.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = aiohttp.ClientSession(
            headers=_HEADERS,
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            # n8n closes idle connections after a while, also just when one is used again.
            connector=aiohttp.TCPConnector(force_close=True),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def sign_in(self, owner: Owner) -> bool:
        """Creates the owner on a fresh n8n, then signs in.

        Returns:
            Whether the owner was created now.
        """
        settings = await self.request("GET", "/rest/settings")
        fresh = bool(settings["userManagement"]["showSetupOnFirstLoad"])
        if fresh:
            await self.request(
                "POST",
                "/rest/owner/setup",
                {
                    "email": owner.email,
                    "password": owner.password,
                    "firstName": owner.first_name,
                    "lastName": owner.last_name,
                },
            )
        await self.request("POST", "/rest/login", {"emailOrLdapLoginId": owner.email, "password": owner.password})
        return fresh

    async def node_types(self) -> list[dict[str, Any]]:
        """Returns the description of every node that n8n has loaded."""
        types: list[dict[str, Any]] = await self.request("GET", "/types/nodes.json")
        return types

    async def credentials(self) -> list[dict[str, Any]]:
        """Returns the stored credentials: id, name and type, without secrets."""
        found: list[dict[str, Any]] = await self.request("GET", "/rest/credentials")
        return found

    async def save_credential(self, name: str, kind: str, data: dict[str, Any]) -> str:
        """Creates a credential, or replaces the data of the one with this name and type.

        Returns:
            Its id.
        """
        body = {"name": name, "type": kind, "data": data}
        for known in await self.credentials():
            if known["name"] == name and known["type"] == kind:
                await self.request("PATCH", f"/rest/credentials/{known['id']}", body)
                return str(known["id"])
        return str((await self.request("POST", "/rest/credentials", body))["id"])

    async def workflows(self) -> list[dict[str, Any]]:
        """Returns the stored workflows: id and name of each."""
        found: list[dict[str, Any]] = await self.request("GET", "/rest/workflows")
        return found

    async def create_workflow(self, workflow: dict[str, Any]) -> dict[str, Any]:
        """Stores a workflow (name, nodes, connections, settings) and returns it with its id."""
        created: dict[str, Any] = await self.request("POST", "/rest/workflows", workflow)
        return created

    async def activate(self, workflow: dict[str, Any]) -> None:
        """Switches a stored workflow on, as `create_workflow` returned it.

        Raises:
            InstallationError: A trigger of it could not be started.
        """
        await self.request("POST", f"/rest/workflows/{workflow['id']}/activate", {"versionId": workflow["versionId"]})

    async def deactivate(self, workflow: dict[str, Any]) -> None:
        """Switches a workflow off."""
        await self.request("POST", f"/rest/workflows/{workflow['id']}/deactivate", {})

    async def run(self, workflow: dict[str, Any], trigger: str, *, seconds: float = 120) -> Execution:
        """Runs a stored workflow from its trigger, as the editor's button does, and waits for the end.

        Args:
            workflow: As `create_workflow` returned it.
            trigger: Name of the trigger node to start from.
            seconds: How long the run may take.

        Raises:
            TimeoutError: The run did not end within the time.
        """
        started = await self.request(
            "POST",
            f"/rest/workflows/{workflow['id']}/run",
            {"workflowData": workflow, "startNodes": [], "triggerToStartFrom": {"name": trigger}},
        )
        return await self.finished(str(started["executionId"]), seconds=seconds)

    async def executions(self, workflow_id: str) -> list[dict[str, Any]]:
        """Returns the latest executions of a workflow, newest first: id and status of each."""
        found = await self.request("GET", "/rest/executions", query={"filter": json.dumps({"workflowId": workflow_id})})
        results: list[dict[str, Any]] = found["results"]
        return results

    async def started(self, workflow_id: str, count: int, *, seconds: float = 120) -> list[dict[str, Any]]:
        """Waits until a workflow was executed so many times, and returns what `executions` does."""
        async with asyncio.timeout(seconds):
            while True:
                found = await self.executions(workflow_id)
                if len(found) >= count:
                    return found
                await asyncio.sleep(_POLL_SECONDS)

    async def finished(self, execution_id: str, *, seconds: float = 120) -> Execution:
        """Waits until an execution has ended and returns it with its data."""
        async with asyncio.timeout(seconds):
            while True:
                answer = await self.request("GET", f"/rest/executions/{execution_id}")
                if answer["status"] not in _RUNNING:
                    return _execution(answer)
                await asyncio.sleep(_POLL_SECONDS)

    async def request(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, query: dict[str, str] | None = None
    ) -> Any:
        """Sends one request and returns the answer without its `data` envelope.

        Raises:
            InstallationError: n8n refused it, or cannot be reached.
        """
        try:
            async with self._session.request(method, f"{self.url}{path}", json=body, params=query) as response:
                text = await response.text()
        except aiohttp.ClientError as error:
            raise InstallationError(f"n8n at {self.url} cannot be reached: {error}") from None
        if not response.ok:
            raise InstallationError(f"n8n refused {method} {path} ({response.status}): {_reason(text)}")
        answer = json.loads(text)
        return answer["data"] if isinstance(answer, dict) and "data" in answer else answer


def _reason(text: str) -> str:
    try:
        return str(json.loads(text)["message"])
    except (ValueError, KeyError, TypeError):
        return text[:200]


def _execution(answer: dict[str, Any]) -> Execution:
    result = unflatten(answer["data"])["resultData"]
    runs = {
        name: [list(output or []) for output in entries[-1].get("data", {}).get("main", [])]
        for name, entries in result.get("runData", {}).items()
    }
    return Execution(id=str(answer["id"]), status=answer["status"], error=result.get("error"), runs=runs)


def unflatten(text: str) -> Any:
    """Decodes n8n's flattened execution data.

    The text is a JSON array of values; inside them each string is the index of the value it stands for, and a string
    value itself stands at the top of the array. Shared values stay shared, as circular references would.
    """
    table: list[Any] = json.loads(text)
    known: dict[int, Any] = {}

    def value(index: int) -> Any:
        if index in known:
            return known[index]
        raw = table[index]
        if isinstance(raw, dict):
            entries: dict[str, Any] = {}
            known[index] = entries
            entries.update((key, reference(item)) for key, item in raw.items())
        elif isinstance(raw, list):
            rows: list[Any] = []
            known[index] = rows
            rows.extend(reference(item) for item in raw)
        else:
            known[index] = raw
        return known[index]

    def reference(item: Any) -> Any:
        return value(int(item)) if isinstance(item, str) else item

    return value(0)
