"""Tells a node that a runner is there, before it hands over its job.

n8n lets a job wait for a minute before it says that nobody takes it. So the runner offers a second type of task that
takes no slot and is answered at once, however busy the runner is: who is answered knows that waiting is worth it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bitrix_node.hosts.runner.messages import TaskDone
from bitrix_node.hosts.runner.offers import OpenOffers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bitrix_node.hosts.runner.config import RunnerConfig
    from bitrix_node.hosts.runner.messages import TaskOffer

_OPEN_OFFERS: Final = 2
"""Two, so that one stands while the other is being replaced."""


def is_probe(settings: Mapping[str, Any]) -> bool:
    """Whether a task asks for nothing but an answer.

    Under n8n's launcher only jobs start a runner, so the question also comes as a job that has nothing to do. A job
    whose execution was stopped before a runner took it has become one, too.
    """
    return settings.get("probe") is True


class Presence:
    """The questions whether a runner is there.

    Args:
        config: What the answer tells of.
        clock: Seconds on a clock that only goes forward.
    """

    def __init__(self, config: RunnerConfig, clock: Callable[[], float]) -> None:
        self.task_type: Final = f"{config.task_type}:presence"
        self._config = config
        self._offers = OpenOffers(self.task_type, config.timings, clock)
        self._accepted: set[str] = set()

    def renew_offers(self) -> Iterator[TaskOffer]:
        """Yields the offers that are to be made now."""
        return self._offers.renew(_OPEN_OFFERS)

    def withdraw_offers(self) -> None:
        """Forgets all offers, so that none of them can be accepted."""
        self._offers.withdraw()

    def accepts(self, task_id: str, offer_id: str) -> bool:
        """Whether the offer was one of ours and still stood; the task is ours then."""
        taken = self._offers.take(offer_id)
        if taken:
            self._accepted.add(task_id)
        return taken

    def forget(self, task_id: str) -> bool:
        """Drops a task; returns whether it was ours."""
        known = task_id in self._accepted
        self._accepted.discard(task_id)
        return known

    def answer(self, task_id: str) -> TaskDone:
        """The answer to a question."""
        return TaskDone(task_id, {"result": self.introduction()})

    def introduction(self) -> dict[str, Any]:
        """What a node may want to know of the runner before it sends a job."""
        return {"maxPayload": self._config.max_payload}
