"""The panel: which properties it has, and for which actions each of them shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.n8n.package.properties import Property, render_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bitrix_node.definitions.models import NodeDefinition, Operation, Resource


_SORTED_FROM = 5


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
        "options": _ordered(list(choices)),
        "default": default,
    }


def _ordered(choices: list[Property]) -> list[Property]:
    """The choices as n8n's rules want them: from five on by name, fewer as the definitions have them."""
    if len(choices) < _SORTED_FROM:
        return choices
    return sorted(choices, key=lambda choice: str(choice["name"]).lower())


def _merged(operations: Sequence[Operation]) -> list[_Entry]:
    """Merges the properties that operations share, as many as keeping each operation's own order allows."""
    entries: list[_Entry] = []
    for operation in operations:
        bodies = [render_property(parameter) for parameter in operation.parameters]
        places = _common([entry.body for entry in entries], bodies)
        added = place = 0
        for number, body in enumerate(bodies):
            if number in places:
                place = places[number] + added
            else:
                entries.insert(place, _Entry(body))
                added += 1
            entries[place].operations.append(operation.operation)
            place += 1
    return entries


def _common(known: Sequence[Property], wanted: Sequence[Property]) -> dict[int, int]:
    """The longest series that both lists have in the same order: place among the wanted -> place among the known."""
    longest = [[0] * (len(known) + 1) for _ in range(len(wanted) + 1)]
    for row in range(len(wanted) - 1, -1, -1):
        for column in range(len(known) - 1, -1, -1):
            below, right = longest[row + 1][column], longest[row][column + 1]
            same = wanted[row] == known[column]
            longest[row][column] = 1 + longest[row + 1][column + 1] if same else max(below, right)
    places: dict[int, int] = {}
    row = column = 0
    while row < len(wanted) and column < len(known):
        if wanted[row] == known[column]:
            places[row] = column
            row, column = row + 1, column + 1
        elif longest[row + 1][column] >= longest[row][column + 1]:
            row += 1
        else:
            column += 1
    return places


def _shown_for(resource: Resource, entry: _Entry) -> Property:
    conditions: dict[str, Any] = entry.body.get("displayOptions", {})
    shown = {"resource": [resource.resource], "operation": entry.operations, **conditions.get("show", {})}
    return {**entry.body, "displayOptions": {**conditions, "show": shown}}
