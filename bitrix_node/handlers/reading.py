"""Actions that read one record by its id: many of them are answered together, without a task for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bitrix_node.handlers.action import Action, ActionFailed
from bitrix_node.handlers.call import outcome_of
from bitrix_node.parameters import ParameterError
from bitrix_node.portal.errors import PortalError
from bitrix_node.rest import folds

if TYPE_CHECKING:
    import asyncio

    from bitrix_node.definitions import Operation, Request
    from bitrix_node.handlers.prepared import Prepared
    from bitrix_node.handlers.results import Outcome
    from bitrix_node.handlers.step import Step
    from bitrix_node.portal import Answer, Scope


class Reading(NamedTuple):
    """A read that shares a list with others.

    Attributes:
        action: the action.
        step: its only request.
        answer: gets the answer; `None` where the action has to be performed by itself.
    """

    action: Action
    step: Step
    answer: asyncio.Future[Answer | None]

    async def outcome(self) -> Outcome | None:
        """What the action comes to; `None` where it has to be performed by itself.

        Raises:
            ActionFailed: when the portal refused.
        """
        try:
            answer = await self.answer
            return None if answer is None else self.action.simplified(outcome_of(answer, self.step))
        except PortalError as error:
            raise ActionFailed(error, ()) from None


def begin_reading(operation: Operation, prepared: Prepared, portal: Scope) -> Reading | None:
    """Begins an action if it is nothing but a read by id that a list can answer.

    Returns:
        `None` for every other action, which `perform` performs, and where the parameters have to be refused by it.
    """
    request = prepared.requests[0]
    if len(prepared.requests) > 1 or not _reads_one(request) or operation.answer is not None:
        return None
    action = Action(operation, prepared)
    try:
        step = action.step(request, portal)
    except ParameterError:
        return None
    answer = step.join()
    return None if answer is None else Reading(action, step, answer)


def _reads_one(request: Request) -> bool:
    if not isinstance(request.method, str) or request.method.lower() not in folds():
        return False
    return not (request.each or request.after_refusal or request.when_answer or request.tolerates)
