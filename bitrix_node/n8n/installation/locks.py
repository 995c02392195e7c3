"""Locks between processes, on files; the kernel releases one when its holder dies."""

from __future__ import annotations

import asyncio
import fcntl
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

_POLL_SECONDS = 0.5


@contextmanager
def lock(path: Path) -> Iterator[bool]:
    """Tries to take a lock and yields whether it was free."""
    with path.open("w", encoding="utf-8") as handle:
        yield _try(handle.fileno())


@asynccontextmanager
async def waiting_lock(path: Path, *, on_wait: Callable[[], None]) -> AsyncIterator[None]:
    """Holds a lock, waiting for it as long as it takes; calls `on_wait` once if it is not free."""
    with path.open("w", encoding="utf-8") as handle:
        waited = False
        while not _try(handle.fileno()):
            if not waited:
                on_wait()
            waited = True
            await asyncio.sleep(_POLL_SECONDS)
        yield


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
