"""A task broker for the tests: it keeps n8n's rules, and lets a test see and steer what happens.

Grant tokens work once; a WebSocket is refused with the status n8n gives; tasks are matched to offers that still
stand; acceptance has a window, and three misses in a row close the connection; pings must be answered; draining
tells runners, waits for their tasks, and closes with 1001.
"""

from __future__ import annotations

import asyncio
import json
import math
import secrets
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import WSCloseCode, WSMsgType, web

if TYPE_CHECKING:
    from collections.abc import Callable

AUTH_TOKEN = "test-secret"
MISSES_ALLOWED = 3


@dataclass(eq=False)
class Offer:
    runner: Runner
    task_type: str
    offer_id: str
    valid_for: int
    end: float


@dataclass(eq=False)
class Runner:
    """A registered runner's connection."""

    runner_id: str
    socket: web.WebSocketResponse
    name: str = ""
    types: tuple[str, ...] = ()
    received: list[dict[str, Any]] = field(default_factory=list)
    misses: int = 0
    pongs: int = 0
    close_code: int | None = None

    def count(self, kind: str) -> int:
        """How many messages of a kind came; of offers, those for jobs."""
        alike = (message for message in self.received if message["type"] == kind)
        return sum(message.get("taskType", self.types[0]) == self.types[0] for message in alike)


@dataclass(eq=False)
class Request:
    """A node's wish for a task, and what came of it."""

    settings: Any
    text: str | None = None
    task_type: str | None = None
    task_id: str = ""
    runner: Runner | None = None
    refusals: list[str] = field(default_factory=list)
    outcome: str = "pending"
    answer: Any = None


