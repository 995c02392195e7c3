"""A handler of events: a real HTTP server that keeps what is posted to it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bitrix_node.sandbox.parsing import nest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@dataclass
class Receiver:
    """What arrived, in order.

    Attributes:
        url: its address.
        status: what it answers.
        open: while it is not set, requests wait for their answer.
    """

    url: str = ""
    status: int = 200
    open: asyncio.Event = field(default_factory=asyncio.Event)
    posted: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def next(self) -> dict[str, Any]:
        """The next event, once it has arrived."""
        async with asyncio.timeout(10):
            return await self.posted.get()

    def arrived(self) -> list[dict[str, Any]]:
        """The events that nobody has asked for yet."""
        return [self.posted.get_nowait() for _ in range(self.posted.qsize())]

    async def answer(self, request: web.Request) -> web.Response:
        self.posted.put_nowait(nest((name, str(value)) for name, value in (await request.post()).items()))
        await self.open.wait()
        return web.Response(status=self.status)


async def receive() -> AsyncIterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()
    receiver.open.set()
    application = web.Application()
    application.router.add_post("/{path:.*}", receiver.answer)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/handler"
        yield receiver
    finally:
        receiver.open.set()
        await runner.cleanup()
