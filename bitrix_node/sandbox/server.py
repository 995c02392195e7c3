"""HTTP around the portal: addresses in, envelopes out."""

from __future__ import annotations

import asyncio
import json
import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from bitrix_node.sandbox import control, oauth
from bitrix_node.sandbox.answers import Answer, error_body, success_body
from bitrix_node.sandbox.authentication import Caller, take_token
from bitrix_node.sandbox.batch import run_batch, run_batch_v3
from bitrix_node.sandbox.errors import RestError, method_not_found
from bitrix_node.sandbox.observation import snapshot
from bitrix_node.sandbox.pace import Pace
from bitrix_node.sandbox.parsing import parse_query, read_arguments, read_json
from bitrix_node.sandbox.portal import Portal, Visit
from bitrix_node.sandbox.registry import REGISTRY, Download, RouteHandler

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bitrix_node.sandbox.faults import Fault, Kind

MAX_BODY = 256 * 1024 * 1024
_BEFORE: tuple[Kind, ...] = ("delay", "hang", "reset", "html", "error", "truncated")
_ERROR_PAGE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center><hr>nginx</body></html>"


@dataclass(frozen=True, slots=True)
class Address:
    """A REST address, taken apart.

    Attributes:
        method: method name without `.json`.
        version: 2, or 3 for addresses with `api`.
        webhook: user id and code of a webhook address, or None.
    """

    method: str
    version: int = 2
    webhook: tuple[str, str] | None = None

    @classmethod
    def parse(cls, path: str) -> Address:
        """Read what follows `/rest/`.

        Args:
            path: `METHOD`, `USER/CODE/METHOD`, `api/METHOD`, `api/USER/CODE/METHOD` or `USER/CODE/api/METHOD`.

        Returns:
            the address; the method is empty when none is named.
        """
        parts = [part for part in path.split("/") if part]
        version = 3 if "api" in (parts[:1] + parts[2:3]) else 2
        if version == 3:  # noqa: PLR2004 - the REST version itself
            parts.remove("api")
        webhook = (parts[0], parts[1]) if len(parts) >= 2 and parts[0].isdigit() else None  # noqa: PLR2004
        rest = parts[2:] if webhook else parts
        name = rest[0] if len(rest) == 1 else ""
        return cls(name if version == 3 else name.removesuffix(".json"), version, webhook)  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request that has come in.

    Attributes:
        number: its number since the start.
        pace: spends its time.
    """

    number: int
    pace: Pace


class RestEndpoint:
    """Serves everything under `/rest/`.

    Args:
        portal: where commands run.
    """

    def __init__(self, portal: Portal) -> None:
        self._portal = portal

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request.

        Args:
            request: any GET or POST under `/rest/`.

        Returns:
            the envelope, or what a programmed fault makes of it.
        """
        self._portal.statistics.requests += 1
        arrival = Arrival(self._portal.statistics.requests, Pace())
        one_way = self._portal.config.latency_ms / 2
        await arrival.pace.spend(one_way)
        response = await self._respond(request, arrival)
        await arrival.pace.spend(one_way)
        return response

    async def _respond(self, request: web.Request, arrival: Arrival) -> web.StreamResponse:
        portal = self._portal
        address = Address.parse(request.match_info["tail"])
        try:
            portal.bucket.take(request.remote or "")
        except RestError as refusal:
            portal.statistics.rejected += 1
            return _json(error_body(refusal, address.version), refusal.status)
        fault = portal.faults.strike(address.method, _BEFORE)
        if fault is None:
            return await self._answer(request, address, arrival)
        return await self._fail(request, fault, address, arrival)

    async def _answer(self, request: web.Request, address: Address, arrival: Arrival) -> web.Response:
        try:
            answer = await self._perform(request, address, arrival)
            if answer.error is not None:
                raise answer.error
        except RestError as refusal:
            return _json(error_body(refusal, address.version), refusal.status)
        if isinstance(answer.result, Download):
            return _file(answer.result)
        return _json(success_body(answer))

    async def _perform(self, request: web.Request, address: Address, arrival: Arrival) -> Answer:
        if address.version == 3:  # noqa: PLR2004 - the REST version itself
            return await self._perform_v3(request, address, arrival)
        arguments = await read_arguments(request)
        token = take_token(request.headers, arguments)
        caller = self._recognise(address, token)
        visit = Visit(caller, arrival.number, arrival.pace)
        if address.method.lower() != "batch":
            return await self._portal.command(visit, address.method, arguments)
        answer = await run_batch(self._portal, visit, arguments)
        self._note_batch(visit, arguments, answer)
        return answer

    async def _perform_v3(self, request: web.Request, address: Address, arrival: Arrival) -> Answer:
        query = parse_query(request.query_string)
        body = await read_json(request)
        sources = (query, body) if isinstance(body, dict) else (query,)
        visit = Visit(self._recognise(address, take_token(request.headers, *sources)), arrival.number, arrival.pace, 3)
        if address.method.lower() == "batch":
            commands = list(body.values()) if isinstance(body, dict) else body
            answer = await run_batch_v3(self._portal, visit, commands)
            self._note_batch(visit, body, answer)
            return answer
        return await self._portal.command(visit, address.method, body if isinstance(body, dict) else {})

    def _recognise(self, address: Address, token: str | None) -> Caller:
        authenticator = self._portal.authenticator
        caller = authenticator.by_webhook(*address.webhook) if address.webhook else authenticator.by_token(token)
        if not address.method:
            raise method_not_found(address.version)
        return caller

    def _note_batch(self, visit: Visit, arguments: Any, answer: Answer) -> None:
        status = answer.error.status if answer.error else 200
        self._portal.note(visit, "batch", snapshot(arguments), status, answer.error.code if answer.error else None)

    async def _fail(self, request: web.Request, fault: Fault, address: Address, arrival: Arrival) -> web.StreamResponse:
        if fault.kind == "delay":
            await self._wait(fault.seconds)
            arrival.pace.restart()
            return await self._answer(request, address, arrival)
        done = await self._answer(request, address, arrival) if fault.after or fault.kind == "truncated" else None
        match fault.kind:
            case "hang":
                await self._wait(None)
                return _cut(request)
            case "reset":
                return _cut(request)
            case "html":
                page = _ERROR_PAGE.format(f"{fault.status} {fault.message}")
                return web.Response(text=page, status=fault.status, content_type="text/html")
            case "error":
                return _json(error_body(fault.error(), address.version), fault.status)
            case _:
                return await _send_half(request, done or web.Response())

    async def _wait(self, seconds: float | None) -> None:
        try:
            await asyncio.wait_for(self._portal.closing.wait(), seconds)
        except TimeoutError:
            return


