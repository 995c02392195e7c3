"""The offers that stand open at the broker: how many more to make, and which acceptance is still good."""

from __future__ import annotations

import random
import secrets
from typing import TYPE_CHECKING

from bitrix_node.hosts.runner.messages import TaskOffer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bitrix_node.hosts.runner.config import Timings


class OpenOffers:
    """Keeps count of open offers. Offers are short-lived, so that one which got lost is soon replaced.

    Args:
        task_type: The type of tasks offered.
        timings: For how long offers stand.
        clock: Seconds on a clock that only goes forward.
    """

    def __init__(self, task_type: str, timings: Timings, clock: Callable[[], float]) -> None:
        self._task_type = task_type
        self._timings = timings
        self._clock = clock
        self._ends: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._ends)

    def renew(self, free_slots: int) -> Iterator[TaskOffer]:
        """Forgets ended offers and yields as many new ones as make the open offers equal the free slots."""
        now = self._clock()
        self._ends = {offer_id: end for offer_id, end in self._ends.items() if end > now}
        for _ in range(free_slots - len(self._ends)):
            yield self._offer(now)

    def take(self, offer_id: str) -> bool:
        """Uses an offer up; returns whether it still stood."""
        end = self._ends.pop(offer_id, None)
        return end is not None and end > self._clock()

    def withdraw(self) -> None:
        """Forgets all offers, so that none of them can be accepted."""
        self._ends.clear()

    def _offer(self, now: float) -> TaskOffer:
        validity = self._timings.offer_validity + random.uniform(0, self._timings.offer_jitter)  # noqa: S311
        offer = TaskOffer(secrets.token_urlsafe(12), self._task_type, round(validity * 1000))
        self._ends[offer.offer_id] = now + validity + self._timings.offer_latency
        return offer
