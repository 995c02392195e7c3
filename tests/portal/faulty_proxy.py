"""A proxy in front of a portal that spoils one of the requests: at a chosen point, in a chosen way."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    Fault = Callable[["FaultyProxy", web.Request], Awaitable[web.StreamResponse]]

PAGE = "<html><body><h1>Bad Gateway</h1></body></html>"


class FaultyProxy:
    """Hands requests on to a portal, but for one.

    Args:
        target: the portal's address.
        fault: what happens to that one; `None` for a port at which nobody listens when it comes.
        place: its number among the requests, from 0.

    Attributes:
        struck: whether it has come.
    """

    def __init__(self, target: str, fault: Fault | None, place: int) -> None:
        self._target, self._fault, self._place = target, fault, place
        self._requests = 0
        self._session: aiohttp.ClientSession
        self._runner: web.AppRunner
        self._port = 0
        self.struck = False
        self.released = asyncio.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[FaultyProxy]:
        async with aiohttp.ClientSession() as self._session:
            await self._open()
            if self._fault is None and self._place == 0:
                await self._close()
            try:
                yield self
            finally:
                self.released.set()
                await self._runner.cleanup()

    async def come_back(self) -> None:
        """Listens again at the same port."""
        await self._open()

    async def forward(self, request: web.Request) -> tuple[int, bytes]:
        """What the portal answers."""
        async with self._session.post(f"{self._target}{request.path_qs}", json=await request.json()) as response:
            return response.status, await response.read()

    async def _open(self) -> None:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        self.struck = True
        self._fault = _never
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        number, self._requests = self._requests, self._requests + 1
        if self._fault is not None and number == self._place and not self.struck:
            self.struck = True
            return await self._fault(self, request)
        status, body = await self.forward(request)
        response = web.Response(status=status, body=body, content_type="application/json")
        if self._fault is None and number == self._place - 1:
            response.force_close()
            await response.prepare(request)
            await response.write_eof()
            closing = asyncio.create_task(self._close())
            closing.add_done_callback(lambda task: task.result())
        return response


async def _never(_proxy: FaultyProxy, _request: web.Request) -> web.StreamResponse:
    raise AssertionError


def cut(request: web.Request) -> web.StreamResponse:
    """Breaks the connection."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def answered(status: int, code: str, **envelope: Any) -> Fault:
    """Refuses without asking the portal."""

    async def fault(_: FaultyProxy, request: web.Request) -> web.StreamResponse:
        await request.read()
        return web.json_response({"error": code, "error_description": "Refused", **envelope}, status=status)

    return fault


def page(status: int, *, after: bool) -> Fault:
    """Answers with a web page, before or after the work."""

    async def fault(proxy: FaultyProxy, request: web.Request) -> web.StreamResponse:
        await (proxy.forward(request) if after else request.read())
        return web.Response(status=status, text=PAGE, content_type="text/html")

    return fault


def silent(*, after: bool) -> Fault:
    """Never answers, before or after the work."""

    async def fault(proxy: FaultyProxy, request: web.Request) -> web.StreamResponse:
        await (proxy.forward(request) if after else request.read())
        await proxy.released.wait()
        return cut(request)

    return fault


async def cut_before_it_is_read(_: FaultyProxy, request: web.Request) -> web.StreamResponse:
    return cut(request)


async def cut_before_the_work(_: FaultyProxy, request: web.Request) -> web.StreamResponse:
    await request.read()
    return cut(request)


async def cut_after_the_work(proxy: FaultyProxy, request: web.Request) -> web.StreamResponse:
    await proxy.forward(request)
    return cut(request)


async def cut_in_the_answer(proxy: FaultyProxy, request: web.Request) -> web.StreamResponse:
    _, body = await proxy.forward(request)
    response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    return cut(request)


async def half_of_the_json(proxy: FaultyProxy, request: web.Request) -> web.StreamResponse:
    _, body = await proxy.forward(request)
    return web.Response(body=body[: len(body) // 2], content_type="application/json")


def changed(change: Callable[[dict[str, Any]], Any]) -> Fault:
    """Answers with what a change makes of the portal's results; a text stands for itself."""

    async def fault(proxy: FaultyProxy, request: web.Request) -> web.StreamResponse:
        _, body = await proxy.forward(request)
        answer = json.loads(body)
        text = change(answer["result"]["result"])
        return web.Response(text=text or json.dumps(answer), content_type="application/json")

    return fault


def one_less(results: dict[str, Any]) -> None:
    del results[sorted(results)[1]]


def one_more(results: dict[str, Any]) -> None:
    results["c99"] = results[min(results)]


def one_twice(results: dict[str, Any]) -> str:
    """The second result goes by the name of the first one."""
    members = [
        f'"c{max(0, place - 1)}": {json.dumps(entry)}' for place, (_, entry) in enumerate(sorted(results.items()))
    ]
    return '{"result": {"result": {' + ", ".join(members) + '}, "result_error": []}}'
