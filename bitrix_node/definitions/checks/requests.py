"""Requests that could never be sent as they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.definitions.faults import one_of, shown
from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.definitions.checks.views import OperationView, RequestView
    from bitrix_node.definitions.faults import Fault

_WHOLE_ANSWERS = {
    "echoes": "rows tell themselves what they are",
    "match": "a row is only looked for in a list that comes whole",
    "success": "a page of a list does not say whether anything was done",
    "transform": "rows are only made of an answer that comes whole",
}
"""Keys of an answer that pages have no use for, and why."""


def unreachable_requests(operation: OperationView) -> Iterator[Fault]:
    """Alternatives behind one that is always sent, or behind one with the same condition."""
    if not operation.is_alternatives:
        return
    earlier: list[list[object]] = []
    for request in operation.requests:
        conditions: list[object] = list(operation.conditions(request.tree.get("when", [])))
        if [] in earlier:
            message = "this alternative is never reached: an earlier one has no condition"
            yield operation.fault(request.place, message, "the alternative without condition to be the last")
        elif conditions and conditions in earlier:
            message = "this alternative is never reached: an earlier one has the same condition"
            yield operation.fault(f"{request.place}.when", message, "a condition of its own")
        earlier.append(conditions)


def misplaced_keys(operation: OperationView) -> Iterator[Fault]:
    """Keys that only mean something in another kind of request."""
    if "inTurnBy" in operation.tree and "steps" not in operation.tree:
        yield operation.fault(f"{operation.place}.inTurnBy", "a single call does not look for a record first", "steps")
    for request in operation.requests:
        yield from _keys_of_nothing(operation, request)
        if "item" in request.tree.get("answer", {}):
            message = "a single answer is not put together"
            yield operation.fault(f"{request.place}.answer.item", message, "item in the operation's own answer")
        if operation.is_alternatives and "afterRefusal" in request.tree:
            message = "alternatives do not come after one another"
            yield operation.fault(f"{request.place}.afterRefusal", message, "the operation's requests to be steps")
        if "paging" in request.tree and request.tree.get("handler", "list") != "list":
            message = f"{request.tree['handler']} does not turn pages"
            yield operation.fault(f"{request.place}.paging", message, "the handler list, which is the default here")
        for key, message in _WHOLE_ANSWERS.items():
            if "paging" in request.tree and key in request.tree.get("answer", {}):
                yield operation.fault(f"{request.place}.answer.{key}", message, "a request without paging")
        yield from _picked_from_pages(operation, request)
        yield from _echoes_of_nothing(operation, request)


def _echoes_of_nothing(operation: OperationView, request: RequestView) -> Iterator[Fault]:
    sent = request.tree.get("arguments", {})
    for index, name in enumerate(request.tree.get("answer", {}).get("echoes", [])):
        if name not in sent:
            place = f"{request.place}.answer.echoes[{index}]"
            yield operation.fault(place, f"the call sends no {shown(name)}", one_of(sent, name))


def _keys_of_nothing(operation: OperationView, request: RequestView) -> Iterator[Fault]:
    """Keys that say more about something that the request does not have."""
    for key in ("eachKey", "goesOn"):
        if key in request.tree and "each" not in request.tree:
            message = "the step is sent once, so there is a single result"
            yield operation.fault(f"{request.place}.{key}", message, "each, with a list")
    if "once" in request.tree and _writes(request):
        message = "a call that changes something is sent for every item"
        yield operation.fault(f"{request.place}.once", message, "a method that only reads, or writes: false")
    for key in ("address", "patience"):
        if key in request.tree and request.tree.get("handler") != "download":
            yield operation.fault(f"{request.place}.{key}", "no file is fetched here", "the handler download")
    for place, source in request.sources():
        if "at" in source and "answer" not in source:
            yield operation.fault(f"{place}.at", "there is no answer to look into", "answer beside it")


def _writes(request: RequestView) -> bool:
    method = request.tree.get("method")
    return bool(request.tree.get("writes", not isinstance(method, str) or method_habits().writes(method)))


def _picked_from_pages(operation: OperationView, request: RequestView) -> Iterator[Fault]:
    for key in ("filter", "order"):
        if key in request.tree.get("answer", {}) and request.tree.get("paging") != "none":
            message = "rows are only picked from a list that comes without pages"
            yield operation.fault(f"{request.place}.answer.{key}", message, "paging: none")
