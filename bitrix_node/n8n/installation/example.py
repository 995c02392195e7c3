"""The workflow that greets whoever opens the demo n8n: five closed tickets, each client leaves its support chat."""

from __future__ import annotations

import json
from typing import Any

TRIGGER = "Start here"
WORKFLOW_NAME = "Close support chats"

_TICKETS = "Closed tickets"
_LEAVE = "Remove client from chat"


def support_workflow(
    *,
    node_type: str,
    credential: dict[str, str],
    tickets: list[dict[str, Any]],
    bot: dict[str, Any],
    on_error: str = "continueErrorOutput",
) -> dict[str, Any]:
    """Builds the example workflow.

    Args:
        node_type: Full type name of the Bitrix24 node (`<package>.<node>`).
        credential: `id` and `name` of the webhook credential.
        tickets: The items: `ticket`, `chatId` and `clientId` of each; those of the demo portal by default.
        bot: Values of the node's bot parameters (`botId`, and `options` with the bot's token).
        on_error: n8n's error setting: `stopWorkflow`, `continueRegularOutput` or `continueErrorOutput`.
    """
    return {
        "name": WORKFLOW_NAME,
        "settings": {"executionOrder": "v1"},
        "nodes": [
            _node("trigger", TRIGGER, "n8n-nodes-base.manualTrigger", 1, 0, {}),
            _node("tickets", _TICKETS, "n8n-nodes-base.code", 2, 220, {"jsCode": _code(tickets)}),
            {
                **_node("leave", _LEAVE, node_type, 1, 440, _leave_parameters(bot)),
                "onError": on_error,
                "credentials": {"bitrix24WebhookApi": credential},
            },
            _node("done", "Left the chat", "n8n-nodes-base.noOp", 1, 680, {}, row=-100),
            _node("failed", "Needs a look", "n8n-nodes-base.noOp", 1, 680, {}, row=100),
        ],
        "connections": {
            TRIGGER: {"main": [[_to(_TICKETS)]]},
            _TICKETS: {"main": [[_to(_LEAVE)]]},
            _LEAVE: {"main": [[_to("Left the chat")], [_to("Needs a look")]]},
        },
    }


def _node(
    identifier: str, name: str, kind: str, version: int, column: int, parameters: dict[str, Any], *, row: int = 0
) -> dict[str, Any]:
    return {
        "id": identifier,
        "name": name,
        "type": kind,
        "typeVersion": version,
        "position": [column, row],
        "parameters": parameters,
    }


def _to(name: str) -> dict[str, Any]:
    return {"node": name, "type": "main", "index": 0}


def _code(tickets: list[dict[str, Any]]) -> str:
    rows = ",\n".join(f"  {json.dumps(ticket)}" for ticket in tickets)
    return f"return [\n{rows},\n].map((json) => ({{ json }}));"


def _leave_parameters(bot: dict[str, Any]) -> dict[str, Any]:
    return {
        "authentication": "webhook",
        "resource": "chatbot",
        "operation": "chatUserDelete",
        "chatId": "={{ $json.chatId }}",
        "userId": "={{ $json.clientId }}",
        **bot,
    }
