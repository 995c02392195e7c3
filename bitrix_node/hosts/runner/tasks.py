"""The tasks in our hands: from acceptance to the answer, with their own time limit.

n8n gives a task up after its task timeout, but tells only runners in external mode. So each task is timed here as
well, from its acceptance, which is a little before n8n starts counting.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bitrix_node.hosts.runner.messages import RunnerMessage, TaskDone, TaskError

logger = logging.getLogger(__name__)

_MARGIN_SHARE: Final = 0.2
_LONGEST_MARGIN: Final = 30.0


@dataclass(slots=True)
class TaskContext:
    """What an executor may know about the task it works on.

    Attributes:
        task_id: The broker's id of the task.
        deadline: The moment, in seconds of the event loop's clock, by which to hand back what is done and what
            remains; None for no limit. It can move closer while the task runs, when the runner is asked to end.
        cancelled: Why the task was cancelled, or None. Cancellation itself arrives as `asyncio.CancelledError`.
        deadline_moved: Called with the new deadline when it moves closer; an executor may set it.
    """

    task_id: str
    deadline: float | None
    cancelled: str | None = None
    deadline_moved: Callable[[float], None] | None = None

    def end_by(self, moment: float) -> None:
        """Moves the deadline to this moment, unless it is closer already or there is none."""
        if self.deadline is None or self.deadline <= moment:
            return
        self.deadline = moment
        if self.deadline_moved is not None:
            self.deadline_moved(moment)


Executor = Callable[[Mapping[str, Any], TaskContext], Awaitable[Mapping[str, Any]]]
"""Turns the settings that a node passed to `startJob` into what its `startJob` answers."""

Report = Callable[[RunnerMessage], Coroutine[Any, Any, None]]


class TaskFailed(Exception):
    """An executor raises this to fail the whole task.

    Args:
        message: What happened, for the person who runs the workflow.
        description: How to get unstuck.
    """

    def __init__(self, message: str, description: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.description = description


@dataclass(slots=True, eq=False)
class _RunningTask:
    context: TaskContext
    accepted_at: float
    timer: asyncio.TimerHandle
    job: asyncio.Task[None] | None = field(default=None)


class RunningTasks:
    """Runs accepted tasks, each to exactly one answer, or to none once nobody waits for it.

    Args:
        execute: Does the work.
        task_timeout: Seconds until n8n gives a task up.
        report: Sends an answer to the broker.
        changed: Called whenever a task was taken or has ended.
    """

    def __init__(
        self, execute: Executor, task_timeout: float, report: Report, changed: Callable[[], None] = lambda: None
    ) -> None:
        self._execute = execute
        self._timeout = task_timeout
        self._margin = min(task_timeout * _MARGIN_SHARE, _LONGEST_MARGIN)
        self._report = report
        self._changed = changed
        self._loop = asyncio.get_running_loop()
        self._tasks: dict[str, _RunningTask] = {}
        self._reports: set[asyncio.Task[None]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._tasks)

    def accept(self, task_id: str) -> None:
        """Takes a slot for a task whose settings are still to come."""
        now = self._loop.time()
        context = TaskContext(task_id, deadline=now + self._timeout - self._margin)
        timer = self._loop.call_at(now + self._timeout, self._time_out, task_id)
        self._tasks[task_id] = _RunningTask(context, now, timer)
        self._idle.clear()
        self._changed()

    def start(self, task_id: str, settings: Any) -> None:
        """Starts to work on an accepted task. Tasks not accepted, cancelled or already started are left alone."""
        task = self._tasks.get(task_id)
        if task is None or task.job is not None:
            logger.debug("Task %s: settings that nobody waits for were dropped", task_id)
            return
        task.job = self._loop.create_task(self._perform(task, settings), name=f"task {task_id}")
        task.job.add_done_callback(lambda _job: self._release(task))

    def cancel(self, task_id: str, reason: str) -> None:
        """Stops a task and sends nothing for it; its slot is free as soon as the executor has let go."""
        task = self._tasks.get(task_id)
        if task is None or task.context.cancelled is not None:
            return
        logger.info("Task %s cancelled: %s", task_id, reason or "no reason given")
        task.context.cancelled = reason or "cancelled"
        task.timer.cancel()
        if task.job is None:
            self._release(task)
        else:
            task.job.cancel()

    def bring_deadlines_forward(self, seconds: float) -> None:
        """Sees to it that no executor plans for more than this many seconds from now."""
        latest = self._loop.time() + seconds
        for task in self._tasks.values():
            task.context.end_by(latest)

    def give_up(self) -> None:
        """Stops all tasks and answers each with an error, because the runner ends."""
        for task_id in tuple(self._tasks):
            self._give_up(_failure(task_id, _STOPPED, _STOPPED_ADVICE), "the runner ends")

    async def finished(self) -> None:
        """Waits until no task is left and all answers are on their way."""
        await self._idle.wait()
        if self._reports:
            await asyncio.wait(self._reports)

    async def abandon(self, reason: str, patience: float) -> None:
        """Cancels everything and gives executors `patience` seconds to wind up."""
        for task_id in tuple(self._tasks):
            self.cancel(task_id, reason)
        for sending in self._reports:
            sending.cancel()
        jobs = [task.job for task in self._tasks.values() if task.job] + list(self._reports)
        if jobs:
            await asyncio.wait(jobs, timeout=patience)

    async def _perform(self, task: _RunningTask, settings: Any) -> None:
        answer = await self._answer(task.context, settings)
        if task.context.cancelled is None:
            await self._report(answer)
            seconds = self._loop.time() - task.accepted_at
            outcome = "done" if isinstance(answer, TaskDone) else "failed"
            logger.info("Task %s %s after %.1f s", task.context.task_id, outcome, seconds)

    async def _answer(self, context: TaskContext, settings: Any) -> RunnerMessage:
        try:
            if not isinstance(settings, Mapping):
                raise TaskFailed(_NO_SETTINGS, _NO_SETTINGS_ADVICE)  # noqa: TRY301 - answered like the executor's own
            result = await self._execute(settings, context)
        except TaskFailed as failure:
            return _failure(context.task_id, failure.message, failure.description)
        except asyncio.CancelledError:
            if context.cancelled is not None:
                raise
            return _failure(context.task_id, _INTERRUPTED, _FAULT_ADVICE.format(context.task_id))
        except Exception as error:  # whatever it is, n8n must get an answer
            kind = type(error).__name__
            logger.error("Task %s failed unexpectedly: %s in %s", context.task_id, kind, _place(error))  # noqa: TRY400
            return _failure(context.task_id, _FAULT.format(kind), _FAULT_ADVICE.format(context.task_id))
        return TaskDone(context.task_id, {"result": result})

    def _time_out(self, task_id: str) -> None:
        error = _failure(task_id, _TIMED_OUT.format(self._timeout), _TIMED_OUT_ADVICE)
        self._give_up(error, f"not finished after {self._timeout:g} s")

    def _give_up(self, error: TaskError, reason: str) -> None:
        if self._tasks[error.task_id].context.cancelled is None:
            sending = self._loop.create_task(self._report(error))
            self._reports.add(sending)
            sending.add_done_callback(self._reports.discard)
            self.cancel(error.task_id, reason)

    def _release(self, task: _RunningTask) -> None:
        task.timer.cancel()
        self._tasks.pop(task.context.task_id, None)
        if not self._tasks:
            self._idle.set()
        self._changed()


def _failure(task_id: str, message: str, description: str) -> TaskError:
    return TaskError(task_id, {"message": message, "description": description})


def _place(error: BaseException) -> str:
    """Returns file and line where an exception arose; its text is left out, because it may hold secrets."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else "an unknown place"


_NO_SETTINGS: Final = "The node sent the Bitrix24 runner nothing to do"
_NO_SETTINGS_ADVICE: Final = "Use the node package and the runner of the same release."
_INTERRUPTED: Final = "The Bitrix24 runner was interrupted while it worked on this task"
_FAULT: Final = "The Bitrix24 runner met something it was not prepared for ({})"
_FAULT_ADVICE: Final = (
    "Some items may already have been processed: check in Bitrix24 before running the workflow again. "
    "The runner's log tells more under task {}."
)
_STOPPED: Final = "The Bitrix24 runner was stopped before the task was finished"
_STOPPED_ADVICE: Final = (
    "Some items may already have been processed: check in Bitrix24 before running the workflow again."
)
_TIMED_OUT: Final = "The task was not finished within {:g} seconds and was stopped"
_TIMED_OUT_ADVICE: Final = (
    "Some items may already have been processed: check in Bitrix24 before running the workflow again. "
    "Send fewer items at once, or raise N8N_RUNNERS_TASK_TIMEOUT in n8n and in the runner."
)
