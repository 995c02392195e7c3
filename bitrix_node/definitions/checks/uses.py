"""What becomes of the fields: none is sent nowhere, and nothing speaks of a field that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.views import PATH_KEYS, answer_paths
from bitrix_node.definitions.faults import one_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bitrix_node.definitions.checks.views import Field, OperationView, RequestView, Tree
    from bitrix_node.definitions.faults import Fault

_NOT_SENT = {
    "combination",
    "output",
    "outputFields",
    "returnAll",
    "limit",
    "simplify",
    "accessToken",
    "outputDataField",
    "separateItems",
    "batching",
    "sendInOrder",
    "reconcile",
}


def unknown_paths(operation: OperationView) -> Iterator[Fault]:
    """Sources, conditions and lists of fields that name a field which the operation does not have."""
    for place, path in _paths_named(operation):
        if path not in operation.fields:
            yield operation.fault(place, f"the operation has no field {shown(path)}", one_of(operation.fields, path))


def impossible_values(operation: OperationView) -> Iterator[Fault]:
    """Conditions that wait for a value which their field can never have."""
    for place, condition in _conditions(operation):
        for path, wanted in condition.items():
            allowed = _possible_values(operation.fields.get(path))
            if allowed is None or not isinstance(wanted, list):
                continue
            for value in wanted:
                if value not in allowed:
                    yield operation.fault(f"{place}.{path}", f"here stands {shown(value)}", one_of(allowed, value))


def late_conditions(operation: OperationView) -> Iterator[Fault]:
    """Fields that are shown by the value of a field which only comes after them."""
    order = {entry.path: index for index, entry in enumerate(operation.top_fields)}
    for entry in operation.top_fields:
        for path in entry.tree.get("show", {}):
            if order.get(path, -1) >= order[entry.path]:
                message = f"the field {shown(path)}, on which this one depends, comes later"
                yield operation.fault(f"{entry.place}.show", message, f"{path} to stand before it")


def fields_sent_nowhere(operation: OperationView) -> Iterator[Fault]:
    """Fields that could be filled in without any effect."""
    if "refuses" in operation.tree:
        return
    used = set(_paths_with_effect(operation))
    used |= {entry.path for entry in operation.top_fields if _filled_by(operation, entry) in used}
    for entry in operation.fields.values():
        collection = entry.path.partition(".")[0]
        if entry.path in used or collection in used or entry.tree.get("use") in _NOT_SENT or _is_inert(entry):
            continue
        message = f"the field {shown(entry.path)} is sent nowhere"
        yield operation.fault(entry.place, message, "a request that has it among its arguments")


def _filled_by(operation: OperationView, entry: Field) -> str | None:
    """The path of the field that an entry's rows fill: an option where there is one of that name."""
    target = entry.tree.get("fills")
    option = f"{operation.options_name}.{target}"
    return option if option in operation.fields else target


def _is_inert(entry: Field) -> bool:
    return entry.tree.get("type") in {"notice", "collection"} or "refuses" in entry.tree


def _paths_with_effect(operation: OperationView) -> Iterator[str]:
    for request in operation.requests:
        yield from request.parameters_sent()
    yield from (path for _, path in answer_paths("", operation.tree.get("answer", {})))
    for _, condition in _conditions(operation):
        yield from condition


def _paths_named(operation: OperationView) -> Iterator[tuple[str, str]]:
    for place, condition in _conditions(operation):
        for path in condition:
            yield place, path
    for entry in operation.top_fields:
        if target := _filled_by(operation, entry):
            yield f"{entry.place}.fills", target
    yield from _listed(f"{operation.place}.inTurnBy", operation.tree.get("inTurnBy", []))
    for request in operation.requests:
        for place, source in request.sources():
            yield from ((place, source[key]) for key in PATH_KEYS if key in source)
        yield from request.catalogue_paths()
        for index, entry in enumerate(request.tree.get("requires", [])):
            place = f"{request.place}.requires[{index}]"
            yield from ((place, path) for path in ([entry] if isinstance(entry, str) else entry))
        yield from _listed(f"{request.place}.accepts", request.tree.get("accepts", []))
        yield from _paths_in_answer(f"{request.place}.answer", request.tree.get("answer", {}))
    yield from _paths_in_answer(f"{operation.place}.answer", operation.tree.get("answer", {}))


def _paths_in_answer(place: str, answer: Tree) -> Iterator[tuple[str, str]]:
    yield from _listed(f"{place}.deleted", answer.get("deleted", []))
    for word, paths in answer.get("done", {}).items():
        yield from _listed(f"{place}.done.{word}", paths)
    yield from answer_paths(place, answer)


def _listed(place: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((f"{place}[{index}]", path) for index, path in enumerate(paths))


def _conditions(operation: OperationView) -> Iterator[tuple[str, Tree]]:
    for entry in operation.fields.values():
        if "show" in entry.tree:
            yield f"{entry.place}.show", entry.tree["show"]
    for request in operation.requests:
        yield from _request_conditions(operation, request)
    for index, refusal in enumerate(operation.tree.get("refusals", [])):
        for condition in operation.conditions(refusal["when"]):
            yield f"{operation.place}.refusals[{index}].when", condition


def _request_conditions(operation: OperationView, request: RequestView) -> Iterator[tuple[str, Tree]]:
    for condition in operation.conditions(request.tree.get("when", [])):
        yield f"{request.place}.when", condition


def _possible_values(entry: Field | None) -> list[Any] | None:
    """The values a field can have; `None` where they are not a closed list."""
    if entry is None or entry.tree.get("customValues"):
        return None
    kind = entry.tree.get("type")
    if kind == "boolean":
        return [True, False]
    return [option["value"] for option in entry.tree.get("options", [])] if kind == "options" else None
