"""Names that nothing defines: parameters, conditions, tables, transforms, steps, kinds of paging."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.views import merged
from bitrix_node.definitions.faults import Fault, one_of, shown
from bitrix_node.parameters.transforms import TRANSFORMS
from bitrix_node.rest import marks, paging_kinds

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_node.definitions.checks.views import OperationView, RequestView, Tree


def unknown_names(operation: OperationView) -> Iterator[Fault]:
    """Every name in an operation that stands for nothing."""
    for key in ("parameters", "options"):
        yield from unknown_parameters(
            operation.tree.get(key, []), operation.resource.shared, operation.file, f"{operation.place}.{key}"
        )
    for request in operation.requests:
        yield from _unknown_in_request(operation, request)
        yield from _elements_of_nothing(operation, request)
        yield from _unknown_in_answer(operation, request.place, request.tree.get("answer", {}))
    yield from _unknown_in_answer(operation, operation.place, operation.tree.get("answer", {}))
    yield from _unknown_steps(operation)


def unknown_parameters(entries: list[Any], shared: Mapping[str, Tree], file: str, place: str) -> Iterator[Fault]:
    """Names in a list of parameters, and in the lists inside it, that no shared parameter has."""
    for index, entry in enumerate(entries):
        here = f"{place}[{index}]"
        if merged(entry, shared) is None:
            name = entry if isinstance(entry, str) else entry["name"]
            yield Fault(file, here, f"there is no shared parameter {shown(name)}", one_of(shared, name))
        if isinstance(entry, dict):
            yield from parameter_names(entry, shared, file, here)


def parameter_names(tree: Tree, shared: Mapping[str, Tree], file: str, place: str) -> Iterator[Fault]:
    """Names inside one description of a parameter that stand for nothing."""
    transform = tree.get("transform")
    if transform is not None and transform not in TRANSFORMS:
        yield Fault(file, f"{place}.transform", _unknown("transform", transform), one_of(TRANSFORMS, transform))
    yield from unknown_parameters(tree.get("members", []), shared, file, f"{place}.members")
    for index, group in enumerate(tree.get("groups", [])):
        yield from unknown_parameters(group["members"], shared, file, f"{place}.groups[{index}].members")


def _unknown_in_request(operation: OperationView, request: RequestView) -> Iterator[Fault]:
    when = request.tree.get("when")
    if isinstance(when, str) and when not in operation.resource.conditions:
        expected = one_of(operation.resource.conditions, when)
        yield operation.fault(f"{request.place}.when", _unknown("condition", when), expected)
    paging = request.tree.get("paging")
    kind = paging.get("kind") if isinstance(paging, dict) else paging
    if kind is not None and kind not in paging_kinds():
        yield operation.fault(f"{request.place}.paging", _unknown("kind of paging", kind), one_of(paging_kinds(), kind))
    mark = request.tree.get("mark")
    if mark is not None and mark not in marks():
        yield operation.fault(f"{request.place}.mark", _unknown("mark", mark), one_of(marks(), mark))
    for path, name in request.tree.get("finish", {}).items():
        if name not in TRANSFORMS:
            yield operation.fault(
                f"{request.place}.finish.{path}", _unknown("transform", name), one_of(TRANSFORMS, name)
            )
    registries = {"table": operation.resource.tables, "transform": TRANSFORMS}
    for place, source in request.sources():
        for key, known in registries.items():
            if key in source and source[key] not in known:
                yield operation.fault(place, _unknown(key, source[key]), one_of(known, source[key]))


def _unknown_in_answer(operation: OperationView, place: str, answer: Tree) -> Iterator[Fault]:
    name = answer.get("transform")
    if name is not None and name not in TRANSFORMS:
        yield operation.fault(f"{place}.answer.transform", _unknown("transform", name), one_of(TRANSFORMS, name))


def _elements_of_nothing(operation: OperationView, request: RequestView) -> Iterator[Fault]:
    if "each" in request.tree:
        return
    for place, source in request.sources():
        if "element" in source:
            yield operation.fault(place, "the step is sent once, so there is no element", "each, with a list")


def _unknown_steps(operation: OperationView) -> Iterator[Fault]:
    yield from _unknown_in_item(operation)
    earlier: list[str] = []
    for request in operation.requests:
        for place, name in _steps_named(request):
            if name not in earlier:
                yield operation.fault(place, f"no earlier step is called {shown(name)}", one_of(earlier, name))
        if request.identifier in earlier:
            message = f"an earlier step is called {shown(request.identifier)} too"
            yield operation.fault(f"{request.place}.id", message, "an id of its own")
        if request.identifier and not operation.is_alternatives:
            earlier.append(request.identifier)


def _unknown_in_item(operation: OperationView) -> Iterator[Fault]:
    known = [request.identifier for request in operation.requests if request.identifier]
    for key, paths in operation.tree.get("answer", {}).get("item", {}).items():
        for index, path in enumerate(paths):
            name = path.partition(".")[0]
            if name not in known:
                place = f"{operation.place}.answer.item.{key}[{index}]"
                yield operation.fault(place, f"no step is called {shown(name)}", one_of(known, name))


def _steps_named(request: RequestView) -> Iterator[tuple[str, str]]:
    for place, source in request.sources():
        if "answer" in source:
            yield place, source["answer"].partition(".")[0]
    for path in request.tree.get("whenAnswer", {}):
        yield f"{request.place}.whenAnswer", path.partition(".")[0]
    if "afterRefusal" in request.tree:
        yield f"{request.place}.afterRefusal", request.tree["afterRefusal"]["step"]


def _unknown(kind: str, name: Any) -> str:
    return f"there is no {kind} {shown(name)}"
