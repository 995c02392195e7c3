"""The wish that the runner end, from a signal or from a caller; a second wish means at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterator

logger = logging.getLogger(__name__)

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

T = TypeVar("T")


class StopRequest:
    """Starts unset.

    Attributes:
        requested: Set when the runner shall finish what it works on, and end.
        urgent: Set when it shall not even finish.
    """

    def __init__(self) -> None:
        self.requested = asyncio.Event()
        self.urgent = asyncio.Event()

    def request(self) -> None:
        """Asks to end; the second time, to end at once."""
        if self.requested.is_set():
            self.urgent.set()
        self.requested.set()

    async def pause(self, seconds: float) -> None:
        """Waits that long, or until the end is asked for."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.requested.wait(), seconds)

    async def unless_requested(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Returns what the coroutine returns, or None, with it cancelled, when the end is asked for before."""
        doing = asyncio.create_task(work)
        waiting = asyncio.create_task(self.requested.wait())
        try:
            await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            return doing.result() if doing.done() else None
        finally:
            for task in (doing, waiting):
                task.cancel()
            await asyncio.gather(doing, waiting, return_exceptions=True)


@contextlib.contextmanager
def stop_on_signals(stop: StopRequest) -> Iterator[None]:
    """Turns SIGTERM and SIGINT into stop requests while the block runs, where the platform lets an event loop do so."""
    loop = asyncio.get_running_loop()

    def receive(number: signal.Signals) -> None:
        logger.info("%s received: finishing the tasks in hand. Once more ends the runner at once.", number.name)
        stop.request()

    installed = []
    for number in _SIGNALS:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, receive, number)
            installed.append(number)
    try:
        yield
    finally:
        for number in installed:
            loop.remove_signal_handler(number)
