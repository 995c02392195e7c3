"""No field is shown where nothing reads it: a choice that leads to other requests takes the fields of its own along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.definitions import Definitions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.definitions import Operation, Parameter, Request

DEFINITIONS = Definitions.packaged()


def choices(operation: Operation) -> Iterator[tuple[str, Any]]:
    """Every value of every choice at the top of the panel that decides which requests are sent."""
    deciding = {path for request in operation.calls for condition in request.when for path in condition}
    for parameter in operation.parameters:
        if parameter.name not in deciding or parameter.show:
            continue
        if parameter.type == "boolean":
            yield from ((parameter.name, value) for value in (True, False))
        for option in parameter.options or ():
            yield parameter.name, option.value


def sent(operation: Operation, path: str, value: Any) -> list[Request]:
    """The requests that may be sent with this choice, whatever else is filled in."""
    possible = []
    for request in operation.calls:
        conditions = [condition for condition in request.when if value in _wanted(condition, path, value)]
        if conditions or not request.when:
            possible.append(request)
        if operation.requests and any(set(condition) == {path} for condition in conditions):
            break
    return possible


def _wanted(condition: dict[str, Any], path: str, value: Any) -> Any:
    wanted = condition.get(path, (value,))
    return wanted if isinstance(wanted, tuple) else (value,)


def fields(operation: Operation) -> Iterator[tuple[str, Parameter, dict[str, Any]]]:
    """Every field with its path and the conditions under which the panel shows it."""
    for parameter in operation.parameters:
        if parameter.type != "collection":
            yield parameter.name, parameter, parameter.show or {}
        for member in parameter.members:
            yield f"{parameter.name}.{member.name}", member, {**(parameter.show or {}), **(member.show or {})}


def without_effect(operation: Operation) -> Iterator[str]:
    known = {path for request in operation.calls for path in request.parameters}
    known |= set(operation.answer.parameters) if operation.answer else set()
    for chosen, value in choices(operation):
        read = {path for request in sent(operation, chosen, value) for path in request.parameters}
        read |= {path for _, _, show in fields(operation) for path in show}
        read |= set(operation.answer.parameters) if operation.answer else set()
        for path, parameter, show in fields(operation):
            target = parameter.fills or path
            parts = {target, target.partition(".")[0]}
            is_read = bool(parts & read) or parameter.use or parameter.refuses or not parts & known
            is_shown = chosen not in show or show[chosen] in ("given", "missing") or value in show[chosen]
            if path != chosen and is_shown and not is_read and parameter.type != "notice":
                yield f"{path} where {chosen} is {value}"


def test_no_field_is_shown_where_no_request_reads_it() -> None:
    found = [
        f"{name}.{operation.operation}: {fault}"
        for name in DEFINITIONS.resource_names
        for operation in DEFINITIONS.resource(name).operations
        if not operation.refuses
        for fault in without_effect(operation)
    ]
    assert not found, "fields shown without effect:\n" + "\n".join(found)
