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
    "outputs": "outputs.schema.json",
    "polling": "polling.schema.json",
    "trigger": "trigger.schema.json",
    "credential": "credential.schema.json",
    "resource": "resource.schema.json#/$defs/resource",
    "part": "resource.schema.json#/$defs/part",
    "fieldLookup": "fieldLookup.schema.json#/$defs/lookup",
    "lookups": "lookup.schema.json",
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
        finding = _Finding.of(error)
        for path, message, expected in finding.described():
            fault = Fault(file, joined(path), message, expected)
            faults.setdefault(fault, SchemaFault(fault, path, finding.is_structural))
    return list(faults.values())


@cache
def _validator(kind: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": KINDS[kind]}, registry=_registry())


@cache
def _registry() -> Registry[Any]:
    schemas = [json.loads(path.read_text(encoding="utf-8")) for path in packaged_data().schema.glob("*.schema.json")]
    return Registry().with_resources((schema["$id"], Resource.from_contents(schema)) for schema in schemas)


_Path = tuple[str | int, ...]
_Description = tuple[_Path, str, str]


@dataclass(frozen=True, slots=True)
class _Finding:
    """One thing that jsonschema found: the value at a path, the rule it breaks, and what the rule wants."""

    path: _Path
    value: Any
    rule: str
    wanted: Any
    schema: dict[str, Any]
    is_key: bool

    @classmethod
    def of(cls, error: ValidationError) -> _Finding:
        schema: Any = error.schema
        path = tuple(error.absolute_path)
        is_key = "propertyNames" in error.schema_path
        return cls(path, error.instance, str(error.validator), error.validator_value, schema, is_key)

    @property
    def is_structural(self) -> bool:
        if self.rule == "required":
            is_operation = len(self.path) == len(("operations", "name")) and self.path[0] == "operations"
            return bool(self.path) and not is_operation and list(self.wanted) != ["displayName"]
        return self.rule not in _HARMLESS

    @property
    def meaning(self) -> str:
        if self.rule == "minimum":
            return f"{self.wanted} or more"
        return str(self.schema.get("description") or f"something like {self.wanted}").removesuffix(".")

    def described(self) -> Iterator[_Description]:
        if self.is_key:
            yield (*self.path, str(self.value)), f"{shown(self.value)} cannot be a key here", self.meaning
        else:
            yield from _DESCRIBERS.get(self.rule, _other)(self)


def _unknown_keys(finding: _Finding) -> Iterator[_Description]:
    known = finding.schema.get("properties", {})
    for key in finding.value:
        if key not in known:
            yield (*finding.path, str(key)), f"the key {shown(key)} is not known here", one_of(known, key)


def _missing_keys(finding: _Finding) -> Iterator[_Description]:
    for key in finding.wanted:
        if key not in finding.value:
            meaning = finding.schema.get("properties", {}).get(key, {}).get("description", "")
            yield finding.path, f"the key {shown(key)} is missing", f"{key}: {meaning}".rstrip(": .")


def _not_exactly_one(finding: _Finding) -> Iterator[_Description]:
    if not isinstance(finding.value, dict):
        return  # what it should be is said by the rule about its type
    choices = [key for branch in finding.wanted for key in branch.get("required", [])]
    there = [key for key in choices if key in finding.value]
    message = f"{' and '.join(there)} stand side by side" if there else f"none of {', '.join(choices)} is there"
    at_least = "at least" if finding.rule == "anyOf" else "exactly"
    yield finding.path, message, f"{at_least} one of {', '.join(choices)}"


def _wrong_type(finding: _Finding) -> Iterator[_Description]:
    kinds = [finding.wanted] if isinstance(finding.wanted, str) else finding.wanted
    yield finding.path, f"here stands {shown(finding.value)}", " or ".join(_TYPES[kind] for kind in kinds)


def _wrong_choice(finding: _Finding) -> Iterator[_Description]:
    yield finding.path, f"here stands {shown(finding.value)}", one_of(finding.wanted, finding.value)


def _repeated(finding: _Finding) -> Iterator[_Description]:
    for index, entry in enumerate(finding.value):
        if entry in finding.value[:index]:
            yield (*finding.path, index), f"{shown(entry)} stands in the list twice", "each entry once"


def _too_small(finding: _Finding) -> Iterator[_Description]:
    yield finding.path, f"here stands {shown(finding.value)}", "at least one entry"


def _other(finding: _Finding) -> Iterator[_Description]:
    yield finding.path, f"here stands {shown(finding.value)}", finding.meaning


_DESCRIBERS: dict[str, Callable[[_Finding], Iterator[_Description]]] = {
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
