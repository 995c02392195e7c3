"""Operations for the tests, written as the definitions write them."""

from __future__ import annotations

from typing import Any

from bitrix_node.definitions import Operation, Request
from bitrix_node.parameters import Values, read_values


def operation(*parameters: dict[str, Any]) -> Operation:
    """An operation with these parameters; a display name is only needed where a test reads it."""
    texts = {"operation": "do", "name": "Do", "action": "Do it", "description": "Does it"}
    return Operation.model_validate({**texts, "parameters": [_named(parameter) for parameter in parameters]})


def request(**arguments: Any) -> Request:
    """A request with these arguments: a source or a list of sources for each path; `__` stands for a dot."""
    listed = {path.replace("__", "."): _listed(sources) for path, sources in arguments.items()}
    return Request.model_validate({"method": "some.method", "arguments": listed})


def read(*parameters: dict[str, Any], **given: Any) -> Values:
    """The values of these parameters, of which some are given."""
    return read_values(operation(*parameters), given)


def _listed(sources: Any) -> list[Any]:
    return sources if isinstance(sources, list) else [sources]


def _named(parameter: dict[str, Any]) -> dict[str, Any]:
    nested = {"members": [_named(member) for member in parameter.get("members", [])]}
    groups = [
        {"displayName": group["name"], **group, "members": [_named(member) for member in group["members"]]}
        for group in parameter.get("groups", [])
    ]
    return {"displayName": parameter["name"], **parameter, **nested, "groups": groups}
