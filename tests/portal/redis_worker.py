"""A process of its own that calls a portal: `python -m tests.portal.redis_worker REQUESTS` with a job on stdin."""

from __future__ import annotations

import asyncio
import json
import sys

from bitrix_node.credentials import parse_credential
from bitrix_node.portal import Portal


async def work(requests: int, credential: dict[str, object]) -> None:
    async with Portal(parse_credential(credential).endpoint()) as portal:
        await asyncio.gather(*(portal.call("profile", {"filter": None}) for _ in range(requests)))
        print(json.dumps({"limited": portal.statistics.limited, "requests": portal.statistics.requests}))


if __name__ == "__main__":
    asyncio.run(work(int(sys.argv[1]), json.loads(sys.stdin.read())))
