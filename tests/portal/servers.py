"""The smallest HTTP server there is, for answers that a sandbox does not give."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

from aiohttp import web

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def served(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server on a free port; gives its address without a trailing slash."""
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def method_of(request: web.Request) -> str:
    return request.path.rpartition("/")[2].removesuffix(".json")


async def commands_of(request: web.Request) -> dict[str, dict[str, str]]:
    """The arguments of each command of a batch; those of a call on its own stand under an empty name."""
    body: dict[str, Any] = await request.json()
    if method_of(request) != "batch":
        return {"": body}
    return {key: dict(parse_qsl(text.partition("?")[2])) for key, text in body["cmd"].items()}


def batch_answer(results: Any, errors: Any = (), **parts: Any) -> web.Response:
    """A batch's answer, with the empty lists that PHP makes of empty maps."""
    empty: list[Any] = []
    body = {"result_total": empty, "result_next": empty, "result_time": empty, **parts}
    return web.json_response({"result": {"result": results or empty, "result_error": errors or empty, **body}})
