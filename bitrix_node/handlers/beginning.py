"""Actions that are one call and nothing else: they are begun for many items without a task for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bitrix_node.handlers.action import Action, ActionFailed
from bitrix_node.handlers.call import outcome_of
from bitrix_node.handlers.tracing import way_to_find_out
from bitrix_node.portal.errors import OutcomeUnknown, PortalError

if TYPE_CHECKING:
    import asyncio

    from bitrix_node.definitions import Operation
    from bitrix_node.handlers.prepared import Prepared
    from bitrix_node.handlers.results import Outcome
    from bitrix_node.handlers.step import Step
    from bitrix_node.portal import Call, Scope


class Begun(NamedTuple):
    """An action whose only call is on its way.

    Attributes:
        action: the action.
        step: its only request.
        answer: gets the answer; `None` where the call has to be sent by itself.
        call: the call; `None` where it shares a list with others.
    """

    action: Action
    step: Step
    answer: asyncio.Future[Any]
    call: Call | None = None

    def outcome(self) -> Outcome | None:
        """What the action comes to once the answer is there; `None` where its call has to be sent by itself.

        Raises:
            ActionFailed: when the portal refused.
        """
        try:
            answer = self.answer.result()
            return None if answer is None else self.action.simplified(outcome_of(answer, self.step))
        except PortalError as error:
            if isinstance(error, OutcomeUnknown):
                error.check = way_to_find_out(self.step, error.sent)
            raise ActionFailed(error, ()) from None


def begin(operation: Operation, prepared: Prepared, portal: Scope, *, joins: bool = True) -> Begun | None:
    """Begins an action if it is nothing but a call.

    Args:
        operation: what to do.
        prepared: the item's parameters, and what to send.
        portal: whom to ask.
        joins: whether a read by id may share a list with others.

    Returns:
        `None` for every other action, and for one that has to wait before it is sent; `perform` performs them.

    Raises:
        ActionFailed: when the run was stopped, or the client of the portal closed.
        ParameterError: when a parameter cannot be used.
    """
    request = prepared.requests[0]
    if len(prepared.requests) > 1 or operation.answer is not None or not request.is_plain_call:
        return None
    action = Action(operation, prepared)
    step = action.step(request, portal)
    if step.record is not None:
        return None
    order = step.order(step.arguments)
    try:
        shared = portal.join(order) if joins else None
        if shared is not None:
            return Begun(action, step, shared)
        call = portal.begin(order)
    except PortalError as error:
        raise ActionFailed(error, ()) from None
    return None if call is None else Begun(action, step, call.answer, call)
