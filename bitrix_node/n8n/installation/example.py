"""The workflow that greets whoever opens the demo n8n: five closed tickets, each client leaves its support chat.

Two of the tickets are stale, as real exports are: one client has left already, one chat is gone.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORKFLOW_NAME = "Close support chats"
TRIGGER = "Start here"
TICKETS = "Closed tickets"
LEAVE = "Remove client from chat"
DONE = "Left the chat"
FAILED = "Needs a look"

_DATA = Path(__file__).with_name("example_tickets.json")


def support_workflow(
    *,
    node_type: str,
    credential: dict[str, str],
    on_error: str = "continueErrorOutput",
    tickets: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """Builds the example workflow for the demo portal.

    Args:
        node_type: Full type name of the Bitrix24 node (`<package>.<node>`).
        credential: `id` and `name` of the webhook credential.
        on_error: n8n's error setting: `stopWorkflow`, `continueRegularOutput` or `continueErrorOutput`.
        tickets: The items; those of the example by default.
    """
    data = json.loads(_DATA.read_text(encoding="utf-8"))
    outputs = [DONE, FAILED] if on_error == "continueErrorOutput" else [DONE]
    return {
        "name": WORKFLOW_NAME,
        "settings": {"executionOrder": "v1"},
        "nodes": [
            _node(TRIGGER, "n8n-nodes-base.manualTrigger", 1, 0, {}),
            _node(TICKETS, "n8n-nodes-base.code", 2, 220, {"jsCode": _code(tickets or data["tickets"])}),
            {
                **_node(LEAVE, node_type, 1, 440, _leave_parameters(data["bot"])),
                "onError": on_error,
                "credentials": {"bitrix24WebhookApi": credential},
            },
            *(_node(name, "n8n-nodes-base.noOp", 1, 700, {}, row=200 * row - 100) for row, name in enumerate(outputs)),
        ],
        "connections": {
            TRIGGER: {"main": [[_to(TICKETS)]]},
            TICKETS: {"main": [[_to(LEAVE)]]},
            LEAVE: {"main": [[_to(name)] for name in outputs]},
        },
    }


def example_tickets() -> list[dict[str, Any]]:
    """Returns the items that the example works on."""
    tickets: list[dict[str, Any]] = json.loads(_DATA.read_text(encoding="utf-8"))["tickets"]
    return tickets


def _node(
    name: str, kind: str, version: int, column: int, parameters: dict[str, Any], *, row: int = 0
) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "type": kind,
        "typeVersion": version,
        "position": [column, row],
        "parameters": parameters,
    }


def _to(name: str) -> dict[str, Any]:
    return {"node": name, "type": "main", "index": 0}


def _code(tickets: list[dict[str, Any]]) -> str:
    rows = "\n".join(f"  {json.dumps(ticket)}," for ticket in tickets)
    return f"return [\n{rows}\n].map((json) => ({{ json }}));"


def _leave_parameters(bot: dict[str, Any]) -> dict[str, Any]:
    return {
        "authentication": "webhook",
        "resource": "chatbot",
        "operation": "chatUserDelete",
        "chatId": "={{ $json.chatId }}",
        "userId": "={{ $json.clientId }}",
        **bot,
    }
