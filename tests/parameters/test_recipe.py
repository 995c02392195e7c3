"""A recipe gives each of many items the arguments that the request by itself would give it."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters import UNSET, ParameterError, Recipe, Values, build_arguments
from tests.parameters.operations import read, request

PANEL: tuple[dict[str, Any], ...] = (
    {"name": "title"},
    {"name": "note"},
    {"name": "count", "transform": "integer"},
    {"name": "extra", "type": "json", "default": "{}"},
    {"name": "kind", "default": "deal"},
)
DIFFERING = {"title", "count", "extra"}
FIRST = {"title": "First", "note": "N", "count": "1", "extra": {"a": {"x": 1}}}
OTHER = {"title": "Other", "note": "N", "count": "22", "extra": {"a": {"y": 2}, "list": {"0": "p", "1": "q"}}}

TITLE, NOTE, COUNT, EXTRA = ({"parameter": name} for name in ("title", "note", "count", "extra"))


def no_answer(path: str) -> Any:
    return UNSET


@pytest.mark.parametrize(
    "paths",
    [
        {"TITLE": TITLE, "NOTE": NOTE},
        {"NOTE": NOTE},
        {"f": EXTRA, "f__note": NOTE},
        {"f__note": NOTE, "f": EXTRA},
        {"f__note": NOTE, "f__title": TITLE, "g": {"value": {"b": [1]}}},
        {"f": [{"value": {"a": {"z": 3}}}, EXTRA], "g": NOTE},
        {"*": EXTRA, "a": NOTE, "g": {"value": 5}},
        {"*": [{"value": {"b": 1}}], "TITLE": TITLE, "NOTE": NOTE},
        {"f": {"object": {"title": TITLE, "note": NOTE}}, "g": {"object": {"note": NOTE}}},
        {"f": {**NOTE, "keyed_by": "title"}, "g": {**NOTE, "prefix": TITLE}},
        {"f": {"parameter": "missing", "otherwise": TITLE}},
        {"list__0": NOTE, "list__1": TITLE},
        {"COUNT": COUNT, "kind": {"parameter": "kind"}},
    ],
)
def test_the_arguments_are_those_of_the_request(paths: dict[str, Any]) -> None:
    panel = (*PANEL, {"name": "missing"})
    sent = request(**paths)
    recipe = Recipe(sent, read(*panel, **FIRST), DIFFERING)
    for given in (OTHER, FIRST, OTHER):
        values = read(*panel, **given)
        assert recipe.arguments(values) == build_arguments(sent, values, no_answer)


def values(**given: Any) -> Values:
    return read(*PANEL, **FIRST | given)


def test_what_is_generated_is_another_one_for_each_item() -> None:
    recipe = Recipe(request(CODE={"generate": "code"}, NOTE=NOTE), values(), DIFFERING)
    assert recipe.arguments(values())["CODE"] != recipe.arguments(values())["CODE"]


def test_a_value_that_cannot_be_used_is_refused_for_its_item_alone() -> None:
    recipe = Recipe(request(COUNT=COUNT), values(), DIFFERING)
    with pytest.raises(ParameterError, match="'count' must be a whole number; got many"):
        recipe.arguments(values(count="many"))
    assert recipe.arguments(values(count="3")) == {"COUNT": 3}
