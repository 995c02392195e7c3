"""Where a text says that it holds several values, an expression may give them as a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.parameters import read_values
from bitrix_node.parameters.conversion import converted
from bitrix_node.parameters.types import TAKE_LISTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bitrix_node.definitions import Parameter

DEFINITIONS = Definitions.packaged()


def every(parameters: Iterable[Parameter]) -> Iterator[Parameter]:
    for parameter in parameters:
        yield parameter
        yield from every(parameter.members)
        for group in parameter.groups or ():
            yield from every(group.members)


def texts_of_several_values() -> Iterator[tuple[str, Parameter]]:
    for resource in DEFINITIONS.resource_names:
        for operation in DEFINITIONS.resource(resource).operations:
            for parameter in every(operation.parameters):
                told = parameter.description or ""
                if parameter.type == "string" and parameter.use is None and "separated by commas" in told:
                    yield f"{resource} {operation.operation} {parameter.name}", parameter


def test_they_take_lists() -> None:
    refusing = [place for place, parameter in texts_of_several_values() if parameter.transform not in TAKE_LISTS]
    assert not refusing


@pytest.mark.parametrize("value", ["Blue", ["Blue", "Red"], {"VALUE": "Blue"}, True, ""])
@pytest.mark.parametrize(
    ("resource", "operation", "group"),
    [
        ("crm", "create", "fields.fieldItems"),
        ("spa", "createItem", "fields.fieldItems"),
        ("lists", "addElement", "fieldsUi.fieldsValues"),
    ],
)
def test_the_value_of_a_field_is_what_an_expression_gives(
    resource: str, operation: str, group: str, value: Any
) -> None:
    parameter, _, rows = group.partition(".")
    needed = {"lists": {"IBLOCK_ID": 5}, "spa": {"entityTypeId": 1038}}.get(resource, {})
    given = {**needed, parameter: {rows: [{"fieldName": "UF_CRM_COLOR", "fieldValue": value}]}}
    values = read_values(DEFINITIONS.operation(resource, operation), given)
    found = converted(values, parameter, "listFields" if resource == "lists" else "crmFields")
    assert list(found.values()) == [value]
