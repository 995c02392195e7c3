"""The panel: which properties it has, and for which actions each of them shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.n8n.package.properties import Property, render_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bitrix_node.definitions.models import NodeDefinition, Operation, Resource


@dataclass
class _Entry:
    """A property and the operations that share it."""

    body: Property
    operations: list[str] = field(default_factory=list)


def panel_properties(node: NodeDefinition, resources: Sequence[Resource]) -> list[Property]:
    """Returns every property of the node, in the order of the panel.

    Args:
        node: The node's own definition.
        resources: All its resources, complete.
    """
    properties = [_authentication(node), _resource_choice(resources)]
    properties += [_operation_choice(resource) for resource in resources]
    for resource in resources:
        properties += [_shown_for(resource, entry) for entry in _merged(resource.operations)]
    return properties


def _authentication(node: NodeDefinition) -> Property:
    return {**render_property(node.authentication), "noDataExpression": True}


def _resource_choice(resources: Sequence[Resource]) -> Property:
    choices = [{"name": entry.name, "value": entry.resource, "description": entry.description} for entry in resources]
    return _choice("Resource", "resource", choices, default=resources[0].resource)


def _operation_choice(resource: Resource) -> Property:
    choices = [
        {"name": entry.name, "value": entry.operation, "description": entry.description, "action": entry.action}
        for entry in resource.operations
    ]
    choice = _choice("Operation", "operation", choices, default=resource.operations[0].operation)
    return {**choice, "displayOptions": {"show": {"resource": [resource.resource]}}}


def _choice(display_name: str, name: str, choices: Iterable[Property], *, default: str) -> Property:
    return {
        "displayName": display_name,
        "name": name,
        "type": "options",
        "noDataExpression": True,
        "options": sorted(choices, key=lambda choice: str(choice["name"]).lower()),
        "default": default,
    }


def _merged(operations: Sequence[Operation]) -> list[_Entry]:
    """Merges the properties that operations share, keeping each operation's own order.

    Each operation walks through the list that grew so far: a property that stands further on is shared, any other is
    put in at the place that the walk has reached.
    """
    entries: list[_Entry] = []
    for operation in operations:
        reached = 0
        for parameter in operation.parameters:
            body = render_property(parameter)
            found = next((index for index in range(reached, len(entries)) if entries[index].body == body), None)
            if found is None:
                entries.insert(reached, _Entry(body))
                found = reached
            entries[found].operations.append(operation.operation)
            reached = found + 1
    return entries


def _shown_for(resource: Resource, entry: _Entry) -> Property:
    conditions: dict[str, Any] = entry.body.get("displayOptions", {})
    shown = {"resource": [resource.resource], "operation": entry.operations, **conditions.get("show", {})}
    return {**entry.body, "displayOptions": {**conditions, "show": shown}}
