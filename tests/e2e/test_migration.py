"""A workflow of the community node, migrated and run in the real n8n."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.installation.up import CREDENTIAL_NAME
from bitrix_node.n8n.migration import migrate_workflow
from tests.e2e.workflows import TRIGGER, chain, node

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

SOURCES, COUNT, UPDATE = "Lead sources", "How many", "Rename deal"


def community_workflow() -> dict[str, Any]:
    """An expression reads the whole answer of one node; another one writes under the old names of fields."""
    kind = "n8n-nodes-bitrix24.bitrix24"
    options = {"filter": '{"ENTITY_ID": "SOURCE"}'}
    sources = node(SOURCES, kind, authentication="webhook", resource="status", options=options)
    values = [{"id": "1", "name": "count", "value": "={{ $json.result.length }}", "type": "number"}]
    count = node(COUNT, "n8n-nodes-base.set", 3.4, assignments={"assignments": values})
    fields = {"fieldItems": [{"fieldName": "TITLE", "fieldValue": "=Lockers, {{ $json.count }} sources"}]}
    rename = node(
        UPDATE, kind, authentication="webhook", operation="update", entityType="deal", recordId="12", fields=fields
    )
    return chain("Made with the community node", sources, count, rename)


async def test_a_migrated_workflow_runs_with_its_expressions(n8n: N8nClient) -> None:
    workflow, reports = migrate_workflow(community_workflow(), Definitions.packaged())
    assert [report.name for report in reports if report.migrated] == [SOURCES, UPDATE]
    assert not [remark for report in reports for remark in report.remarks if "not carried over" in remark]
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    for entry in workflow["nodes"]:
        if entry["name"] in (SOURCES, UPDATE):
            entry["credentials"] = {credential["type"]: {"id": credential["id"], "name": credential["name"]}}
    execution = await n8n.run(await n8n.create_workflow(workflow), TRIGGER)
    assert execution.status == "success", execution.error
    [[listed]] = execution.runs[SOURCES]
    assert {"result", "total", "time"} <= set(listed["json"])
    [[renamed]] = execution.runs[UPDATE]
    sources = len(listed["json"]["result"])
    assert sources > 1
    assert renamed["json"]["result"]["item"]["title"] == f"Lockers, {sources} sources"
