"""Bytes through n8n, the runner and the portal, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bitrix_node.n8n.installation.up import CREDENTIAL_NAME
from tests.e2e.workflows import TRIGGER, bitrix24, chain, node

if TYPE_CHECKING:
    from bitrix_node.n8n.installation.client import N8nClient

pytestmark = pytest.mark.asyncio(loop_scope="session")

TEXT = "Grüße aus dem Lager ✓"


async def test_a_file_goes_up_and_comes_back_the_same(n8n: N8nClient) -> None:
    credential = next(entry for entry in await n8n.credentials() if entry["name"] == CREDENTIAL_NAME)
    workflow = chain(
        "Files",
        node("Text", "n8n-nodes-base.set", 3.4, mode="raw", jsonOutput=f'{{"text": "{TEXT}"}}'),
        node(
            "To file",
            "n8n-nodes-base.convertToFile",
            1.1,
            operation="toText",
            sourceProperty="text",
            options={"fileName": "greeting.txt"},
        ),
        bitrix24("Upload", credential, "webhook", resource="file", operation="upload"),
        bitrix24("Download", credential, "webhook", resource="file", operation="download", fileId="={{ $json.ID }}"),
        node("Read", "n8n-nodes-base.extractFromFile", 1, operation="text", destinationKey="text"),
    )
    execution = await n8n.run(await n8n.create_workflow(workflow), TRIGGER)
    assert execution.status == "success", execution.error
    (uploaded,) = execution.runs["Upload"][0]
    assert uploaded["json"]["NAME"] == "greeting.txt"
    (downloaded,) = execution.runs["Download"][0]
    assert downloaded["binary"]["data"]["fileName"] == "greeting.txt"
    (read,) = execution.runs["Read"][0]
    assert read["json"]["text"] == TEXT