def build_application(portal: Portal) -> web.Application:
    """Put the portal behind its addresses.

    Args:
        portal: the portal to serve.

    Returns:
        an aiohttp application: REST, OAuth2, uploads and downloads, and `/_sandbox/` controls.
    """
    application = web.Application(client_max_size=MAX_BODY)
    for http_method, path, handler in REGISTRY.routes:
        application.router.add_route(http_method, path, _bind(handler, portal))
    oauth.add_routes(application, portal)
    control.add_routes(application, portal)
    endpoint = RestEndpoint(portal)
    for http_method in ("GET", "POST"):
        application.router.add_route(http_method, "/rest/{tail:.*}", endpoint.handle)
    return application


def _bind(handler: RouteHandler, portal: Portal) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def bound(request: web.Request) -> web.StreamResponse:
        return await handler(request, portal)

    return bound


def _json(body: Any, status: int = 200) -> web.Response:
    text = json.dumps(body, default=str)
    return web.Response(text=text, status=status, content_type="application/json")


def _file(download: Download) -> web.Response:
    kind = mimetypes.guess_type(download.name)[0] or "application/octet-stream"
    headers = {"Content-Disposition": f"attachment; filename*=utf-8''{quote(download.name)}"}
    return web.Response(body=download.content, content_type=kind, headers=headers)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _send_half(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = answer.body if isinstance(answer.body, bytes) else b""
    half = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
