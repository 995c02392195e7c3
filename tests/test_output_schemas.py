"""What items look like before an action ran: known of every action, true of every case (chains see to their own)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.definitions.models import Source
from bitrix_node.n8n.package.outputs import output_schemas
from tests.case_files import Case, load_cases
from tools.output_schemas.shapes import merged, shape_of, shapes_of, typed

if TYPE_CHECKING:
    from bitrix_node.definitions.models import Operation

DEFINITIONS = Definitions.packaged()
OUTPUTS = DEFINITIONS.outputs
CASES = [case for case in load_cases() if case.returns and case.operation in OUTPUTS[case.resource]]


def calls_any_method(operation: Operation) -> bool:
    return any(isinstance(request.method, Source) or request.handler == "batch" for request in operation.calls)


@pytest.mark.parametrize("resource", DEFINITIONS.resource_names)
def test_every_action_with_a_method_of_its_own_is_told_of(resource: str) -> None:
    for operation in DEFINITIONS.resource(resource).operations:
        is_known = bool(OUTPUTS[resource].get(operation.operation))
        is_told = not operation.refuses and not calls_any_method(operation)
        assert is_known == is_told, operation.operation


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.resource}: {case.case}")
def test_a_case_has_no_fields_of_its_own(case: Case) -> None:
    known = OUTPUTS[case.resource][case.operation]
    found = merged([known, *shapes_of(case.parameters, case.returns or [])])
    assert found == known, "run `python -m tools.output_schemas`"


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (
            {"id": 1, "title": "Bench", "opened": True, "mark": None},
            {"id": "number", "title": "string", "opened": "boolean", "mark": "null"},
        ),
        (
            {"tags": ["a", 2], "files": [], "parts": [{"a": 1}, {"b": "x"}]},
            {"tags": ["number|string"], "files": [], "parts": [{"a": "number", "b": "string"}]},
        ),
        (
            {"951": {"1": "x"}, "UF_CRM_NOTE": "x", "UF_CRM_TASK": [], "PROPERTY_9": "x", "property258": 1},
            {"UF_CRM_TASK": []},
        ),
        ({f"F{number}": {"type": "string"} for number in range(8)}, {}),
    ],
)
def test_a_shape_has_types_and_no_values(value: Any, shape: Any) -> None:
    assert shape_of(value) == shape


@pytest.mark.parametrize(
    ("shapes", "shape"),
    [
        ([], ""),
        (["null", "number"], "number"),
        (["null", "null"], "null"),
        (["string", "number|string"], "number|string"),
        ([{"a": "number"}, {"b": "null"}, {"b": "string"}], {"a": "number", "b": "string"}),
        ([[], {"a": "number"}], {"a": "number"}),
        ([["null"], "string", [{"a": "number"}]], [{"a": "number"}]),
    ],
)
def test_shapes_are_merged(shapes: list[Any], shape: Any) -> None:
    assert merged(shapes) == shape


def test_an_empty_field_has_the_type_that_others_give_it() -> None:
    assert typed({"a": "null", "b": "null"}, {"a": "string", "b": "null"}) == {"a": "string", "b": "null"}


@pytest.mark.parametrize(
    "parameters", [{"entityType": "product"}, {"crmOptions": {"output": "raw"}}, {"options": {"simplify": False}}]
)
def test_items_of_another_kind_do_not_count(parameters: dict[str, Any]) -> None:
    assert shapes_of(parameters, [{"json": {"ID": 1}}]) == []


def test_n8n_gets_a_schema_for_each_action_of_a_node() -> None:
    outputs: dict[str, dict[str, Any]] = {
        "crm": {"get": {"id": "number", "fm": [{"value": "number|string"}], "files": []}},
        "task": {"get": {}},
    }
    either = {"type": ["number", "string"]}
    assert output_schemas(1, ["crm"], outputs) == {
        "__schema__/v1.0.0/crm/get.json": {
            "type": "object",
            "properties": {
                "id": {"type": "number"},
                "fm": {"type": "array", "items": {"type": "object", "properties": {"value": either}}},
                "files": {"type": "array"},
            },
            "version": 1,
        }
    }


def test_nothing_of_a_portal_is_told() -> None:
    assert "UF_CRM_17" not in json.dumps(OUTPUTS)
