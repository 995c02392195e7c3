"""The life of a task: which action leads from which status to which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call

PENDING, IN_PROGRESS, AWAITING_REVIEW, COMPLETED, DEFERRED = 2, 3, 4, 5, 6
OPEN = (PENDING, IN_PROGRESS, DEFERRED)


@dataclass(frozen=True, slots=True)
class Transition:
    """One action on a task.

    Attributes:
        sources: statuses from which it is possible.
        target: the status it leads to.
        error_code: the code with which its REST 2 method refuses.
    """

    sources: tuple[int, ...]
    target: int
    error_code: str = "1048582"


TRANSITIONS = {
    "complete": Transition(OPEN, COMPLETED, "0"),
    "start": Transition((PENDING, DEFERRED), IN_PROGRESS, "0"),
    "pause": Transition((IN_PROGRESS,), PENDING),
    "defer": Transition((PENDING, IN_PROGRESS), DEFERRED),
    "renew": Transition((AWAITING_REVIEW, COMPLETED, DEFERRED), PENDING),
    "approve": Transition((AWAITING_REVIEW,), COMPLETED),
    "disapprove": Transition((AWAITING_REVIEW,), PENDING),
}
_FOR_THE_CREATOR = ("approve", "disapprove")


def is_possible(call: Call, task: Record, action: str) -> bool:
    """Tell whether the caller may take an action on a task as it stands."""
    transition = TRANSITIONS[action]
    if task["STATUS"] not in transition.sources:
        return False
    if call.is_admin or call.user_id == task["CREATED_BY"]:
        return True
    return action not in _FOR_THE_CREATOR and call.user_id in (task["RESPONSIBLE_ID"], *task["ACCOMPLICES"])


def changes(call: Call, task: Record, action: str) -> dict[str, Any]:
    """What an action changes on a task.

    A task under the creator's control that somebody else completes waits for the creator's review instead.
    """
    target = TRANSITIONS[action].target
    if action == "complete" and task["TASK_CONTROL"] == "Y" and call.user_id != task["CREATED_BY"]:
        target = AWAITING_REVIEW
    return moved_to(call, task, target)


def moved_to(call: Call, task: Record, status: int) -> dict[str, Any]:
    """What a new status changes on a task: who and when, start, and end."""
    moment = timestamp(call.now)
    closed = status in (AWAITING_REVIEW, COMPLETED)
    return {
        "STATUS": status,
        "STATUS_CHANGED_BY": call.user_id,
        "STATUS_CHANGED_DATE": moment,
        "DATE_START": moment if status == IN_PROGRESS else task["DATE_START"],
        "CLOSED_BY": call.user_id if closed else 0,
        "CLOSED_DATE": moment if closed else None,
    }
