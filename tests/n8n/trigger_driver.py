"""Runs the trigger under Node.js in a made-up n8n, at an address that a real portal can call."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.installation.node import find_node
from bitrix_node.n8n.package.trigger import trigger_plan

if TYPE_CHECKING:
    from types import TracebackType

HERE = Path(__file__).parent
SECONDS = 60
_LONGEST_LINE = 2**26


class TriggerFailure(Exception):
    """What n8n would show: the message, and what to do."""

    def __init__(self, thrown: dict[str, Any]) -> None:
        super().__init__(thrown["message"])
        self.description = thrown.get("description")


class TriggerDriver:
    """One trigger node of an active workflow, as an asynchronous context manager.

    Args:
        shim: Folder of the shim, as it lies in the package.
        credentials: Credential type -> its data, for those that the node has chosen.
        parameters: What its panel holds.
    """

    def __init__(self, shim: Path, credentials: dict[str, Any], **parameters: Any) -> None:
        definitions = Definitions.packaged()
        plan = trigger_plan(definitions.trigger, definitions.events, definitions.polling)
        self._scenario = {"plan": plan, "parameters": parameters, "credentials": credentials}
        self._shim = shim
        self._answers: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._changed = asyncio.Condition()
        self.calls: list[dict[str, Any]] = []
        self.address = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            *(find_node().executable, HERE / "drive_trigger.js", self._shim),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "NODE_PATH": str(HERE / "modules")},
            limit=_LONGEST_LINE,
        )
        self._reading = asyncio.create_task(self._read())
        self.address = await self._do(self._scenario)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    async def is_subscribed(self) -> bool:
        """What n8n asks first when the workflow is activated."""
        return bool(await self._do({"hook": "isSubscribed"}))

    async def subscribe(self) -> None:
        """What n8n does when nothing is subscribed yet."""
        await self._do({"hook": "subscribe"})

    async def unsubscribe(self) -> bool:
        """What n8n does when the workflow is deactivated."""
        return bool(await self._do({"hook": "unsubscribe"}))

    async def change(self, **parameters: Any) -> None:
        """Fills fields of the panel anew."""
        await self._do({"change": parameters})

    async def forget(self) -> None:
        """Loses what n8n kept of the node."""
        await self._do({"forget": True})

    async def memory(self) -> dict[str, Any]:
        """What n8n keeps of the node (`state`) and has logged (`logged`)."""
        memory: dict[str, Any] = await self._do({"state": True})
        return memory

    async def post(self, body: str, *, key: str | None = None, times: int = 1) -> dict[str, Any]:
        """Lets somebody call so many times at once.

        Returns:
            `statuses` (HTTP status -> how often), `items` (how many), `last` (the items of the last call).
        """
        query = {} if key is None else {"key": key}
        outcome: dict[str, Any] = await self._do({"post": {"body": body, "query": query, "times": times}})
        return outcome

    async def items(self, count: int) -> list[dict[str, Any]]:
        """Waits until the portal's calls brought so many items, and returns them."""
        async with asyncio.timeout(SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self._items()) >= count)
        return self._items()

    async def statuses(self, count: int) -> list[int]:
        """Waits until the portal has called so often, and returns how each call was answered."""
        async with asyncio.timeout(SECONDS), self._changed:
            await self._changed.wait_for(lambda: len(self.calls) >= count)
        return [entry["status"] for entry in self.calls]

    def _items(self) -> list[dict[str, Any]]:
        return [item for call in self.calls for item in call["items"]]

    async def _do(self, task: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        await self._process.stdin.drain()
        answer = await asyncio.wait_for(self._answers.get(), SECONDS)
        if "thrown" in answer:
            raise TriggerFailure(answer["thrown"])
        return answer["done"]

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            entry = json.loads(line)
            if "received" not in entry:
                self._answers.put_nowait(entry)
                continue
            async with self._changed:
                self.calls.append(entry["received"])
                self._changed.notify_all()
