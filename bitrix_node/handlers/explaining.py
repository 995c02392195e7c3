"""What an action would send, without sending it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.handlers.listing import row_limit
from bitrix_node.handlers.marking import marked
from bitrix_node.handlers.pending import pending_answers
from bitrix_node.handlers.planning import check_required, check_use, check_values, known_elements, plan
from bitrix_node.handlers.prepared import Choices
from bitrix_node.parameters import build_arguments
from bitrix_node.parameters.arguments import new_code, resolve_source
from bitrix_node.portal.paging import first_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from bitrix_node.definitions import Operation, Request
    from bitrix_node.parameters import Values


def explain(operation: Operation, values: Values) -> list[dict[str, Any]]:
    """The REST calls for one item: method, version, arguments, and when a call depends on an earlier one.

    Of a list the arguments are those of the first page, and `paging` names the way to the others.

    `mark` says where a mark goes by which the new record can be found again.
    A call that shares its request with no other is `alone`; one that waits for the item before it is `inOrder`.
    What an earlier call answers stands as `<answer of STEP: PATH>`.

    Raises:
        ParameterError: when a parameter cannot be used.
        Refusal: when the action would be refused.
    """
    requests = plan(operation, values)
    check_required(values, requests)
    check_use(operation, values, requests)
    check_values(operation, values, requests)
    answers = pending_answers(requests)
    return [
        _described(request, values, answers, element)
        for request in requests
        for element in known_elements(request, values, answers)
    ]


def _described(request: Request, values: Values, answers: Callable[[str], Any], element: Any) -> dict[str, Any]:
    method = request.method if isinstance(request.method, str) else resolve_source(request.method, values, answers)
    call: dict[str, Any] = {"method": method, "arguments": build_arguments(request, values, answers, element)}
    if request.version != 2:  # noqa: PLR2004
        call["version"] = request.version
    if request.paging is not None and request.paging.kind != "none":
        limit, maximum = row_limit(values), request.paging.maximum
        call["arguments"] = first_page(request.paging.kind, call["arguments"], limit, maximum)
        call["paging"] = request.paging.kind
    choices = Choices.of(values)
    record = marked(request, call["arguments"], new_code) if choices.reconcile else None
    if record is not None:
        call["mark"] = record.form.argument
    if choices.alone:
        call["alone"] = True
    if choices.in_order:
        call["inOrder"] = True
    if request.after_refusal is not None:
        call["onlyAfter"] = f"{request.after_refusal.step} was refused with {' or '.join(request.after_refusal.codes)}"
    if request.when_answer:
        call["onlyIf"] = {
            path: wanted if isinstance(wanted, str) else list(wanted) for path, wanted in request.when_answer.items()
        }
    return call
