"""What was given, what holds instead, and which conditions that fulfils."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters import UNSET, Values
from tests.parameters.operations import read

PANEL: tuple[dict[str, Any], ...] = (
    {"name": "kind", "default": "a"},
    {"name": "title"},
    {"name": "returnAll", "type": "boolean", "default": False, "use": "returnAll"},
    {"name": "options", "type": "collection", "default": {}, "members": [{"name": "note"}, {"name": "draft"}]},
)


@pytest.fixture
def values() -> Values:
    return read(*PANEL, title="T", options={"note": "N", "draft": ""})


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({}, True),
        ({"kind": ("a", "b")}, True),
        ({"kind": ("b",)}, False),
        ({"title": ("T",)}, True),
        ({"title": "given"}, True),
        ({"title": "missing"}, False),
        ({"options": "given"}, True),
        ({"options.note": "given"}, True),
        ({"options.draft": "given"}, False),
        ({"options.draft": "missing"}, True),
        ({"unknown": "missing"}, True),
        ({"unknown": ("a",)}, False),
        ({"returnAll": (False,), "title": "given"}, True),
        ({"returnAll": (True,), "title": "given"}, False),
    ],
)
def test_every_entry_of_a_condition_must_hold(values: Values, condition: Any, *, holds: bool) -> None:
    assert values.fulfils(condition) is holds


@pytest.mark.parametrize(
    ("path", "given", "effective"),
    [("title", "T", "T"), ("options.note", "N", "N"), ("options", UNSET, {}), ("unknown", UNSET, UNSET)],
)
def test_what_is_given_and_what_holds(values: Values, path: str, given: Any, effective: Any) -> None:
    assert (values.get(path), values.effective(path)) == (given, effective)


def test_a_parameter_is_found_by_its_use(values: Values) -> None:
    assert values.used("returnAll") is False
    assert values.used("limit") is UNSET


def test_not_given_is_falsy_and_tells_so() -> None:
    assert (bool(UNSET), repr(UNSET)) == (False, "UNSET")
