"""Handler `call`: one request, one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.answers import as_item, items_from_result, matching_rows, rows_at
from bitrix_node.handlers.results import Outcome
from bitrix_node.parameters.paths import at_path
from bitrix_node.portal.errors import Missing, Refused

if TYPE_CHECKING:
    from bitrix_node.handlers.step import Step
    from bitrix_node.portal import Answer

_NOTHING: tuple[Any, ...] = (None, False, "", [], {})
"""What methods answer instead of a record that is not there."""


async def call(step: Step) -> Outcome:
    """Sends the request; its answer is the item.

    Raises:
        PortalError: when the portal refuses, or a method that looks something up finds nothing.
    """
    return outcome_of(await step.send(), step)


def outcome_of(answer: Answer, step: Step) -> Outcome:
    """What an answer to the request comes to.

    Raises:
        PortalError: when it says that nothing was done, or nothing found.
    """
    spec = step.request.answer
    _check_success(answer.result, step)
    if spec.total is not None:
        return Outcome([{spec.total: answer.total}], answer.total, answer)
    if spec.single or spec.match:
        rows = matching_rows(rows_at(answer.result, spec), spec, step.values)
        if not rows:
            raise _not_found(step)
        return Outcome([{**as_item(rows[0], spec), **spec.marks}], rows[0], answer)
    if spec.record and at_path(answer.result, spec.path) in _NOTHING:
        raise _not_found(step)
    items = items_from_result(answer.result, spec, step.values)
    if spec.echoes:
        echo = {name: step.arguments[name] for name in spec.echoes if name in step.arguments}
        items = [{**echo, **item} for item in items]
    own = not spec.echoes and spec.confirmation is None
    return Outcome(items, answer.result, answer, clean=answer.clean and own)


def _check_success(result: Any, step: Step) -> None:
    """Some methods report a failure inside an answer that is none by itself."""
    for path, wanted in step.request.answer.success.items():
        found = at_path(result, path)
        if found not in wanted:
            raise Refused(f"Bitrix24 did not do it: {path} is {found}", code=str(found), method=step.method)


def _not_found(step: Step) -> Missing:
    return Missing("Bitrix24 knows nothing of this ID", code="NOT_FOUND", method=step.method)
