"""Every resource opened once in n8n's real panel: its operations are there, and the fields that must be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import expect

from bitrix_node.definitions.catalog import Definitions
from bitrix_node.n8n.installation.up import CREDENTIAL_NAME
from tests.e2e.workflows import bitrix24, chain

if TYPE_CHECKING:
    from bitrix_node.definitions import Operation
    from bitrix_node.n8n.installation.client import N8nClient
    from tests.e2e.editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

DEFINITIONS = Definitions.packaged()
ADDED_BY_N8N = "Custom API Call"


def fullest_operation(resource: str) -> Operation:
    """The operation that needs the most: its panel shows what required fields look like."""
    operations = [operation for operation in DEFINITIONS.resource(resource).operations if not operation.refuses]
    return max(operations, key=lambda operation: len(required_fields(operation)))


def required_fields(operation: Operation) -> list[str]:
    """Captions of the required fields that the panel shows at once."""
    return [parameter.display_name for parameter in operation.parameters if parameter.required and not parameter.show]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def workflow(n8n: N8nClient) -> str:
    """A workflow with a node for each resource, whose id is the resource."""
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    nodes = [
        bitrix24(name, credential, "webhook", resource=name, operation=fullest_operation(name).operation)
        for name in DEFINITIONS.resource_names
    ]
    created = await n8n.create_workflow(chain("Every resource", *nodes))
    return str(created["id"])


async def test_every_panel_shows_its_operations_and_required_fields(editor: Editor, workflow: str) -> None:
    for name in DEFINITIONS.resource_names:
        definition, operation = DEFINITIONS.resource(name), fullest_operation(name)
        await editor.open_node(workflow, name)
        panel = editor.page.get_by_test_id("node-parameters")
        await expect(panel.get_by_test_id("parameter-input-resource").locator("input")).to_have_value(definition.name)
        await expect(panel.get_by_test_id("parameter-input-operation").locator("input")).to_have_value(operation.name)
        shown = await editor.panel_fields()
        assert [field for field in required_fields(operation) if field not in shown] == [], name
        offered = set(await editor.choices("operation")) - {ADDED_BY_N8N}
        assert offered == {entry.name for entry in definition.operations}, name
