"""How long a request takes: the time on its way, and the work time of its commands."""

from __future__ import annotations

import asyncio


class Pace:
    """Spends the time of one request.

    Moments are reckoned from the arrival, so that neither the portal's own computing nor the grain of timers adds to
    the times that the switches name.
    """

    def __init__(self) -> None:
        self._due = asyncio.get_running_loop().time()

    async def spend(self, milliseconds: float) -> None:
        """Wait until this much time more has passed, unless that moment is over already.

        Args:
            milliseconds: time to spend.
        """
        if milliseconds:
            self._due += milliseconds / 1000
            remaining = self._due - asyncio.get_running_loop().time()
            if remaining > 0:
                await asyncio.sleep(remaining)

    def restart(self) -> None:
        """Reckon from this moment on."""
        self._due = asyncio.get_running_loop().time()
