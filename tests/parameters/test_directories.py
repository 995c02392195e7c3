"""Colors and outcomes of stages."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import directories


@pytest.mark.parametrize(
    ("given", "color"), [("#39A8EF", "#39A8EF"), (" 39a8ef ", "#39A8EF"), ("#0f8", "#00FF88"), ("123456", "#123456")]
)
def test_a_color_has_six_digits(given: str, color: str) -> None:
    assert directories.hex_color(given) == color


@pytest.mark.parametrize("given", ["red", "#39A8E", "", "#39A8EF00", "rgb(1,2,3)"])
def test_anything_else_is_no_color(given: str) -> None:
    with pytest.raises(UnusableValue, match="six hexadecimal digits"):
        directories.hex_color(given)


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({"SEMANTICS": "process", "COLOR": "#39A8EF"}, {"COLOR": "#39A8EF"}),
        ({"semantics": "success"}, {"SEMANTICS": "S"}),
        ({"SEMANTICS": "apology", "COLOR": ""}, {"SEMANTICS": "F"}),
        ({"SEMANTICS": None}, {}),
        ({}, {}),
    ],
)
def test_extra_is_taken_apart(given: dict[str, Any], fields: dict[str, str]) -> None:
    assert directories.stage_extra(given) == fields


@pytest.mark.parametrize("given", [[], "x", {"SIZE": 3}])
def test_extra_holds_nothing_else(given: Any) -> None:
    with pytest.raises(UnusableValue, match="COLOR and SEMANTICS alone"):
        directories.stage_extra(given)


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(UnusableValue, match="process, success or failure"):
        directories.stage_extra({"SEMANTICS": "maybe"})


def test_only_the_color_of_a_stage_can_change() -> None:
    assert directories.stage_color({"COLOR": "abc"}) == {"COLOR": "#AABBCC"}
    assert directories.stage_color({}) == {}
    with pytest.raises(UnusableValue, match="COLOR alone"):
        directories.stage_color({"SEMANTICS": "S"})


PIPELINES = [{"id": 35, "isDefault": "N"}, {"id": 37, "isDefault": "Y"}]


@pytest.mark.parametrize(
    ("given", "directory"),
    [
        ({"entity": "deal"}, "DEAL_STAGE"),
        ({"entity": "deal", "pipelineId": 0}, "DEAL_STAGE"),
        ({"entity": "deal", "pipelineId": 5}, "DEAL_STAGE_5"),
        ({"entity": "lead"}, "STATUS"),
        ({"entity": "quote"}, "QUOTE_STATUS"),
        ({"entity": "invoice", "pipelines": PIPELINES}, "SMART_INVOICE_STAGE_37"),
        ({"entity": "smartProcess", "entityTypeId": 1038, "pipelineId": 35}, "DYNAMIC_1038_STAGE_35"),
        ({"entity": "smartProcess", "entityTypeId": 1038, "pipelines": PIPELINES}, "DYNAMIC_1038_STAGE_37"),
    ],
)
def test_stages_stand_in_the_directory_of_their_pipeline(given: dict[str, Any], directory: str) -> None:
    assert directories.stage_directory(given) == directory


@pytest.mark.parametrize("pipelines", [None, [], [{"id": 35, "isDefault": "N"}]])
def test_stages_without_a_pipeline_are_not_found(pipelines: Any) -> None:
    with pytest.raises(UnusableValue, match="the ID of a pipeline"):
        directories.stage_directory({"entity": "smartProcess", "entityTypeId": 1038, "pipelines": pipelines})
