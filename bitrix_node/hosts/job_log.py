"""What the runner's log tells of a job while it runs: a line for each tenth of many items, and for each wait."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from bitrix_node.runtime.progress import ProgressReport

logger = logging.getLogger(__name__)

MANY: Final = 50
"""Jobs with fewer items are not worth a line on the way."""

_STEPS: Final = 10


class JobLog:
    """The lines of one job.

    Args:
        task: The broker's id of the task.
        title: What the job does.
    """

    def __init__(self, task: str, title: str) -> None:
        self._task, self._title = task, title
        self._step = 0
        self._waits: set[str] = set()

    def note(self, report: ProgressReport) -> None:
        """Writes a line where the report has news."""
        if report.cancelled:
            logger.warning("Task %s (%s) was stopped: %s", self._task, self._title, report)
        elif report.waiting and report.waiting not in self._waits:
            self._waits.add(report.waiting)
            logger.info("Task %s (%s): %s", self._task, self._title, report)
        elif report.total >= MANY and (step := report.done * _STEPS // report.total) > self._step:
            self._step = step
            logger.info("Task %s (%s): %s", self._task, self._title, report)
