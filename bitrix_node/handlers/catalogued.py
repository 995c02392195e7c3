"""Requests whose method a parameter names: held against the documentation, and completed by what it says.

The version that has the method, its way of handing out rows and the place where they lie come from the catalogue.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

from bitrix_node.definitions import Answer, Paging
from bitrix_node.definitions.methods import MethodCatalogue, argument_faults
from bitrix_node.handlers.pending import pending_answer
from bitrix_node.parameters import ParameterError, build_arguments
from bitrix_node.parameters.arguments import EVERYTHING, resolve_source
from bitrix_node.parameters.conversion import converted
from bitrix_node.parameters.values import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from bitrix_node.definitions import Request
    from bitrix_node.definitions.methods import CatalogueMethod
    from bitrix_node.parameters import Values

REST_2, REST_3 = 2, 3

_SEND_ANYWAY = "If the documentation is behind, switch on 'Send Anyway' under Options."
_UNKNOWN = {
    REST_2: (Paging(kind="start"), ""),
    REST_3: (Paging(kind="pagination"), "items"),
}
"""How lists of either version usually page, and where their rows lie: for methods that the documentation lacks."""


def completed(request: Request, values: Values) -> Request:
    """The request as it is sent; one that the catalogue has nothing to do with stays as it is.

    Raises:
        ParameterError: when the method or its arguments contradict the documentation.
    """
    if request.catalogue is None:
        return request
    if request.catalogue.commands:
        return _completed_batch(request, values)
    name = str(resolve_source(cast("Any", request.method), values, pending_answer))
    version = _chosen_version(request, values)
    method = MethodCatalogue.packaged().method(name, version)
    if not _is_unchecked(request, values):
        if method is None:
            raise _unknown_method(_place(request.method), name, version)
        _check(method, build_arguments(request, values, pending_answer), _arguments_parameter(request))
    known = {"version": method.version, "writes": not method.reads} if method else {"version": version or REST_2}
    return request.model_copy(update={**known, **_listing(method, int(known["version"]), values)})


def for_applications_only(requests: Iterable[Request], values: Values) -> Iterator[str]:
    """The methods that refuse webhooks, of those that parameters name."""
    for request in requests:
        if request.catalogue is None or _is_unchecked(request, values):
            continue
        names = [entry["method"] for _, entry in _commands(request, values)]
        if not request.catalogue.commands:
            names = [str(resolve_source(cast("Any", request.method), values, pending_answer))]
        for name in names:
            method = MethodCatalogue.packaged().method(name, request.version)
            if method is not None and method.application_only:
                yield method.name


def _listing(method: CatalogueMethod | None, version: int, values: Values) -> Mapping[str, Any]:
    """What turns the request into a list, where rows are wanted and the method has some."""
    if not _wants_rows(values) or (method is not None and not method.is_list):
        return {}
    paging, path = _UNKNOWN[version]
    if method is not None:
        kind = method.paging or ("start" if version == REST_2 else "none")
        paging, path = Paging(kind=kind), method.rows or ""
    return {"handler": "list", "paging": paging, "answer": Answer(path=path)}


def _wants_rows(values: Values) -> bool:
    if values.used("returnAll") is True:
        return True
    return any(values.is_given(path) for path, parameter in values.parameters.items() if parameter.use == "limit")


def _chosen_version(request: Request, values: Values) -> Literal[2, 3] | None:
    """The version that the parameter asks for; `None` where it leaves the choice."""
    path = request.catalogue.version if request.catalogue else None
    return {"2": REST_2, "3": REST_3}.get(str(values.effective(path))) if path else None  # type: ignore[return-value]


def _is_unchecked(request: Request, values: Values) -> bool:
    path = request.catalogue.unchecked if request.catalogue else None
    return path is not None and values.effective(path) is True


def _check(method: CatalogueMethod, arguments: Mapping[str, Any], parameter: str, prefix: str = "") -> None:
    faults = list(argument_faults(method, arguments))
    if not faults:
        return
    message = "; ".join(fault.message for fault in faults)
    advice = " ".join(dict.fromkeys(fault.advice for fault in faults if fault.advice))
    raise ParameterError(parameter, f"{prefix}{message}", f"{advice} {_SEND_ANYWAY}".strip())


def _unknown_method(parameter: str, name: str, version: int | None, prefix: str = "") -> ParameterError:
    catalogue = MethodCatalogue.packaged()
    elsewhere = catalogue.method(name)
    if elsewhere is not None:
        message = f"{prefix}REST {version} has no method {elsewhere.name}, REST {elsewhere.version}.0 has"
        return ParameterError(parameter, message, f"Choose Automatic as API Version. {_SEND_ANYWAY}")
    nearest = catalogue.nearest(name)
    advice = f"Did you mean {' or '.join(nearest)}? " if nearest else ""
    return ParameterError(parameter, f"{prefix}Bitrix24 documents no method {name!r}", f"{advice}{_SEND_ANYWAY}")


def _completed_batch(request: Request, values: Values) -> Request:
    writes = False
    for path, entry in _commands(request, values):
        method = MethodCatalogue.packaged().method(entry["method"], REST_2)
        writes = writes or method is None or not method.reads
        if _is_unchecked(request, values):
            continue
        prefix = f"Command {entry['name']!r}: "
        if entry["method"].lower() == "batch":
            raise ParameterError(path, f"{prefix}a batch holds no further batch", "Give its commands one by one.")
        if method is None:
            raise _unknown_method(path, entry["method"], REST_2, prefix)
        _check(method, entry["arguments"], path, prefix)
    return request.model_copy(update={"writes": writes})


def _commands(request: Request, values: Values) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every command with the path of the parameter that holds it."""
    for path in request.catalogue.commands if request.catalogue else ():
        commands = converted(values, path)
        yield from ((path, entry) for entry in (() if commands is UNSET else commands))


def _place(source: Any) -> str:
    """The parameter that a fault of the method's name is about."""
    return getattr(source, "parameter", None) or ""


def _arguments_parameter(request: Request) -> str:
    """The parameter that a fault of the arguments is about."""
    sources = [source for path in (EVERYTHING, *request.arguments) for source in request.arguments.get(path, ())]
    return next((source.parameter for source in sources if source.parameter), _place(request.method))
