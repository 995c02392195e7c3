"""Waiting calls share requests: the calls of all items, without any of them knowing.

A call that is submitted waits until the event loop has nothing else to run, so that everything which is ready to call
does so first. While the bucket has room the waiting calls are spread over several requests, which the portal works on
side by side; when it runs dry they fill requests of 50. No request gets more than the portal is expected to do in time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from functools import partial
from heapq import merge
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from bitrix_node.credentials.redaction import holds_no_secret
from bitrix_node.portal.answers import (
    Answer,
    misses,
    read_answer,
    read_command_answer,
    read_listed_answers,
    repeats_names,
)
from bitrix_node.portal.calls import REST_3
from bitrix_node.portal.clock import Moment
from bitrix_node.portal.errors import (
    LimitReached,
    NoAnswer,
    NotSent,
    NotThePortal,
    PortalError,
    TellsNotWhich,
    TokenEnded,
    TooLarge,
)
from bitrix_node.portal.pace import FULL_BATCH, MOST_SECONDS, Pace, duration_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bitrix_node.credentials import Endpoint
    from bitrix_node.portal.calls import Call
    from bitrix_node.portal.limits.limiter import Limiter
    from bitrix_node.portal.limits.quota import MethodKey
    from bitrix_node.portal.statistics import Statistics
    from bitrix_node.portal.tokens import Tokens
    from bitrix_node.portal.transport import Transport

SMALL_BATCH = 20
"""Commands that a request has at least while there is work enough for the whole burst: fewer would not be quicker."""

FEW = 5
"""Commands that are not worth a second request."""

SHARES = 4
"""Requests that little work is shared out to: places enough remain for what comes next."""

MOST_PARALLEL = 48
"""How many requests travel at once at most: what a burst allows, less a reserve for whatever comes next."""

AT_ONCE = 4
"""Requests that are begun in one go: connecting takes computing time, and what connects together is late together."""

CLOSED = "The client of the portal was closed"

_place = attrgetter("place")

_REFUSED_IN_BATCHES = {"ERROR_BATCH_LENGTH_EXCEEDED", "ERROR_BATCH_METHOD_NOT_ALLOWED"}
"""What the portal answers, before anything runs, to calls that have to travel alone."""


class _Answered(NamedTuple):
    """What came of a request.

    Attributes:
        outcomes: the answer or error of each of its calls, in their order.
        worked: seconds that the portal says it worked on it.
    """

    outcomes: Sequence[Answer | PortalError]
    worked: float = 0.0


class Batcher:
    """Sends calls in as few and as parallel requests as the limits allow.

    Args:
        transport: sends a request.
        limiter: gives places for requests.
        statistics: counts what is sent.
        tokens: gives the endpoints to send to.
        account: told what the portal says of the time that a call took.
    """

    def __init__(
        self,
        transport: Transport,
        limiter: Limiter,
        statistics: Statistics,
        tokens: Tokens,
        account: Callable[[MethodKey, dict[str, Any] | None], None],
    ) -> None:
        self._transport, self._limiter, self._statistics = transport, limiter, statistics
        self._tokens, self._account = tokens, account
        self._pace = Pace()
        self._waiting: deque[Call] = deque()
        self._again: deque[Call] = deque()
        self._sending: set[asyncio.Task[float | None]] = set()
        self._pump: asyncio.Task[None] | None = None
        self._places = count(1)
        self._travelling = self._coming = 0
        self._closed = False

    def expect(self, more: int) -> None:
        """Changes the number of calls that are known to come, which decides how full the requests have to be.

        Args:
            more: how many more than before, or fewer where it is negative.
        """
        self._coming += more

    def submit(self, call: Call, *, again: bool = False) -> None:
        """Queues a call; its future gets the answer or a `PortalError`.

        Args:
            call: what to send.
            again: whether it has been sent before; then it goes back to its place among the others.
        """
        call.place, call.sent = call.place or next(self._places), None
        if self._closed:
            _fail([call], NotSent(CLOSED, method=call.method))
            return
        (self._again if again else self._waiting).append(call)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._send_all())

    def take_back(self, unwanted: Callable[[Call], bool], error: PortalError) -> None:
        """Fails the waiting calls that are unwanted; what has been sent goes on."""
        self._line_up()
        waiting, self._waiting = self._waiting, deque()
        for call in waiting:
            if unwanted(call):
                _fail([call], error.about(call.method))
            else:
                self._waiting.append(call)

    async def close(self) -> None:
        """Ends whatever waits or is on its way; every call gets to know."""
        self._closed = True
        tasks = [*self._sending, *([self._pump] if self._pump else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.take_back(lambda _: True, NotSent(CLOSED))

    async def _send_all(self) -> None:
        try:
            await self._send_waiting()
        except Exception as error:
            self._line_up()
            _fail(self._waiting, error)
            self._waiting.clear()

    async def _send_waiting(self) -> None:
        while self._waiting or self._again:
            if len(self._sending) >= MOST_PARALLEL:
                await asyncio.wait(self._sending, return_when=asyncio.FIRST_COMPLETED)
                continue
            await self._tokens.settled()
            await self._limiter.acquire()
            calls = self._next_request()
            if not calls:
                self._limiter.give_back()
                continue
            task = asyncio.create_task(self._send(calls))
            self._sending.add(task)
            self._travelling += len(calls)
            task.add_done_callback(partial(self._sent, calls))
            if len(self._sending) % AT_ONCE == 0:
                await asyncio.sleep(0)

    def _line_up(self) -> None:
        """Puts the calls that are sent again back to their places."""
        if not self._again:
            return
        again = sorted(self._again, key=_place)
        self._again.clear()
        ahead: list[Call] = []
        while self._waiting and self._waiting[0].place < again[-1].place:
            ahead.append(self._waiting.popleft())
        self._waiting.extendleft(reversed([*merge(ahead, again, key=_place)]))

    def _next_request(self) -> list[Call]:
        self._line_up()
        while self._waiting and self._waiting[0].answer.done():
            self._waiting.popleft()
        if not self._waiting:
            return []
        leader = self._waiting.popleft()
        return [leader] if leader.command is None else [leader, *self._companions(leader, self._size_for(leader) - 1)]

    def _size_for(self, leader: Call) -> int:
        """Work that fits the free burst is spread over it, slow commands more thinly; more than that fills batches."""
        waiting = len(self._waiting) + 1 + self._coming
        free = min(MOST_PARALLEL - len(self._sending), 1 + self._limiter.room)
        share = max(FEW, -(-(waiting + self._travelling) // SHARES))
        wanted = min(SMALL_BATCH, share, self._pace.side_by_side(leader))
        return min(FULL_BATCH, max(wanted, -(-waiting // free)))

    def _companions(self, leader: Call, most: int) -> list[Call]:
        companions: list[Call] = []
        passed: list[Call] = []
        seconds = self._pace.expected(leader)
        while self._waiting and len(companions) < most:
            call = self._waiting.popleft()
            if call.answer.done():
                continue
            fits = call.may_join(leader)
            if fits and seconds + self._pace.expected(call) > MOST_SECONDS:
                passed.append(call)
                break
            if fits:
                seconds += self._pace.expected(call)
            (companions if fits else passed).append(call)
        self._waiting.extendleft(reversed(passed))
        return companions

    async def _send(self, calls: Sequence[Call]) -> float | None:
        """Sends a request and settles its calls.

        Returns:
            The seconds that the portal worked on it, as far as it is known; `None` where nothing was sent, because
            everything in it was given up meanwhile.
        """
        wanted = [call for call in calls if not call.answer.done()]
        if not wanted:
            return None
        try:
            answered = await self._answered(wanted)
            for call, outcome in zip(wanted, answered.outcomes, strict=True):
                self._settle(call, outcome)
        except Exception as error:
            _fail(wanted, error)
            return 0.0
        return answered.worked

    def _sent(self, calls: Sequence[Call], task: asyncio.Task[float | None]) -> None:
        """Ends a request, also one that was cancelled before or while it was on its way."""
        self._sending.discard(task)
        self._travelling -= len(calls)
        worked = 0.0 if task.cancelled() else task.result()
        if worked is None:
            self._limiter.give_back()
        else:
            self._limiter.answered(worked)
        for call in calls if task.cancelled() else ():
            unsent = NotSent(CLOSED, method=call.method)
            _fail([call], unsent if call.sent is None else NoAnswer(CLOSED, code="NO_ANSWER", method=call.method))

    async def _answered(self, calls: Sequence[Call]) -> _Answered:
        sent, endpoint = Moment(), self._tokens.endpoint(calls[0].order.token)
        for call in calls:
            call.sent, call.endpoint = sent, endpoint
        try:
            answered = await (self._send_batch if len(calls) > 1 else self._send_single)(endpoint, calls)
            return answered._replace(worked=min(answered.worked, sent.age))
        except PortalError as error:
            if isinstance(error, NoAnswer):
                self._pace.unanswered(calls, sent.age)
            if isinstance(error, TooLarge) and len(calls) > 1:
                return _Answered([_alone(error, call) for call in calls])
            return _Answered([error.about(call.method) for call in calls])

    def _settle(self, call: Call, outcome: Answer | PortalError) -> None:
        if isinstance(outcome, LimitReached):
            self._limiter.exceeded()
            self._statistics.limited += 1
        if isinstance(outcome, Answer):
            self._pace.note(call, outcome)
            self._account(call.order.key, outcome.time)
            if not call.answer.done():
                call.answer.set_result(outcome)
        elif call.command is not None and (outcome.code in _REFUSED_IN_BATCHES or isinstance(outcome, TellsNotWhich)):
            call.command = None
            self._statistics.repeated += 1
            self.submit(call, again=True)
        else:
            _fail([call], outcome)

    async def _send_single(self, endpoint: Endpoint, calls: Sequence[Call]) -> _Answered:
        order = calls[0].order
        self._statistics.count(calls)
        response = await self._transport.post(endpoint, order.method, order.version, order.arguments)
        answer = read_answer(response.body, response.status, order.method, clean=self._is_clean(response.body))
        return _Answered([answer], duration_of(answer) or 0.0)

    async def _send_batch(self, endpoint: Endpoint, calls: Sequence[Call]) -> _Answered:
        self._statistics.count(calls)
        if calls[0].order.version == REST_3:
            return await self._send_listed(endpoint, calls)
        commands = {f"c{index}": call.command for index, call in enumerate(calls)}
        response = await self._transport.post(endpoint, "batch", 2, {"halt": 0, "cmd": commands})
        batch = read_answer(response.body, response.status, "batch", clean=self._is_clean(response.body))
        if misses(batch.result, commands) and repeats_names(response.body):
            message = "The portal's answer to the batch names one of its calls twice and another one not at all"
            raise NoAnswer(message, code="NO_ANSWER")
        answers = [read_command_answer(batch, key, call.method) for key, call in zip(commands, calls, strict=True)]
        return _Answered(answers, duration_of(batch) or 0.0)

    def _is_clean(self, body: bytes) -> bool:
        return holds_no_secret(body, self._tokens.secrets)

    async def _send_listed(self, endpoint: Endpoint, calls: Sequence[Call]) -> _Answered:
        """Sends a batch of REST 3.0; whatever refuses it as a whole is asked of each of its calls alone."""
        commands = [call.command for call in calls]
        response = await self._transport.post(endpoint, "batch", REST_3, commands)
        try:
            batch = read_answer(response.body, response.status, "batch")
            answers = read_listed_answers(batch, len(calls))
        except (LimitReached, TokenEnded, NoAnswer, NotThePortal):
            raise
        except PortalError as error:
            raise TellsNotWhich(error.message, code=error.code, http=error.http) from None
        self._pace.together(calls, batch)
        return _Answered(answers, duration_of(batch) or 0.0)


def _alone(error: TooLarge, call: Call) -> PortalError:
    """What too large an answer to a batch means for one of its calls: one that reads may be small enough by itself."""
    return error.about(call.method) if call.order.writes else TellsNotWhich(error.message, code=error.code)


def _fail(calls: Iterable[Call], error: Exception) -> None:
    for call in calls:
        call.fail(error)
