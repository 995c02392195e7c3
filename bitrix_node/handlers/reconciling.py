"""What became of a record whose making brought no answer: it is looked up by its mark until that is settled.

A portal ends a request after 60 seconds (see "Limits" in the REST documentation), so that a record which is not there
after that time is not going to be. Until then it may still come.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bitrix_node.credentials.errors import CredentialError
from bitrix_node.parameters.paths import at_path, with_value
from bitrix_node.portal import Answer
from bitrix_node.portal.errors import NotCarriedOut, OutcomeUnknown, PortalError, Refused, TokenEnded

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bitrix_node.handlers.marking import Marked
    from bitrix_node.handlers.step import Step

CERTAIN_AFTER = 65.0
"""Seconds after sending from which on a record that is not there is not going to be: 60, and time to travel."""

LOOKS = (1.0, 3.0, 7.0, 15.0, 30.0, CERTAIN_AFTER, 75.0, 105.0)
"""When it is looked up, in seconds after sending; the last ones for a portal that cannot be asked at the time."""


async def reconciled(step: Step, record: Marked, send: Callable[[], Awaitable[Answer]]) -> Answer:
    """Makes a record, and settles what became of it where that is unknown; what was not made is sent once more.

    Args:
        step: the request.
        record: the record with its mark.
        send: sends the request.

    Raises:
        OutcomeUnknown: when it cannot be told, or the run ends before it can.
        NotCarriedOut: when it has certainly not been made, twice.
        PortalError: when the portal refuses.
    """
    try:
        return await send()
    except OutcomeUnknown as error:
        found = await _settled_or_noted(step, record, error)
    if found is not None:
        return found
    try:
        return await send()
    except OutcomeUnknown as error:
        found = await _settled_or_noted(step, record, error)
        if found is not None:
            return found
        message = "The portal did not answer, twice, and the record has not been made"
        raise NotCarriedOut(message, code="NOT_CARRIED_OUT", http=error.http, method=error.method) from None


async def _settled_or_noted(step: Step, record: Marked, unknown: OutcomeUnknown) -> Answer | None:
    """See `_settled`; a run that is cancelled meanwhile knows of the write that it leaves without an answer."""
    try:
        return await _settled(step, record, unknown)
    except asyncio.CancelledError:
        step.portal.unanswered.append(step.method)
        raise


async def _settled(step: Step, record: Marked, unknown: OutcomeUnknown) -> Answer | None:
    """The record as if it had been answered; `None` when it has certainly not been made.

    Raises:
        OutcomeUnknown: when neither can be told in the time there is.
    """
    if unknown.sent is None:
        raise unknown
    age = unknown.sent.age
    first = True
    for moment in (age, *(moment for moment in LOOKS if moment > age)):
        await step.portal.pause(0.0 if first else moment - age)
        first, age = False, moment
        if step.portal.stopped is not None:
            raise unknown
        try:
            found = await _found(step, record)
        except (Refused, TokenEnded, CredentialError):
            raise unknown from None
        except PortalError:
            continue
        if found is not None or moment >= CERTAIN_AFTER:
            return found
    raise unknown


async def _found(step: Step, record: Marked) -> Answer | None:
    """The record, read like any other.

    Raises:
        PortalError: when the portal does not say.
        CredentialError: when it cannot be asked any more.
    """
    find, read = record.form.find, record.form.read
    listed = await step.ask(find.method, record.search())
    rows: Any = at_path(listed.result, find.rows)
    if not rows:
        return None
    answer = await step.ask(read.method, record.reading(rows[0][read.id]))
    return Answer(_at(step.request.answer.path, at_path(answer.result, read.path)))


def _at(path: str, record: Any) -> Any:
    """The record where the request's answer has it."""
    return with_value({}, path, record) if path else record
