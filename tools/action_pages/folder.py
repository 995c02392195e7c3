"""The folder with the pages: which there are, and what stands in each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bitrix_node.definitions import Definitions
from tests.case_files import load_cases
from tools.action_pages.markdown import table
from tools.action_pages.page import resource_page

if TYPE_CHECKING:
    from bitrix_node.definitions import Resource

FOLDER = Path(__file__).parents[2] / "docs" / "actions"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    definitions = Definitions.packaged()
    cases = load_cases()
    written = {
        f"{name}.md": resource_page(definitions.resource(name), [case for case in cases if case.resource == name])
        for name in definitions.resource_names
    }
    return {"README.md": _contents([definitions.resource(name) for name in definitions.resource_names]), **written}


def _contents(resources: list[Resource]) -> str:
    ordered = sorted(resources, key=lambda resource: resource.name)
    rows = [
        [f"[{resource.name}]({resource.resource}.md)", str(len(resource.operations)), resource.description]
        for resource in ordered
    ]
    count = sum(len(resource.operations) for resource in resources)
    return (
        "# Actions\n\n"
        f"{count} actions in {len(resources)} resources. The pages are written from the definitions: "
        "`python -m tools.action_pages`.\n\n" + table(["Resource", "Actions", "What for"], rows)
    )
