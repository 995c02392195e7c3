"""Files against the JSON Schemas of the vocabulary, in messages that say what stands there and what would be right."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from bitrix_node.definitions.faults import Fault, joined, one_of, shown
from bitrix_node.definitions.locations import packaged_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jsonschema import ValidationError

KINDS = {
    "manifest": "manifest.schema.json",
    "node": "node.schema.json",
    "credential": "credential.schema.json",
    "resource": "resource.schema.json#/$defs/resource",
    "part": "resource.schema.json#/$defs/part",
}
"""Kind of file -> its schema; a `part` is a file of a resource's folder that holds operations only."""

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}
_HARMLESS = {"additionalProperties", "pattern", "minLength"}


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """A fault with what other checks need to know about it.

    Attributes:
        fault: what is reported.
        path: its place as steps.
        structural: whether the part it stands in is so misshapen that other checks must leave it aside.
    """

    fault: Fault
    path: tuple[str | int, ...]
    structural: bool


def schema_faults(kind: str, document: Any, file: str) -> list[SchemaFault]:
    """Every place where a document leaves the vocabulary.

    Args:
        kind: what the file is: one of `KINDS`.
        document: what the file holds.
        file: how faults call the file.
    """
    faults: dict[Fault, SchemaFault] = {}
    for error in _validator(kind).iter_errors(document):
        for path, message, expected in _described(error):
            fault = Fault(file, joined(path), message, expected)
            faults.setdefault(fault, SchemaFault(fault, path, _is_structural(error, path)))
    return list(faults.values())


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": KINDS[kind]}, registry=_registry())


@cache
def _registry() -> Registry[Any]:
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in packaged_data().schema.glob("*.schema.json")]
    return Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in schemas)


_Description = tuple[tuple[str | int, ...], str, str]


def _described(error: ValidationError) -> Iterator[_Description]:
    path = tuple(error.absolute_path)
    if "propertyNames" in error.schema_path:
        yield (*path, str(error.instance)), f"{shown(error.instance)} cannot be a key here", _meaning(error)
    else:
        yield from _DESCRIBERS.get(str(error.validator), _other)(error, path)


def _unknown_keys(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    known = error.schema.get("properties", {})
    for key in error.instance:
        if key not in known:
            yield (*path, str(key)), f"the key {shown(key)} is not known here", one_of(known, key)


def _missing_keys(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    for key in error.validator_value:
        if key not in error.instance:
            meaning = error.schema.get("properties", {}).get(key, {}).get("description", "")
            yield path, f"the key {shown(key)} is missing", f"{key}: {meaning}" if meaning else f"{key} to be there"


def _not_exactly_one(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    choices = [key for branch in error.validator_value for key in branch.get("required", [])]
    there = [key for key in choices if key in error.instance]
    message = f"{' and '.join(there)} stand side by side" if there else f"none of {', '.join(choices)} is there"
    at_least = "at least" if error.validator == "anyOf" else "exactly"
    yield path, message, f"{at_least} one of {', '.join(choices)}"


def _wrong_type(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    wanted = error.validator_value
    kinds = [wanted] if isinstance(wanted, str) else wanted
    yield path, f"here stands {shown(error.instance)}", " or ".join(_TYPES[kind] for kind in kinds)


def _wrong_choice(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    yield path, f"here stands {shown(error.instance)}", one_of(error.validator_value, error.instance)


def _repeated(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    for index, entry in enumerate(error.instance):
        if entry in error.instance[:index]:
            yield (*path, index), f"{shown(entry)} stands in the list twice", "each entry once"


def _too_small(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    yield path, f"here stands {shown(error.instance)}", "at least one entry"


def _other(error: ValidationError, path: tuple[str | int, ...]) -> Iterator[_Description]:
    yield path, f"here stands {shown(error.instance)}", _meaning(error)


def _meaning(error: ValidationError) -> str:
    if error.validator == "minimum":
        return f"{error.validator_value} or more"
    described = error.schema.get("description") or f"something like {error.validator_value}"
    return str(described).removesuffix(".")


_DESCRIBERS: dict[str, Callable[[ValidationError, tuple[str | int, ...]], Iterator[_Description]]] = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "oneOf": _not_exactly_one,
    "anyOf": _not_exactly_one,
    "type": _wrong_type,
    "enum": _wrong_choice,
    "uniqueItems": _repeated,
    "minItems": _too_small,
    "minProperties": _too_small,
}


def _is_structural(error: ValidationError, path: tuple[str | int, ...]) -> bool:
    if error.validator == "required":
        is_operation = len(path) == len(("operations", "name")) and path[0] == "operations"
        return bool(path) and not is_operation and list(error.validator_value) != ["displayName"]
    return error.validator not in _HARMLESS
