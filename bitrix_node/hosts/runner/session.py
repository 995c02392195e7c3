"""One connection to the broker, from the first message to the last.

The receiving loop never waits for anything but the next message: n8n pings, and expects tasks to be accepted within
two seconds, whatever else goes on. So answers go through a queue, and large messages are parsed on the side.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from bitrix_node.hosts.runner import messages, serialisation
from bitrix_node.hosts.runner.errors import UnreadableMessageError, UnsendableResultError
from bitrix_node.hosts.runner.offers import OpenOffers
from bitrix_node.hosts.runner.presence import Presence, is_probe
from bitrix_node.hosts.runner.tasks import Executor, RunningTasks, TaskContext

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from bitrix_node.hosts.runner.config import RunnerConfig
    from bitrix_node.hosts.runner.health import Health
    from bitrix_node.hosts.runner.stopping import StopRequest

logger = logging.getLogger(__name__)

RUNNER_NAME: Final = "Bitrix24 Task Runner"

# The reasons n8n's own runners give; n8n writes them to its log.
OFFER_EXPIRED: Final = "Offer expired - not accepted within validity window"
AT_CAPACITY: Final = "No open task slots - runner already at capacity"
SHUTTING_DOWN: Final = "Runner is shutting down"

_DRAIN_SHARE: Final = 0.8
"""Of the time that a shutdown may take, the part that n8n too gives to running tasks."""

_CLOSINGS: Final[Mapping[int | None, str]] = {
    aiohttp.WSCloseCode.OK: "n8n closed it; another runner may have the same N8N_RUNNERS_ID",
    aiohttp.WSCloseCode.GOING_AWAY: "n8n shut down",
    aiohttp.WSCloseCode.PROTOCOL_ERROR: "n8n found this runner unresponsive; is the machine overloaded?",
    aiohttp.WSCloseCode.MESSAGE_TOO_BIG: "a message was larger than N8N_RUNNERS_MAX_PAYLOAD allows",
}


class Ending(Enum):
    """Why a session is over."""

    LOST = auto()
    DRAINED = auto()
    STOPPED = auto()
    IDLE = auto()


class Session:
    """Serves one connection.

    Args:
        config: Limits and timings.
        execute: Does the work.
        socket: The open connection.
        stop: Tells when to finish.
        health: Kept up to date with the session's state.

    Attributes:
        registered: Whether the broker has taken us on.
    """

    def __init__(
        self,
        config: RunnerConfig,
        execute: Executor,
        socket: aiohttp.ClientWebSocketResponse,
        stop: StopRequest,
        health: Health,
    ) -> None:
        self._config = config
        self._execute = execute
        self._socket = socket
        self._stop = stop
        self._health = health
        self._loop = asyncio.get_running_loop()
        self._tasks = RunningTasks(self._work, config.task_timeout, self._report, self._tasks_changed)
        self._offers = OpenOffers(config.task_type, config.timings, self._loop.time)
        self._presence = Presence(config, self._loop.time)
        self._outgoing: asyncio.Queue[str] = asyncio.Queue()
        self._ending: asyncio.Future[Ending] = self._loop.create_future()
        self._idle_timer: asyncio.TimerHandle | None = None
        self._workers: set[asyncio.Task[None]] = set()
        self.registered = False

    async def run(self) -> Ending:
        """Serves until the connection is lost, or the work is finished after a drain, a stop request or idleness."""
        receiver = self._spawn(self._receive_frames())
        receiver.add_done_callback(lambda _receiver: self._end(Ending.LOST))
        self._spawn(self._send_outgoing())
        self._spawn(self._watch_stop())
        try:
            ending = await self._ending
            if ending is not Ending.LOST:
                await self._finish(receiver)
            return ending
        finally:
            await self._close()

    def closing(self) -> str:
        """Returns why the connection ended, for the log."""
        return _CLOSINGS.get(self._socket.close_code, "it broke off")

    # Messages in

    async def _receive_frames(self) -> None:
        async for frame in self._socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                continue
            if len(frame.data) < serialisation.LARGE:
                self._receive(frame.data)
            else:
                self._spawn(self._receive_large(frame.data))

    def _receive(self, text: str) -> None:
        try:
            self._dispatch(serialisation.parse(text))
        except UnreadableMessageError as error:
            logger.warning("A message from n8n was dropped: %s", error)

    async def _receive_large(self, text: str) -> None:
        try:
            self._dispatch(await serialisation.parse_large(text))
        except UnreadableMessageError as error:
            logger.warning("A message from n8n was dropped: %s", error)

    def _dispatch(self, message: messages.BrokerMessage | None) -> None:
        match message:
            case messages.InfoRequest():
                self._send(messages.RunnerInfo(RUNNER_NAME, (self._config.task_type, self._presence.task_type)))
            case messages.RunnerRegistered():
                self._register()
            case messages.TaskOfferAccept(task_id, offer_id):
                self._consider(task_id, offer_id)
            case messages.TaskSettings(task_id, settings):
                self._begin(task_id, settings)
            case messages.TaskCancel(task_id, reason):
                self._presence.forget(task_id)
                self._tasks.cancel(task_id, reason)
            case messages.Drain():
                self._end(Ending.DRAINED)
            case None:
                logger.debug("A message that this runner has no use for was dropped")

    def _register(self) -> None:
        if self.registered:
            return
        self.registered = self._health.connected = True
        logger.info(
            "Connected to n8n at %s, ready for %d tasks at once", self._config.broker_uri, self._config.max_concurrency
        )
        self._restart_idle_timer()
        self._spawn(self._offer_forever())

    def _consider(self, task_id: str, offer_id: str) -> None:
        still_open = self._offers.take(offer_id)
        if self._ending.done():
            self._send(messages.TaskRejected(task_id, SHUTTING_DOWN))
        elif self._presence.accepts(task_id, offer_id):
            self._send(messages.TaskAccepted(task_id))
            self._renew_offers()
            self._restart_idle_timer()
        elif len(self._tasks) >= self._config.max_concurrency:
            self._send(messages.TaskRejected(task_id, AT_CAPACITY))
        elif not still_open:
            self._send(messages.TaskRejected(task_id, OFFER_EXPIRED))
        else:
            self._tasks.accept(task_id)
            self._send(messages.TaskAccepted(task_id))

    def _begin(self, task_id: str, settings: Any) -> None:
        if self._presence.forget(task_id):
            self._send(self._presence.answer(task_id))
        else:
            self._tasks.start(task_id, settings)

    async def _work(self, settings: Mapping[str, Any], context: TaskContext) -> Mapping[str, Any]:
        return self._presence.introduction() if is_probe(settings) else await self._execute(settings, context)

    # Messages out

    def _send(self, message: messages.RunnerMessage) -> None:
        self._outgoing.put_nowait(serialisation.serialise(message))

    async def _report(self, message: messages.RunnerMessage) -> None:
        try:
            text = await serialisation.serialise_large(message, self._config.max_payload)
        except UnsendableResultError as problem:
            text = serialisation.serialise(_unsendable(message, problem))
        self._outgoing.put_nowait(text)

    async def _send_outgoing(self) -> None:
        while True:
            text = await self._outgoing.get()
            try:
                await self._socket.send_str(text)
            except (aiohttp.ClientError, ConnectionError):
                return
            finally:
                self._outgoing.task_done()

    async def _offer_forever(self) -> None:
        while not self._ending.done():
            self._renew_offers()
            await asyncio.sleep(self._config.timings.offer_interval)

    def _renew_offers(self) -> None:
        for offer in (
            *self._offers.renew(self._config.max_concurrency - len(self._tasks)),
            *self._presence.renew_offers(),
        ):
            self._send(offer)

    # The end

    def _end(self, ending: Ending) -> None:
        if not self._ending.done():
            self._offers.withdraw()
            self._presence.withdraw_offers()
            self._ending.set_result(ending)

    async def _watch_stop(self) -> None:
        await self._stop.requested.wait()
        self._end(Ending.STOPPED)

    async def _finish(self, receiver: asyncio.Task[None]) -> None:
        grace, farewell = self._config.graceful_shutdown_timeout, self._config.timings.farewell
        self._tasks.bring_deadlines_forward(grace * _DRAIN_SHARE)
        finished = self._spawn(self._tasks.finished())
        await _first_of(finished, self._spawn(_until(self._stop.urgent)), receiver, patience=grace)
        if len(self._tasks) and not receiver.done():
            logger.warning("%d unfinished tasks were stopped", len(self._tasks))
            self._tasks.give_up()
            await _first_of(finished, receiver, patience=farewell)
        await _first_of(self._spawn(self._outgoing.join()), receiver, patience=farewell)

    async def _close(self) -> None:
        self._health.connected = False
        self._cancel_idle_timer()
        if len(self._tasks) and self._socket.closed:
            logger.warning("%d tasks were cut off with the connection; n8n has failed them", len(self._tasks))
        await self._tasks.abandon("the connection to n8n ended", self._config.timings.farewell)
        await self._socket.close(message=b"Shutting down")
        for worker in self._workers:
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    # Upkeep

    def _tasks_changed(self) -> None:
        self._health.tasks = len(self._tasks)
        self._restart_idle_timer()
        if self.registered and not self._ending.done():
            self._renew_offers()

    def _restart_idle_timer(self) -> None:
        self._cancel_idle_timer()
        if self._config.auto_shutdown_timeout and not len(self._tasks):
            self._idle_timer = self._loop.call_later(self._config.auto_shutdown_timeout, self._end, Ending.IDLE)

    def _cancel_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        worker = self._loop.create_task(work)
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)
        return worker


async def _first_of(*tasks: asyncio.Task[None], patience: float) -> None:
    await asyncio.wait(tasks, timeout=patience, return_when=asyncio.FIRST_COMPLETED)


async def _until(event: asyncio.Event) -> None:
    await event.wait()


def _unsendable(message: messages.RunnerMessage, problem: UnsendableResultError) -> messages.RunnerMessage:
    if not isinstance(message, (messages.TaskDone, messages.TaskError)):
        return message
    logger.error("Task %s: its answer cannot be sent: %s", message.task_id, problem)
    return messages.TaskError(
        message.task_id,
        {
            "message": f"The answer cannot be sent to n8n: {problem}",
            "description": "The work was done: check in Bitrix24 before running the workflow again. "
            "To get smaller answers, process fewer items at once or select fewer fields.",
        },
    )
