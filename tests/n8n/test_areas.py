"""The nodes by area: the same node with some of its resources, under names that n8n's search finds."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bitrix_node.definitions.catalog import Definitions
from bitrix_node.n8n.package.build import package_files
from bitrix_node.n8n.package.scripts import class_name

DEFINITIONS = Definitions.packaged()
FILES = package_files(DEFINITIONS)
AREAS = DEFINITIONS.node.areas
# n8n's linter wants choices in alphabetical order from five on, so the order of use needs fewer.
MOST_RESOURCES = 4


def description(node: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(FILES[f"dist/nodes/{class_name(node)}/description.json"])
    return content


def choice(node: str, name: str) -> list[dict[str, Any]]:
    return [entry for entry in description(node)["properties"] if entry["name"] == name]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.node)
def test_an_area_is_the_node_with_its_own_resources_in_order_of_use(area: Any) -> None:
    (resource,) = choice(area.node, "resource")
    assert [option["value"] for option in resource["options"]] == list(area.resources)
    assert resource["default"] == area.resources[0]
    assert len(area.resources) <= MOST_RESOURCES
    whole = {entry["displayOptions"]["show"]["resource"][0]: entry for entry in choice("bitrix24", "operation")}
    assert choice(area.node, "operation") == [whole[name] for name in area.resources]


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.node)
def test_an_area_runs_the_same_code_by_the_same_plan(area: Any) -> None:
    own, whole = class_name(area.node), class_name(DEFINITIONS.node.node)
    script = FILES[f"dist/nodes/{own}/{own}.node.js"].decode()
    assert script == FILES[f"dist/nodes/{whole}/{whole}.node.js"].decode().replace(whole, own)
    assert f"dist/nodes/{own}/{own}.node.js" in json.loads(FILES["package.json"])["n8n"]["nodes"]


def test_the_whole_node_keeps_its_name_and_all_resources() -> None:
    (resource,) = choice("bitrix24", "resource")
    assert {option["value"] for option in resource["options"]} == set(DEFINITIONS.resource_names)


def test_no_phrase_leads_to_several_areas_by_chance() -> None:
    phrases = [alias for area in AREAS for alias in area.aliases if " " in alias]
    assert sorted({phrase for phrase in phrases if phrases.count(phrase) > 1}) == ["log a call"]
    for area in AREAS:
        assert list(area.aliases) == sorted(area.aliases), area.node
