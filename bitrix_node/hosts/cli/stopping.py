"""Ctrl-C and SIGTERM: both end a run in the same way, and only the exit code tells them apart."""

from __future__ import annotations

import asyncio
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from bitrix_node.hosts.cli.faults import STOPPED, TERMINATED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType, TracebackType
    from typing import IO, Any, Self

STOPPING = (KeyboardInterrupt, asyncio.CancelledError)
"""What ends a run: Ctrl-C, and the cancelling of its task."""


class Stopped(click.ClickException):
    """The command was stopped; what there was to say has been said."""

    def __init__(self, exit_code: int) -> None:
        super().__init__("Stopped.")
        self.exit_code = exit_code  # type: ignore[misc]

    def show(self, file: IO[Any] | None = None) -> None:
        """Says so, without calling it an error."""
        click.echo(self.message, file=file, err=file is None)


class Stoppable:
    """Ends what happens inside of it at SIGTERM as Ctrl-C does; a context manager for the main thread.

    Raises:
        Stopped: with exit code 130 after Ctrl-C and 143 after SIGTERM, as shells have it.
    """

    def __init__(self) -> None:
        self._terminated = False
        self._task: asyncio.Task[Any] | None = None

    def __enter__(self) -> Self:
        self._listens = threading.current_thread() is threading.main_thread()
        self._before = signal.signal(signal.SIGTERM, self._terminate) if self._listens else None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if self._listens:
            signal.signal(signal.SIGTERM, self._before)
        if isinstance(error, STOPPING):
            raise Stopped(TERMINATED if self._terminated else STOPPED) from None

    @contextmanager
    def this_task(self) -> Iterator[None]:
        """Cancels the current task of the event loop, so that it can end what it has begun."""
        self._task = asyncio.current_task()
        try:
            yield
        finally:
            self._task = None

    def _terminate(self, _: int, __: FrameType | None) -> None:
        self._terminated = True
        if self._task is None:
            raise KeyboardInterrupt
        self._task.get_loop().call_soon_threadsafe(self._task.cancel)
