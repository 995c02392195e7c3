"""The portal under measurement: a sandbox in a process of its own, with commands on standard input.

Every command is a line of JSON, `{"do": "contents"}`, and is answered by a line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from benchmarks.contestants.job import CONTACT
from bitrix_node.sandbox import Sandbox, SandboxConfig


class Stand:
    """What the harness may do to the portal between two runs.

    Args:
        sandbox: the running portal.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def reset(self, rows: int) -> list[int]:
        """Makes a new start with some contacts, named `Contact 0`, `Contact 1`, …; their ids."""
        self._sandbox.reset()
        contacts = self._sandbox.database.collection(f"crm_items_{CONTACT}")
        with self._sandbox.database.transaction():
            return [contacts.insert({"name": f"Contact {number}"}) for number in range(rows)]

    def contents(self) -> list[tuple[int, str]]:
        """Id and name of every contact."""
        contacts = self._sandbox.database.collection(f"crm_items_{CONTACT}").all()
        return [(contact["id"], contact["name"]) for contact in contacts]

    def statistics(self) -> dict[str, Any]:
        """Counters since the last reset."""
        return self._sandbox.statistics.as_json()


async def _serve(config: SandboxConfig) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async with Sandbox(config) as sandbox:
        stand = Stand(sandbox)
        print(json.dumps(sandbox.webhook_url), flush=True)
        while line := await reader.readline():
            command = json.loads(line)
            print(json.dumps(getattr(stand, command.pop("do"))(**command)), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve(SandboxConfig(**json.loads(sys.argv[1]))))
