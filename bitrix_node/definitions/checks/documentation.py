"""Requests held against the documentation: methods, arguments, paging and the place of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.faults import one_of, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bitrix_node.definitions.checks.views import OperationView, RequestView, Tree
    from bitrix_node.definitions.faults import Fault
    from bitrix_node.definitions.methods import CatalogueMethod, MethodCatalogue, MethodParameter

_EVERYTHING = "*"
_FREE_FORM = {"filter", "order", "sort", "select"}
_OPEN_ANSWERS = {"total", "single", "match", "item"}
"""Answers that take one row or a number out of a list, for which one page is enough."""


def undocumented_calls(operation: OperationView, catalogue: MethodCatalogue) -> Iterator[Fault]:
    """Whatever a request does otherwise than the documentation of its method has it.

    Args:
        operation: whose requests are looked at.
        catalogue: the documented methods.

    Methods, versions and names must be written as documented, in upper and lower case too.
    """
    for request in operation.requests:
        name = request.tree.get("method")
        if not isinstance(name, str):
            continue
        version = request.tree.get("version", 2)
        method = catalogue.method(name, version)
        if method is None:
            message = f"REST {version} has no documented method {shown(name)}"
            yield operation.fault(f"{request.place}.method", message, one_of(catalogue.nearest(name)))
        else:
            yield from _against(method, operation, request)


def _against(method: CatalogueMethod, operation: OperationView, request: RequestView) -> Iterator[Fault]:
    if request.tree["method"] not in (method.name, *method.spellings):
        message = f"the method is written {shown(request.tree['method'])}"
        yield operation.fault(f"{request.place}.method", message, f"{method.name}, as documented")
    yield from _arguments(method, operation, request)
    yield from _rows(method, operation, request)
    if method.application_only and not operation.tree.get("applicationOnly"):
        message = f"only applications may call {method.name}"
        yield operation.fault(operation.place, message, "applicationOnly: true")


def _arguments(method: CatalogueMethod, operation: OperationView, request: RequestView) -> Iterator[Fault]:
    paths = list(_argument_paths(operation, request))
    names = {path[0] for path, _, _ in paths}
    for path, place, constants in paths:
        yield from _argument(method, operation, path, place, constants)
    if _EVERYTHING in names:
        return
    required = [(name,) for name, parameter in method.parameters.items() if parameter.required]
    for alternatives in [*required, *method.either_of]:
        if not names & set(alternatives) and not _is_added(alternatives, request):
            message = f"{method.name} is not given {shown(' or '.join(alternatives))}, which it needs"
            yield operation.fault(f"{request.place}.arguments", message, "a source for it")


def _is_added(names: Iterable[str], request: RequestView) -> bool:
    """Whether turning pages sends the argument."""
    return "paging" in request.tree and any(name in {"start", "pagination", "offset", "limit"} for name in names)


def _argument_paths(operation: OperationView, request: RequestView) -> Iterator[tuple[list[str], str, list[Any]]]:
    """The path of every argument, with its place and the constants that it can be; `*` where any may come.

    Places in lists are left out.
    """
    for written, sources in request.tree.get("arguments", {}).items():
        place = f"{request.place}.arguments.{written}"
        prefix = [] if written == _EVERYTHING else [step for step in written.split(".") if not step.isdigit()]
        for source in sources if isinstance(sources, list) else [sources]:
            for member in _members_sent(operation, source):
                constants = [] if member else _constants(operation, request, source)
                yield ([*prefix, member] if member else prefix or [_EVERYTHING]), place, constants


def _constants(operation: OperationView, request: RequestView, source: Any) -> list[Any]:
    """What a source can give, where the definition says so: a constant, a table, or the choices of a parameter."""
    tree = {"parameter": source} if isinstance(source, str) else source
    if "value" in tree:
        return [tree["value"]]
    if "table" in tree:
        return list(operation.resource.tables.get(tree["table"], {}).values())
    field = operation.fields.get(tree.get("parameter", ""))
    if field is None or "transform" in {*tree, *field.tree} or field.tree.get("customValues"):
        return []
    choices = [option["value"] for option in field.tree.get("options", []) if option["value"] != ""]
    conditions = operation.conditions(request.tree.get("when", []))
    return [
        value
        for value in choices
        if not conditions or any(_meets(condition, field.path, value) for condition in conditions)
    ]


def _meets(condition: Tree, path: str, value: Any) -> bool:
    """Whether a request with this condition is sent for this value of the parameter."""
    wanted = condition.get(path)
    return value in wanted if isinstance(wanted, list) else wanted != "missing"


def _members_sent(operation: OperationView, source: Any) -> list[str]:
    """The names that a collection sends each of its members under; a single empty one for any other source."""
    tree = {"parameter": source} if isinstance(source, str) else source
    field = operation.fields.get(tree.get("parameter", ""))
    if field is None or field.tree.get("type") != "collection" or set(tree) - {"parameter", "given"}:
        return [""]
    members = (
        [entry.tree for entry in operation.option_fields]
        if field.path == operation.options_name
        else operation.members(field.tree)
    )
    return [
        str(member.get("key", member["name"])) for member in members if "use" not in member and "refuses" not in member
    ]


def _argument(
    method: CatalogueMethod, operation: OperationView, path: list[str], place: str, constants: Iterable[Any]
) -> Iterator[Fault]:
    known: Mapping[str, MethodParameter] = method.parameters
    is_open = method.free
    for depth, step in enumerate(path):
        if step == _EVERYTHING:
            return
        parameter = known.get(step) or next(
            (entry for entry in known.values() if entry.is_pattern and entry.takes(step)), None
        )
        if parameter is None:
            if not is_open and step not in {name for names in method.either_of for name in names}:
                message = f"{method.name} documents no argument {shown('.'.join(path[: depth + 1]))}"
                yield operation.fault(place, message, one_of(known, step))
            return
        known, is_open = parameter.members, not parameter.members or step.lower() in _FREE_FORM
        wrong = [value for value in constants if depth == len(path) - 1 and not parameter.allows(value)]
        if wrong:
            message = f"{method.name} does not take {shown(wrong[0])} as {shown('.'.join(path))}"
            yield operation.fault(place, message, one_of(parameter.values, wrong[0]))


def _rows(method: CatalogueMethod, operation: OperationView, request: RequestView) -> Iterator[Fault]:
    """Lists whose rows are looked for in another place, turned in another way, or cut off after the first page."""
    answer, kind = request.tree.get("answer", {}), _paging_kind(request)
    if kind is None and request.tree.get("handler") != "list":
        if method.paging is not None and _hands_out_rows(operation, request, answer):
            message = f"{method.name} gives its rows page by page, and only the first page is taken"
            yield operation.fault(request.place, message, f"paging: {method.paging}")
        return
    path = answer.get("path", "")
    if method.rows is not None and path != method.rows:
        message = f"the rows of {method.name} lie at {shown(method.rows)}, not at {shown(path)}"
        yield operation.fault(f"{request.place}.answer.path", message, shown(method.rows))
    if kind not in _possible_kinds(method):
        message = f"{method.name} pages by {shown(method.paging)}, not by {shown(kind)}"
        yield operation.fault(f"{request.place}.paging", message, method.paging or "none")


def _paging_kind(request: RequestView) -> str | None:
    paging = request.tree.get("paging")
    kind: str | None = paging.get("kind") if isinstance(paging, dict) else paging
    return kind


def _possible_kinds(method: CatalogueMethod) -> set[str]:
    """A method that pages without a documented argument for it may be asked once: it counts what it gives at once."""
    if method.paging is None:
        return {"none"}
    return {method.paging} if method.paging in method.parameters or method.paging != "start" else {"start", "none"}


def _hands_out_rows(operation: OperationView, request: RequestView, answer: Tree) -> bool:
    """Whether the rows become items; earlier steps, and answers made of one row, have enough of the first page."""
    is_last = operation.is_alternatives or request is operation.requests[-1]
    return is_last and not _OPEN_ANSWERS & set(answer) and operation.tree.get("answer") is None
