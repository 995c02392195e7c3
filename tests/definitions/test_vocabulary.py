"""The vocabulary is written down once: what the schemas allow is what the models hold."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

import pytest
from jsonschema import Draft202012Validator

from bitrix_node.definitions import lookups, models, polling, trigger
from bitrix_node.definitions.locations import packaged_data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

SCHEMAS = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(packaged_data().schema.glob("*.json"))}

# Schema part -> its model, the keys that only the terse form has, and those that only the resolved form has.
PAIRS: dict[str, tuple[Any, type[BaseModel], set[str], set[str]]] = {
    "option": (SCHEMAS["parameter.schema.json"]["$defs"]["option"], models.Option, set(), set()),
    "group": (SCHEMAS["parameter.schema.json"]["$defs"]["group"], models.ParameterGroup, set(), set()),
    "parameter": (SCHEMAS["parameter.schema.json"]["$defs"]["parameter"], models.Parameter, set(), set()),
    "resource": (
        SCHEMAS["resource.schema.json"]["$defs"]["resource"],
        models.Resource,
        {"conditions", "tables", "parameters", "parametersOf", "operationFiles"},
        set(),
    ),
    "operation": (
        SCHEMAS["resource.schema.json"]["$defs"]["operation"],
        models.Operation,
        {"request", "options"},
        {"operation"},
    ),
    "refused use": (
        SCHEMAS["resource.schema.json"]["$defs"]["operation"]["properties"]["refusals"]["items"],
        models.RefusedUse,
        set(),
        set(),
    ),
    "request": (SCHEMAS["resource.schema.json"]["$defs"]["request"], models.Request, set(), set()),
    "catalogue": (
        SCHEMAS["resource.schema.json"]["$defs"]["request"]["properties"]["catalogue"],
        models.CatalogueUse,
        set(),
        set(),
    ),
    "fallback": (
        SCHEMAS["resource.schema.json"]["$defs"]["request"]["properties"]["afterRefusal"],
        models.Fallback,
        set(),
        set(),
    ),
    "paging": (
        SCHEMAS["resource.schema.json"]["$defs"]["request"]["properties"]["paging"]["else"],
        models.Paging,
        set(),
        set(),
    ),
    "answer": (SCHEMAS["resource.schema.json"]["$defs"]["answer"], models.Answer, set(), set()),
    "source": (SCHEMAS["resource.schema.json"]["$defs"]["sourceObject"], models.Source, set(), set()),
    "lookup use": (
        SCHEMAS["parameter.schema.json"]["$defs"]["lookupUse"],
        models.LookupUse,
        set(),
        {"noun", "ids", "pattern", "example", "hint"},
    ),
    "lookup": (SCHEMAS["lookup.schema.json"]["$defs"]["lookup"], lookups.Lookup, set(), set()),
    "lookup request": (SCHEMAS["lookup.schema.json"]["$defs"]["request"], lookups.LookupRequest, set(), set()),
    "lookup each": (SCHEMAS["lookup.schema.json"]["$defs"]["each"], lookups.Each, set(), set()),
    "lookup search": (SCHEMAS["lookup.schema.json"]["$defs"]["search"], lookups.Search, set(), set()),
    "node": (SCHEMAS["node.schema.json"], models.NodeDefinition, set(), set()),
    "trigger": (SCHEMAS["trigger.schema.json"], trigger.TriggerDefinition, set(), set()),
    "record": (SCHEMAS["trigger.schema.json"]["$defs"]["record"], trigger.RecordSource, set(), set()),
    "bot event": (SCHEMAS["trigger.schema.json"]["$defs"]["botEvent"], trigger.BotEvent, set(), set()),
    "credential": (SCHEMAS["credential.schema.json"], models.CredentialType, set(), set()),
    "polling": (SCHEMAS["polling.schema.json"], polling.Polling, set(), set()),
    "polled list": (SCHEMAS["polling.schema.json"]["$defs"]["list"], polling.PolledList, set(), set()),
    "polled record": (SCHEMAS["polling.schema.json"]["$defs"]["record"], polling.PolledRecord, set(), set()),
    "polled field": (SCHEMAS["polling.schema.json"]["$defs"]["rowField"], polling.RowField, set(), set()),
    "credential test": (SCHEMAS["credential.schema.json"]["properties"]["test"], models.CredentialTest, set(), set()),
}


@pytest.mark.parametrize("part", PAIRS)
def test_schema_and_model_have_the_same_keys(part: str) -> None:
    schema, model, terse, resolved = PAIRS[part]
    fields = {field.alias or name for name, field in model.model_fields.items()}
    assert set(schema["properties"]) - terse == fields - resolved


def test_schema_and_models_list_the_same_words() -> None:
    parameter = SCHEMAS["parameter.schema.json"]["$defs"]["parameter"]["properties"]
    request = SCHEMAS["resource.schema.json"]["$defs"]["request"]["properties"]
    assert parameter["type"]["enum"] == list(get_args(models.ParameterType))
    assert parameter["use"]["enum"] == list(get_args(models.ParameterUse))
    assert request["handler"]["enum"] == list(get_args(models.Request.model_fields["handler"].annotation))
    assert request["version"]["enum"] == list(get_args(models.Request.model_fields["version"].annotation))


@pytest.mark.parametrize("name", SCHEMAS)
def test_schemas_are_valid_and_closed(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    for part in objects_in(SCHEMAS[name]):
        assert part["additionalProperties"] is False
        undescribed = [key for key, schema in part["properties"].items() if not is_described(schema)]
        assert undescribed == []


def objects_in(schema: Any) -> Iterator[dict[str, Any]]:
    """Every part of a schema that lists the keys of an object."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for part in schema.values():
            yield from objects_in(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from objects_in(part)


def is_described(schema: dict[str, Any]) -> bool:
    """Whether a key says what it means, itself or through what it refers to."""
    if "description" in schema or "$ref" not in schema:
        return bool(schema.get("description"))
    file, _, pointer = schema["$ref"].partition("#/$defs/")
    files = [SCHEMAS[file]] if file else SCHEMAS.values()
    return any(
        is_described(candidate["$defs"][pointer]) for candidate in files if pointer in candidate.get("$defs", {})
    )
