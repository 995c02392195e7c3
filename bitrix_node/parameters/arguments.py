"""Where each parameter goes in the request: argument paths, merging, and what a request leaves unused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bitrix_node.parameters.conversion import converted
from bitrix_node.parameters.errors import ParameterError, UnusableValue
from bitrix_node.parameters.paths import at_path, with_value
from bitrix_node.parameters.transforms import TRANSFORMS
from bitrix_node.parameters.types import shortened
from bitrix_node.parameters.values import UNSET, Pending, Values

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bitrix_node.definitions import Parameter, Request, Source

EVERYTHING = "*"
"""The argument path of a source that is merged into the arguments as a whole."""


def build_arguments(
    request: Request, values: Values, answers: Callable[[str], Any], element: Any = UNSET
) -> dict[str, Any]:
    """The arguments of one request.

    Args:
        request: says where each value goes.
        values: the item's parameters.
        answers: gives what an earlier step answered, by `step.path`.
        element: what the request is sent for, where it is sent once for each element of a list.

    Raises:
        ParameterError: when a transform cannot use a value.
    """
    resolver = Resolver(values, answers, element)
    found = [(place, resolver.resolve(source)) for place, sources in request.places for source in sources]
    return assembled(request, found)


def assembled(request: Request, found: Iterable[tuple[Sequence[str], Any]]) -> dict[str, Any]:
    """Arguments from the values at their places, in the order of the request's sources; `UNSET` is none.

    Raises:
        ParameterError: when a value does not take its last form.
    """
    arguments: dict[str, Any] = {}
    for place, value in found:
        if value is not UNSET:
            _place(arguments, place, value)
    return finished(request, arguments)


def finished(request: Request, arguments: dict[str, Any]) -> dict[str, Any]:
    """Arguments in the form in which they are sent; what they hold is left as it is.

    Raises:
        ParameterError: when a value does not take its last form.
    """
    for path, transform in request.finish.items():
        value = at_path(arguments, path)
        if value is not None and not isinstance(value, Pending):
            arguments = with_value(arguments, path, _in_last_form(path, transform, value))
    return {path: with_lists(value) for path, value in arguments.items()}


def _in_last_form(path: str, transform: str, value: Any) -> Any:
    try:
        return TRANSFORMS[transform](value)
    except UnusableValue as fault:
        message = f"'{path}' must be {fault}; got {fault.got or shortened(value)}"
        raise ParameterError(path, message) from None


def resolve_source(source: Source, values: Values, answers: Callable[[str], Any]) -> Any:
    """The value of a single source, or `UNSET`."""
    return Resolver(values, answers).resolve(source)


def unused_parameters(values: Values, requests: Iterable[Request]) -> list[str]:
    """The paths of what was given though no request does anything with it; to show what is given is enough."""
    used = {shown_by for path in values.given_paths() for shown_by in values.parameters[path].show or ()}
    for request in requests:
        used |= request.parameters
    return [
        path
        for path in values.given_paths()
        if not {path, path.partition(".")[0]} & used and not _has_own_use(values, path)
    ]


def _has_own_use(values: Values, path: str) -> bool:
    use = values.parameters[path].use
    return (use is not None and use != "inputDataField") or values.get(path) == values.parameters[path].default


class Resolver:
    """Gives the values of a request's sources.

    Args:
        values: the item's parameters.
        answers: gives what an earlier step answered, by `step.path`.
        element: what the request is sent for, where it is sent once for each element of a list.
    """

    def __init__(self, values: Values, answers: Callable[[str], Any], element: Any = UNSET) -> None:
        self._values, self._answers, self._element = values, answers, element

    def resolve(self, source: Source) -> Any:
        """The value of a source, or `UNSET`.

        Raises:
            ParameterError: when its transform cannot use the value.
        """
        if source.plain:
            return self._own_value(source)
        if source.given is not None and not self._values.is_given(source.given):
            value: Any = UNSET
        else:
            value = self._own_value(source)
        if value in (UNSET, "") and source.otherwise:
            otherwise = self.resolve(source.otherwise)
            value = otherwise if otherwise is not UNSET else value
        if value is not UNSET and source.prefix:
            value = _joined(self.resolve(source.prefix), value)
        if value is UNSET or not source.keyed_by:
            return value
        return {self._key(source.keyed_by): value}

    def _key(self, path: str) -> str:
        """What a value is filed under: the parameter as its transform has it, or what the panel shows for it."""
        key = converted(self._values, path)
        return str(self._values.effective(path) if key in (UNSET, "") else key)

    def _own_value(self, source: Source) -> Any:
        if source.parameter is not None:
            return self._parameter(source, source.parameter)
        if source.answer is not None:
            return _transformed(source, self._answered(source.answer, source.at), self._blame)
        if source.element is not None:
            return _transformed(source, self._element_at(source.element), self._blame)
        if source.object:
            return _transformed(source, self._object(source.object), self._blame)
        return source.value if source.generate is None else new_code()

    def _parameter(self, source: Source, path: str) -> Any:
        parameter = self._values.parameters[path]
        if parameter.type == "collection":
            return _transformed(source, self._members(parameter), self._blame)
        if source.table is not None:
            value = self._values.get(path)
            return UNSET if value is UNSET else source.table.get(str(value), value)
        return converted(self._values, path, source.transform)

    def _answered(self, path: str, at: Source | None) -> Any:
        """What stands at a path of the answers; with `at`, under the key that it resolves to."""
        if at is None:
            return self._answers(path)
        key = self.resolve(at)
        return UNSET if key is UNSET else self._answers(f"{path}.{key}")

    def _blame(self, source: Source) -> tuple[str, str]:
        """What a refused value is called, and the path to show: of an object it is one of the parameters in it."""
        if source.answer is not None:
            return f"the answer of {source.answer}", source.answer
        if source.element is not None:
            return f"'{source.element}' of an entry", ""
        read = source.parameters
        paths = [path for path in self._values.parameters if path in read and self._values.is_given(path)]
        paths = paths if source.object else [str(source.parameter)]
        names = " and ".join(f"'{self._values.parameters[path].display_name}'" for path in paths)
        return names or "what is sent", next(iter(paths), "")

    def _object(self, sources: dict[str, Source]) -> Any:
        """The sources that have something, each under its key; pending as a whole where one of them is."""
        found = {key: self.resolve(inner) for key, inner in sources.items()}
        given = {key: value for key, value in found.items() if value is not UNSET}
        return next((value for value in given.values() if isinstance(value, Pending)), given or UNSET)

    def _element_at(self, path: str) -> Any:
        if isinstance(self._element, Pending):
            return Pending(f"<{path} of each {self._element}>" if path else f"<each {self._element}>")
        found = at_path(self._element, path)
        return UNSET if found is None else found

    def _members(self, collection: Parameter) -> Any:
        """The given members of a collection as one object, each under its key."""
        members = {
            member.key or member.name: converted(self._values, f"{collection.name}.{member.name}")
            for member in collection.members
            if member.use is None
        }
        return {key: value for key, value in members.items() if value is not UNSET} or UNSET


def new_code() -> str:
    """A symbolic code that nothing else has; it begins with a letter, as codes must."""
    return f"c{uuid4().hex}"


def _joined(prefix: Any, value: Any) -> Any:
    """Two values as one text; nothing where there is no prefix."""
    if prefix is UNSET:
        return UNSET
    pending = isinstance(prefix, Pending) or isinstance(value, Pending)
    return (Pending if pending else str)(f"{prefix}{value}")


def _transformed(source: Source, value: Any, blame: Callable[[Source], tuple[str, str]]) -> Any:
    if value is UNSET or source.transform is None or isinstance(value, Pending):
        return value
    try:
        return TRANSFORMS[source.transform](value)
    except UnusableValue as fault:
        what, path = blame(source)
        message = f"{what[:1].upper()}{what[1:]} must be {fault}; got {fault.got or shortened(value)}"
        raise ParameterError(path, message) from None


def _place(arguments: dict[str, Any], path: Sequence[str], value: Any) -> None:
    if not path:
        _merge(arguments, value)
        return
    inner = arguments
    for step in path[:-1]:
        if not isinstance(inner.get(step), dict):
            inner[step] = {}
        inner = inner[step]
    last = path[-1]
    if isinstance(value, dict):
        # Never the value itself: it may belong to the definition, and later sources are merged into what stands here.
        if not isinstance(inner.get(last), dict):
            inner[last] = {}
        _merge(inner[last], value)
    elif isinstance(inner.get(last), list) and isinstance(value, list):
        inner[last] = [*inner[last], *value]
    else:
        inner[last] = value


def _merge(target: dict[str, Any], value: Any) -> None:
    if not isinstance(value, dict):
        return
    for key, entry in value.items():
        _place(target, [key], entry)


def with_lists(value: Any) -> Any:
    """The same value with every mapping whose keys are 0, 1, 2, … as a list."""
    if isinstance(value, dict):
        entries = {key: with_lists(entry) for key, entry in value.items()}
        numbered = "0" in entries and list(entries) == [str(index) for index in range(len(entries))]
        return list(entries.values()) if numbered else entries
    return [with_lists(entry) for entry in value] if isinstance(value, list) else value
