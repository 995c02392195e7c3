"""Bad input, for every parameter of every action: refused before anything is sent, in words that name the field."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.handlers import explain
from bitrix_node.parameters import ParameterError, read_values
from bitrix_node.runtime import ItemFailed, Node
from tests.case_files import Case, load_cases
from tests.scripted_portal import ScriptedPortal
from tests.test_cases import credential_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.definitions import Operation, Parameter

DEFINITIONS = Definitions.packaged()
CASES: dict[tuple[str, str], list[Case]] = {}
for _case in load_cases():
    if _case.sends:
        CASES.setdefault((_case.resource, _case.operation), []).append(_case)

NO_NUMBER = {"integer", "integerList", "taskNumber", "chatNumber"}
"""Transforms that want numbers."""


WRONG_VALUES = {
    "number": [("many", "a number")],
    "boolean": [("perhaps", "true or false")],
    "json": [('{"a": ', "column 7")],
    "dateTime": [("next week", "date")],
}


@dataclass(frozen=True)
class Bad:
    """One value that cannot be meant, for one parameter of one action."""

    cases: tuple[Case, ...]
    path: str
    display_name: str
    value: Any
    says: str

    def __str__(self) -> str:
        return f"{self.cases[0].resource} {self.cases[0].operation} {self.path}={self.value!r}"

    def parameters(self, case: Case) -> dict[str, Any]:
        """What the case gives, with the bad value in it."""
        parameters = deepcopy(case.parameters)
        name, _, member = self.path.partition(".")
        if member:
            parameters.setdefault(name, {})[member] = self.value
        else:
            parameters[name] = self.value
        return parameters

    def refusal(self) -> ParameterError | None:
        """What the action says to it, in the first case where it says anything: elsewhere the field may have no use."""
        operation = DEFINITIONS.operation(self.cases[0].resource, self.cases[0].operation)
        for case in self.cases:
            try:
                explain(operation, read_values(operation, self.parameters(case), case.item.get("binary")))
            except ParameterError as error:
                if error.parameter == self.path:
                    return error
        return None


def bad_values(parameter: Parameter) -> Iterator[tuple[Any, str]]:
    """Values that cannot be meant, with words of the message."""
    if parameter.required and parameter.type not in {"collection", "boolean", "options"}:
        yield "", "is required"
    yield from WRONG_VALUES.get(parameter.type, ())
    if parameter.min_value is not None:
        yield parameter.min_value - 1, "or more"
    if parameter.max_value is not None:
        yield parameter.max_value + 1, "or less"
    if parameter.options and not parameter.custom_values:
        yield "no such choice", str(parameter.options[0].value)
    if parameter.use == "inputDataField":
        yield "no_such_file", "binary field"
    elif parameter.type == "string" and parameter.transform in NO_NUMBER:
        yield "no number", "number"


def every_bad_value() -> Iterator[Bad]:
    for resource in DEFINITIONS.resource_names:
        for operation in DEFINITIONS.resource(resource).operations:
            for parameter in operation.parameters:
                yield from _bad(resource, operation, parameter, parameter.name)
                for member in parameter.members:
                    yield from _bad(resource, operation, member, f"{parameter.name}.{member.name}")


def _bad(resource: str, operation: Operation, parameter: Parameter, path: str) -> Iterator[Bad]:
    cases = _cases_with(resource, operation, path)
    if not cases or parameter.refuses:
        return
    for value, says in bad_values(parameter):
        yield Bad(cases, path, parameter.display_name, value, says)


def _cases_with(resource: str, operation: Operation, path: str) -> tuple[Case, ...]:
    """The cases that give the parameter, so that it is shown and used; otherwise all."""
    cases = CASES.get((resource, operation.operation), [])
    name, _, member = path.partition(".")
    return tuple([case for case in cases if _given(case.parameters, name, member)] or cases)


def _given(parameters: dict[str, Any], name: str, member: str) -> bool:
    value = parameters.get(name)
    return name in parameters and (not member or (isinstance(value, dict) and member in value))


BAD = list(every_bad_value())


def test_every_kind_of_bad_value_is_tried() -> None:
    assert {bad.says for bad in BAD} >= {"is required", "a number", "or more", "true or false", "column 7", "date"}
    assert len(BAD) > len(DEFINITIONS.resource_names)


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_it_is_refused_in_words_that_name_it(bad: Bad) -> None:
    refusal = bad.refusal()
    assert refusal is not None, "was not refused"
    assert f"'{bad.display_name}'" in refusal.message
    assert bad.says in f"{refusal.message} {refusal.advice}"


@pytest.mark.parametrize("kind", sorted({bad.says for bad in BAD}))
async def test_nothing_is_sent_and_the_item_is_named(kind: str) -> None:
    bad = next(bad for bad in BAD if bad.says == kind)
    case = bad.cases[0]
    async with ScriptedPortal.with_answers([]) as portal, Node(credential_for(case, portal)) as node:
        with pytest.raises(ItemFailed, match=r"\[item 0, "):
            await node.execute(
                case.resource, case.operation, parameters=bad.parameters(case), items=[case.item or {"json": {}}]
            )
        assert portal.requests == 0
