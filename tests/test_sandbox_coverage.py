"""The sandbox has every REST method that an action can call, whichever way its parameters lead."""

from __future__ import annotations

from bitrix_node.definitions import Definitions
from bitrix_node.sandbox.registry import load_methods


def test_every_method_of_every_action_is_there() -> None:
    definitions = Definitions.packaged()
    known = load_methods().methods
    missing = sorted(
        {
            f"{request.method} (REST {request.version}), for {resource} {operation.operation}"
            for resource in definitions.resource_names
            for operation in definitions.resource(resource).operations
            for request in operation.calls
            if isinstance(request.method, str) and (request.version, request.method.lower()) not in known
        }
    )
    assert not missing, "the sandbox lacks:\n" + "\n".join(missing)