class Broker:
    """Listens on a free port of 127.0.0.1 from `start` to `stop`; the port stays the same over restarts."""

    def __init__(self, *, accept_window: float = 2.0) -> None:
        self.accept_window = accept_window
        self.port = 0
        self.runners: dict[str, Runner] = {}
        self.former: list[Runner] = []
        self.offers: list[Offer] = []
        self.presence_offers: list[Offer] = []
        self.requests: list[Request] = []
        self.grants: set[str] = set()
        self.grants_given = 0
        self.refuse_health: deque[int] = deque()
        self.refuse_auth: deque[int] = deque()
        self.refuse_upgrade: deque[int] = deque()
        self.attempts = 0
        self.matching = True
        self.draining = False
        self._acceptances: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._changed = asyncio.Condition()
        self._work: set[asyncio.Task[None]] = set()
        self._server: web.AppRunner | None = None

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def runner(self) -> Runner:
        """The one registered runner."""
        (runner,) = self.runners.values()
        return runner

    async def start(self) -> None:
        application = web.Application()
        application.router.add_get("/healthz", self._healthz)
        application.router.add_post("/runners/auth", self._auth)
        application.router.add_get("/runners/_ws", self._websocket)
        self._server = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._server.setup()
        site = web.TCPSite(self._server, "127.0.0.1", self.port)
        await site.start()
        self.port = self._server.addresses[0][1]

    async def stop(self) -> None:
        """Goes away as a crash would: connections are cut, nothing is said."""
        for runner in tuple(self.runners.values()):
            transport = runner.socket._req.transport if runner.socket._req else None
            if transport is not None:
                transport.abort()
        for work in self._work:
            work.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        if self._server is not None:
            await self._server.cleanup()
            self._server = None

    async def until(self, condition: Callable[[], object], patience: float = 10) -> None:
        """Waits for a state; the patience only bounds a failing test."""
        async with asyncio.timeout(patience), self._changed:
            await self._changed.wait_for(condition)

    async def registered(self) -> Runner:
        await self.until(lambda: self.runners)
        return self.runner

    def grant(self) -> str:
        self.grants_given += 1
        token = secrets.token_hex(16)
        self.grants.add(token)
        return token

    # What a node does

    async def request(self, settings: Any = None, *, text: str | None = None, task_type: str | None = None) -> Request:
        """Wants a task done, a job unless another type is named; `text` is a ready JSON text of the settings."""
        request = Request(settings if settings is not None else {}, text, task_type)
        self.requests.append(request)
        await self._settle()
        return request

    async def finished(self, request: Request) -> Request:
        await self.until(lambda: request.outcome != "pending")
        return request

    async def run(self, settings: Any = None, *, task_type: str | None = None) -> Request:
        return await self.finished(await self.request(settings, task_type=task_type))

    async def cancel(self, request: Request, reason: str = "Task cancelled by user") -> None:
        request.outcome = "cancelled"
        if request.runner is not None:
            await self.send(request.runner, type="broker:taskcancel", taskId=request.task_id, reason=reason)

    async def match_again(self) -> None:
        self.matching = True
        await self._settle()

    # What n8n does to runners

    async def send(self, runner: Runner, **message: Any) -> None:
        await runner.socket.send_str(json.dumps(message))

    async def drain(self) -> None:
        self.draining = True
        for runner in self.runners.values():
            await self.send(runner, type="broker:drain")

    async def evict(self, runner: Runner, code: int = WSCloseCode.OK) -> None:
        await runner.socket.close(code=code)

    # Web

    async def _healthz(self, _request: web.Request) -> web.Response:
        await self._count_attempt()
        if self.refuse_health:
            return web.Response(status=self.refuse_health.popleft())
        return web.json_response({"status": "ok"})

    async def _auth(self, request: web.Request) -> web.Response:
        if self.refuse_auth:
            return web.json_response({"message": "no"}, status=self.refuse_auth.popleft())
        if (await request.json())["token"] != AUTH_TOKEN:
            return web.json_response({"message": "Forbidden"}, status=403)
        return web.json_response({"data": {"token": self.grant()}})

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        if self.refuse_upgrade:
            return web.Response(status=self.refuse_upgrade.popleft())
        runner_id = request.query.get("id")
        scheme, _, grant = request.headers.get("Authorization", "").partition(" ")
        if not runner_id:
            return web.Response(status=400)
        if scheme != "Bearer":
            return web.Response(status=401)
        if grant not in self.grants:
            return web.Response(status=403)
        self.grants.remove(grant)
        socket = web.WebSocketResponse(max_msg_size=0, autoping=False)
        await socket.prepare(request)
        await self._serve(Runner(runner_id, socket))
        return socket

    async def _serve(self, runner: Runner) -> None:
        await self.send(runner, type="broker:inforequest")
        async for frame in runner.socket:
            if frame.type is WSMsgType.PONG:
                runner.pongs += 1
                await self._notify()
            elif frame.type is WSMsgType.TEXT:
                await self._handle(runner, json.loads(frame.data))
        runner.close_code = runner.socket.close_code
        await self._forget(runner)

    async def _handle(self, runner: Runner, message: dict[str, Any]) -> None:
        runner.received.append(message)
        match message:
            case {"type": "runner:info", "name": name, "types": types}:
                runner.name, runner.types = name, tuple(types)
                if rival := self.runners.get(runner.runner_id):
                    await self._forget(rival)
                    await self.evict(rival)
                self.runners[runner.runner_id] = runner
                await self.send(runner, type="broker:runnerregistered")
            case {"type": "runner:taskoffer", "taskType": task_type, "offerId": offer_id, "validFor": valid_for}:
                now = asyncio.get_running_loop().time()
                end = math.inf if valid_for == -1 else now + valid_for / 1000
                offers = self.offers if task_type == runner.types[0] else self.presence_offers
                offers.append(Offer(runner, task_type, offer_id, valid_for, end))
                await self._settle()
            case {"type": "runner:taskaccepted" | "runner:taskrejected" | "runner:taskdeferred", "taskId": task_id}:
                if acceptance := self._acceptances.pop(task_id, None):
                    acceptance.set_result(message)
            case {"type": "runner:taskdone", "taskId": task_id, "data": data}:
                self._answer(task_id, "done", data)
            case {"type": "runner:taskerror", "taskId": task_id, "error": error}:
                self._answer(task_id, "error", error)
            case _:
                raise AssertionError(message)
        await self._notify()

    # Matching

    async def _settle(self) -> None:
        now = asyncio.get_running_loop().time()
        self._keep_offers(lambda offer: offer.end >= now)
        waiting = [request for request in self.requests if request.outcome == "pending" and not request.task_id]
        for request in waiting if self.matching else ():
            if (offer := self._take_offer(request)) is None:
                continue
            request.task_id = secrets.token_hex(4)
            work = asyncio.create_task(self._offer_to(request, offer))
            self._work.add(work)
            work.add_done_callback(self._work.discard)
        await self._notify()

    def _take_offer(self, request: Request) -> Offer | None:
        offers = self.offers if request.task_type is None else self.presence_offers
        for offer in offers:
            if request.task_type in {None, offer.task_type}:
                offers.remove(offer)
                return offer
        return None

    def _keep_offers(self, good: Callable[[Offer], bool]) -> None:
        self.offers = [offer for offer in self.offers if good(offer)]
        self.presence_offers = [offer for offer in self.presence_offers if good(offer)]

    async def _offer_to(self, request: Request, offer: Offer) -> None:
        runner, task_id = offer.runner, request.task_id
        acceptance: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._acceptances[task_id] = acceptance
        await self.send(runner, type="broker:taskofferaccept", taskId=task_id, offerId=offer.offer_id)
        try:
            message = await asyncio.wait_for(acceptance, self.accept_window)
        except TimeoutError:
            await self._missed(request, runner)
            return
        runner.misses = 0
        if message["type"] == "runner:taskaccepted":
            request.runner = runner
            settings = request.text if request.text is not None else json.dumps(request.settings)
            await runner.socket.send_str(f'{{"type":"broker:tasksettings","taskId":"{task_id}","settings":{settings}}}')
            await self._notify()
        else:
            await self._requeue(request, message.get("reason", "deferred"))

    async def _missed(self, request: Request, runner: Runner) -> None:
        self._acceptances.pop(request.task_id, None)
        await self.send(
            runner, type="broker:taskcancel", taskId=request.task_id, reason="Acknowledgement window elapsed"
        )
        self._keep_offers(lambda offer: offer.runner is not runner)
        runner.misses += 1
        if runner.misses >= MISSES_ALLOWED:
            await self.evict(runner, WSCloseCode.PROTOCOL_ERROR)
        await self._requeue(request, "acceptance missed")

    async def _requeue(self, request: Request, reason: str) -> None:
        request.refusals.append(reason)
        request.task_id = ""
        await self._settle()

    def _answer(self, task_id: str, outcome: str, answer: Any) -> None:
        for request in self.requests:
            if request.task_id == task_id and request.outcome == "pending":
                request.outcome, request.answer = outcome, answer

    async def _forget(self, runner: Runner) -> None:
        if self.runners.get(runner.runner_id) is runner:
            del self.runners[runner.runner_id]
        if runner not in self.former:
            self.former.append(runner)
        self._keep_offers(lambda offer: offer.runner is not runner)
        for request in self.requests:
            if request.runner is runner and request.outcome == "pending":
                request.outcome = "runner lost"
        await self._notify()

    async def _count_attempt(self) -> None:
        self.attempts += 1
        await self._notify()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()
