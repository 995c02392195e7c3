"""Runs polls of the trigger under Node.js, as n8n would, against a portal over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.installation.node import find_node

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HERE = Path(__file__).parent
WEBHOOK = {"bitrix24WebhookApi": {"id": "1", "name": "Portal"}}
_LONGEST_LINE = 2**24


@dataclass
class Polled:
    """What came of one poll: records or an error, and on the way there the requests and what was logged."""

    records: list[dict[str, Any]]
    thrown: dict[str, Any] | None
    requests: list[dict[str, Any]]
    logged: list[str]

    def ids(self, name: str = "id") -> list[int]:
        """The ids of the records, in order."""
        return [int(record[name]) for record in self.records]


@dataclass
class Trigger:
    """An active workflow with the trigger.

    Attributes:
        webhook: How it signs in.
        record: What it watches.
        parameters: Further fields of the panel.
        static_data: What n8n keeps of it; JSON, as in n8n's database.
        offset: Minutes by which the portal's time zone is ahead of UTC.
        credentials: The credentials that it has chosen.
    """

    webhook: str
    record: str = "deal"
    parameters: dict[str, Any] = field(default_factory=dict)
    static_data: str = "{}"
    offset: int = 0
    credentials: dict[str, Any] = field(default_factory=lambda: WEBHOOK)

    @property
    def size(self) -> int:
        """Bytes of what it remembers."""
        return len(self.static_data)


class PollDriver:
    """A process of Node.js that makes one poll after the other."""

    def __init__(self, process: asyncio.subprocess.Process, shim: Path) -> None:
        self._process = process
        self.shim = shim
        self._plan = Definitions.packaged().polling.plan()

    @classmethod
    async def start(cls, shim: Path) -> Self:
        """Starts the process.

        Args:
            shim: Folder of the shim, as it lies in the package.
        """
        process = await asyncio.create_subprocess_exec(
            *(find_node().executable, HERE / "drive_poll.js", shim),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "NODE_PATH": str(HERE / "modules")},
            limit=_LONGEST_LINE,
        )
        return cls(process, shim)

    async def stop(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def poll(
        self,
        trigger: Trigger,
        *,
        mode: str = "trigger",
        activation: str = "activate",
        before: Callable[[dict[str, Any]], Awaitable[dict[str, Any] | None]] | None = None,
    ) -> Polled:
        """Polls once; the trigger keeps what is to be remembered, whether the poll failed or not.

        Args:
            trigger: What polls.
            mode: `trigger`, or `manual` for a test from the editor.
            activation: Why the workflow is active: `activate`, `init` after a restart, …
            before: Is called with each request before it is sent; what it returns, n8n keeps of the node from then on.
        """
        scenario = {
            "plan": self._plan,
            "parameters": {"authentication": "webhook", "pollRecord": trigger.record, **trigger.parameters},
            "credentials": trigger.credentials,
            "webhook": trigger.webhook,
            "staticData": json.loads(trigger.static_data),
            "mode": mode,
            "activation": activation,
            "offset": trigger.offset,
            "steps": before is not None,
        }
        await self._write(scenario)
        requests: list[dict[str, Any]] = []
        while "request" in (line := await self._read()):
            requests.append(line["request"])
            if before is not None:
                await self._write({"staticData": await before(line["request"])})
        trigger.static_data = json.dumps(line["staticData"])
        return Polled(line.get("items") or [], line.get("thrown"), requests, line["logged"])

    async def _write(self, line: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(line).encode() + b"\n")
        await self._process.stdin.drain()

    async def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return line
