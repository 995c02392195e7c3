"""Waiting calls share requests: the calls of all items, without any of them knowing.

A call that is submitted waits until the event loop has nothing else to run, so that everything which is ready to call
does so first. While the bucket has room the waiting calls are spread over several requests, which the portal works on
side by side; when it runs dry they fill requests of 50.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.answers import Answer, read_answer, read_error
from bitrix_node.portal.errors import LimitReached, NoAnswer, NotSent, PortalError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.portal.calls import Call
    from bitrix_node.portal.limiter import LeakyBucket
    from bitrix_node.portal.statistics import Statistics
    from bitrix_node.portal.transport import Transport

FULL_BATCH = 50
"""The most commands that the portal takes in one batch."""

PARALLEL_REQUESTS = 8


class Batcher:
    """Sends calls in as few and as parallel requests as the limits allow.

    Args:
        transport: sends a request.
        bucket: gives places for requests.
        statistics: counts what is sent.
    """

    def __init__(self, transport: Transport, bucket: LeakyBucket, statistics: Statistics) -> None:
        self._transport, self._bucket, self._statistics = transport, bucket, statistics
        self._waiting: deque[Call] = deque()
        self._slots = asyncio.Semaphore(PARALLEL_REQUESTS)
        self._sending: set[asyncio.Task[None]] = set()
        self._pump: asyncio.Task[None] | None = None

    def submit(self, call: Call, *, first: bool = False) -> None:
        """Queues a call; its future gets the answer or a `PortalError`."""
        if first:
            self._waiting.appendleft(call)
        else:
            self._waiting.append(call)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._send_all())

    def take_back(self, scope: object, reason: str) -> None:
        """Fails every waiting call of a run that may be dropped; what has been sent goes on."""
        kept: deque[Call] = deque()
        dropped: list[Call] = []
        for call in self._waiting:
            (dropped if call.droppable and call.scope is scope else kept).append(call)
        self._waiting = kept
        for call in dropped:
            if not call.answer.done():
                call.answer.set_exception(NotSent(reason, method=call.method))

    async def close(self) -> None:
        """Cancels whatever is on its way."""
        tasks = [*self._sending, *([self._pump] if self._pump else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self) -> None:
        while self._waiting:
            await self._slots.acquire()
            await self._bucket.acquire()
            calls = self._next_request()
            if not calls:
                self._bucket.give_back()
                self._slots.release()
                continue
            task = asyncio.create_task(self._send(calls))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    def _next_request(self) -> list[Call]:
        while self._waiting and self._waiting[0].answer.done():
            self._waiting.popleft()
        if not self._waiting:
            return []
        leader = self._waiting.popleft()
        return [leader] if leader.alone else [leader, *self._companions(leader, self._request_size() - 1)]

    def _request_size(self) -> int:
        waiting = len(self._waiting) + 1
        parallel = 1 + min(self._slots._value, self._bucket.room)  # noqa: SLF001
        return min(FULL_BATCH, -(-waiting // parallel))

    def _companions(self, leader: Call, most: int) -> list[Call]:
        companions: list[Call] = []
        passed: list[Call] = []
        while self._waiting and len(companions) < most:
            call = self._waiting.popleft()
            fits = not call.alone and call.endpoint is leader.endpoint
            (companions if fits else passed).append(call)
        self._waiting.extendleft(reversed(passed))
        return [call for call in companions if not call.answer.done()]

    async def _send(self, calls: Sequence[Call]) -> None:
        try:
            outcomes = await (self._send_single(calls[0]) if len(calls) == 1 else self._send_batch(calls))
        except PortalError as error:
            outcomes = [error.about(call.method) for call in calls]
        finally:
            self._slots.release()
        for call, outcome in zip(calls, outcomes, strict=True):
            self._settle(call, outcome)

    def _settle(self, call: Call, outcome: Answer | PortalError) -> None:
        if isinstance(outcome, LimitReached) and outcome.code == "QUERY_LIMIT_EXCEEDED":
            self._bucket.exceeded()
            self._statistics.limited += 1
        if call.answer.done():
            return
        if isinstance(outcome, PortalError):
            call.answer.set_exception(outcome)
        else:
            call.answer.set_result(outcome)

    async def _send_single(self, call: Call) -> list[Answer | PortalError]:
        self._statistics.count([call])
        response = await self._transport.post(call.endpoint, call.method, call.version, call.arguments)
        return [read_answer(response.body, response.status, call.method)]

    async def _send_batch(self, calls: Sequence[Call]) -> list[Answer | PortalError]:
        self._statistics.count(calls)
        commands = {f"c{index}": call.command for index, call in enumerate(calls)}
        response = await self._transport.post(calls[0].endpoint, "batch", 2, {"halt": 0, "cmd": commands})
        answer = read_answer(response.body, response.status, "batch")
        return [_outcome(answer, f"c{index}", call) for index, call in enumerate(calls)]


def _outcome(batch: Answer, key: str, call: Call) -> Answer | PortalError:
    """What came of one command; PHP writes an empty map as an empty list, so every part may be one."""
    parts = batch.result if isinstance(batch.result, dict) else {}
    error = _part(parts, "result_error", key)
    if error is not None:
        body = error if isinstance(error, dict) else {"error": str(error)}
        return read_error(body if "error" in body else {"error": body}, None, call.method)
    results = parts.get("result")
    if not isinstance(results, dict) or key not in results:
        message = "The portal's answer to the batch says nothing of this call"
        return NoAnswer(message, code="OUTCOME_UNKNOWN", method=call.method)
    total, following = _part(parts, "result_total", key), _part(parts, "result_next", key)
    return Answer(results[key], total, following, _part(parts, "result_time", key))


def _part(parts: dict[str, Any], name: str, key: str) -> Any:
    part = parts.get(name)
    return part.get(key) if isinstance(part, dict) else None
