"""The definitions that the package ships."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.definitions.listing import list_actions
from bitrix_node.definitions.validation import validate

if TYPE_CHECKING:
    from bitrix_node.definitions import Operation, Parameter

DEFINITIONS = Definitions.packaged()
OPERATIONS = [
    (name, operation) for name in DEFINITIONS.resource_names for operation in DEFINITIONS.resource(name).operations
]


def test_they_are_right() -> None:
    assert [str(fault) for fault in validate()] == []


def test_every_resource_has_the_actions_it_promises() -> None:
    counted = {name: len(DEFINITIONS.resource(name).operations) for name in DEFINITIONS.resource_names}
    promised = {"chatbot": 20, "chat": 8, "crm": 6, "user": 6, "task": 9, "file": 7, "directApi": 1}
    assert {name: counted.get(name) for name in promised} == promised


@pytest.mark.parametrize(("resource", "operation"), OPERATIONS, ids=lambda value: getattr(value, "operation", value))
def test_every_action_has_its_texts(resource: str, operation: Operation) -> None:
    assert operation.name
    assert operation.action
    assert operation.description
    assert operation.calls or operation.refuses
    untold = [parameter.name for parameter in fields_of(operation.parameters) if not parameter.description]
    assert untold == [], f"{resource} {operation.operation}"


def test_actions_can_be_told_apart() -> None:
    rows = list_actions(DEFINITIONS)
    assert len({row["action"] for row in rows}) == len(rows)
    assert len({(row["resource"], row["operation"]) for row in rows}) == len(rows)


def test_every_credential_belongs_to_a_choice_of_sign_in() -> None:
    choices = {option.value for option in DEFINITIONS.node.authentication.options or ()}
    assert {credential.authentication for credential in DEFINITIONS.credentials.values()} == choices


def fields_of(parameters: tuple[Parameter, ...]) -> list[Parameter]:
    """All fields that a person sees, the ones inside collections and rows included."""
    fields: list[Parameter] = []
    for parameter in parameters:
        if parameter.refuses:
            continue  # the panel does not show it
        inner = [*parameter.members, *(member for group in parameter.groups for member in group.members)]
        fields += [parameter] if parameter.type not in {"collection", "notice"} else []
        fields += fields_of(tuple(inner))
    return fields
