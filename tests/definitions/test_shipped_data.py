"""The definitions that the package ships."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.definitions.listing import list_actions
from bitrix_node.definitions.validation import validate
from bitrix_node.definitions.yaml_files import read_yaml

if TYPE_CHECKING:
    from bitrix_node.definitions import Operation, Parameter

DEFINITIONS = Definitions.packaged()
OPERATIONS = [
    (name, operation) for name in DEFINITIONS.resource_names for operation in DEFINITIONS.resource(name).operations
]


def test_they_are_right() -> None:
    assert [str(fault) for fault in validate()] == []


def test_every_resource_has_the_actions_it_promises() -> None:
    promised = read_yaml(Path(__file__).with_name("promised_actions.yaml"))
    offered = {(name, operation.operation) for name, operation in OPERATIONS}
    missing = [
        f"{name} {entry}" for name, entries in promised.items() for entry in entries if (name, entry) not in offered
    ]
    assert not missing, f"{len(missing)} actions are missing: {', '.join(missing)}"


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
