"""A portal that answers as it is told: a real HTTP server which records every call and has an answer ready for each.

Batches are unfolded into their commands, so that a script is about calls and not about how they travel. The commands
of a batch travel as query strings, which hold texts only: such calls have `texts` set; `as_texts` tells what they hold.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qsl

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

CODE = "scr1ptedportal7c0de"
PLACEHOLDER = "{portal}"
PATIENCE_SECONDS = 20

_KEY_PART = re.compile(r"\[([^\]]*)\]")
_EXHAUSTED = {"error": "SCRIPT_ENDED", "error_description": "The script has no further answer", "status": 400}


@dataclass(frozen=True, slots=True)
class ReceivedCall:
    """One call as it arrived.

    Attributes:
        method: name of the REST method.
        arguments: what was sent, without the token.
        version: 2, or 3 for REST 3.0.
        token: the access token, where one was sent.
        texts: whether it travelled in a batch, where every value becomes a text.
    """

    method: str
    arguments: Any
    version: int = 2
    token: str | None = None
    texts: bool = False


@dataclass
class ScriptedPortal:
    """A portal on a free port; an asynchronous context manager.

    Attributes:
        answers: for each call, in order, the body to answer with, and `status` where it is not 200; for a download
            `content` (Base64), `type` and `name`. `{portal}` in texts stands for the portal's address.
        calls: what arrived.
        requests: how many HTTP requests arrived.
        gate: answers wait until it is set.
    """

    answers: deque[Mapping[str, Any]]
    calls: list[ReceivedCall] = field(default_factory=list)
    requests: int = 0
    url: str = ""
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def with_answers(cls, answers: Iterable[Mapping[str, Any]]) -> Self:
        return cls(deque(answers))

    @property
    def webhook_url(self) -> str:
        return f"{self.url}/rest/1/{CODE}/"

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes(
            [
                web.post("/rest/api/1/{code}/{method}", self._rest_3),
                web.post("/rest/api/{method}", self._rest_3),
                web.post("/rest/1/{code}/{method}.json", self._rest_2),
                web.post("/rest/{method}.json", self._rest_2),
                web.get("/{path:.*}", self._file),
            ]
        )
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self.gate.set()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.gate.set()
        await self._runner.cleanup()

    async def first_request(self) -> None:
        """Waits until a request has arrived; fails when none comes."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self._arrived.wait()

    @property
    def in_batches(self) -> set[int]:
        """The places, among the calls, of those that travelled in a batch."""
        return {index for index, call in enumerate(self.calls) if call.texts}

    def resolved(self, value: Any) -> Any:
        """A value of a script with the portal's address in the place of `{portal}`."""
        if isinstance(value, dict):
            return {key: self.resolved(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.resolved(entry) for entry in value]
        return value.replace(PLACEHOLDER, self.url) if isinstance(value, str) else value

    async def _rest_2(self, request: web.Request) -> web.Response:
        method, arguments, token = await self._received(request)
        if method == "batch":
            return web.json_response(self._batch(arguments["cmd"], token))
        return self._respond(ReceivedCall(method, arguments, 2, token))

    async def _rest_3(self, request: web.Request) -> web.Response:
        method, arguments, token = await self._received(request)
        return self._respond(ReceivedCall(method, arguments, 3, token))

    async def _received(self, request: web.Request) -> tuple[str, Any, str | None]:
        self.requests += 1
        arguments = await request.json()
        self._arrived.set()
        await self.gate.wait()
        token = arguments.pop("auth", None) if isinstance(arguments, dict) else None
        return request.match_info["method"], arguments, token

    async def _file(self, _request: web.Request) -> web.Response:
        self.requests += 1
        answer = self._next_answer()
        if "content" not in answer:
            return web.Response(status=answer.get("status", 404))
        headers = {"Content-Disposition": f'attachment; filename="{answer["name"]}"'} if "name" in answer else {}
        content = base64.b64decode(answer["content"])
        return web.Response(body=content, content_type=answer.get("type"), headers=headers)

    def _respond(self, call: ReceivedCall) -> web.Response:
        self.calls.append(call)
        answer = self._next_answer()
        body = {key: value for key, value in answer.items() if key != "status"}
        return web.json_response(body, status=answer.get("status", 200))

    def _next_answer(self) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.resolved(self.answers.popleft() if self.answers else _EXHAUSTED)
        return answer

    def _batch(self, commands: Mapping[str, str], token: str | None) -> dict[str, Any]:
        parts: dict[str, dict[str, Any]] = {
            name: {} for name in ("result", "result_error", "result_total", "result_next", "result_time")
        }
        for key, command in commands.items():
            method, _, query = command.partition("?")
            self.calls.append(ReceivedCall(method, parse_query(query), 2, token, texts=True))
            answer = self._next_answer()
            if "error" in answer:
                parts["result_error"][key] = {name: answer[name] for name in answer if name.startswith("error")}
            for part, name in (
                ("result", "result"),
                ("result_total", "total"),
                ("result_next", "next"),
                ("result_time", "time"),
            ):
                if name in answer:
                    parts[part][key] = answer[name]
        return {"result": {name: part or [] for name, part in parts.items()}}


def parse_query(query: str) -> dict[str, Any]:
    """A query string as PHP reads it: `a[b][0]=x` is nested, every value is a text."""
    arguments: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        path = [name.partition("[")[0], *_KEY_PART.findall(name)]
        inner = arguments
        for step in path[:-1]:
            inner = inner.setdefault(step, {})
        inner[path[-1]] = value
    return arguments


def as_texts(value: Any) -> Any:
    """The same value as it reads after travelling in a query string."""
    if isinstance(value, dict):
        return {str(key): as_texts(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return {str(index): as_texts(entry) for index, entry in enumerate(value)}
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
