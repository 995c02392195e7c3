"""Files that the portal is still making, and records that hold the addresses of several files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Webhook
from bitrix_node.definitions.models import Operation
from bitrix_node.definitions.resolution import resolve_resource
from bitrix_node.handlers import ActionFailed, Prepared, perform
from bitrix_node.parameters import read_values
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.retry import RetryPolicy

if TYPE_CHECKING:
    from bitrix_node.handlers.results import Outcome
    from tests.scripted_portal import ScriptedPortal

NOT_YET: dict[str, Any] = {"result": {"document": {"id": "5", "pdf": None}}}
READY: dict[str, Any] = {"result": {"document": {"id": "5", "pdf": "{portal}/five.pdf", "docx": "{portal}/five.docx"}}}
FILE: dict[str, Any] = {"content": "aGVsbG8=", "type": "application/pdf", "name": "five.pdf"}


async def downloaded(scripted: ScriptedPortal, **request: Any) -> Outcome:
    """The outcome of an action that fetches a file of a document, in the format that its parameter names."""
    written = {
        "name": "Try",
        "action": "Try",
        "description": "Tries",
        "parameters": [{"name": "format", "displayName": "Format", "default": "pdf"}],
        "request": {
            "method": "some.get",
            "handler": "download",
            "address": {"parameter": "format"},
            "answer": {"path": "document"},
            **request,
        },
    }
    document = {"resource": "r", "name": "R", "description": "R", "scopes": [], "operations": {"try": written}}
    tried = Operation.model_validate(resolve_resource(document, {}, [])["operations"][0])
    settings = PortalSettings(retry=RetryPolicy(attempts=1))
    async with Portal(Webhook(scripted.webhook_url).endpoint(), settings=settings) as portal:
        return await perform(tried, Prepared.of(tried, read_values(tried, {})), portal.scope())


async def test_a_parameter_tells_which_address_of_the_record_is_meant(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([READY, FILE])
    outcome = await downloaded(scripted)
    assert outcome.items == [{**scripted.resolved(READY["result"]["document"]), "id": 5}]
    assert len(scripted.calls) == 1


async def test_a_file_that_is_still_being_made_is_waited_for(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([NOT_YET, READY, FILE])
    await downloaded(scripted, patience=10)
    assert len(scripted.calls) == 2


async def test_waiting_comes_to_an_end(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([NOT_YET] * 5)
    with pytest.raises(ActionFailed, match="not even after 1 seconds"):
        await downloaded(scripted, patience=1)


async def test_without_patience_a_missing_file_is_not_found_at_once(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([NOT_YET])
    with pytest.raises(ActionFailed, match=r"names no address to download the file from$"):
        await downloaded(scripted)
    assert len(scripted.calls) == 1
