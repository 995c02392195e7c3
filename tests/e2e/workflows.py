"""Workflows as n8n stores them, from a chain of nodes."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

from bitrix_node.n8n.installation.up import NODE_TYPE

TRIGGER = "Start"
EVENT = "Event"


def bitrix24(name: str, credential: dict[str, str], authentication: str, **parameters: Any) -> dict[str, Any]:
    """A Bitrix24 node.

    Args:
        name: Its name on the canvas.
        credential: `id`, `name` and `type` of its credential.
        authentication: The choice of sign-in.
        parameters: What its panel holds.
    """
    return {
        **node(name, NODE_TYPE, authentication=authentication, **parameters),
        "credentials": {credential["type"]: {"id": credential["id"], "name": credential["name"]}},
    }


def bitrix24_trigger(credential: dict[str, str] | None = None, **parameters: Any) -> dict[str, Any]:
    """A Bitrix24 trigger, with an address of its own among those of this n8n.

    Args:
        credential: `id`, `name` and `type` of its credential, where the mode has one.
        parameters: What its panel holds.
    """
    trigger = {**node(EVENT, f"{NODE_TYPE}Trigger", **parameters), "webhookId": str(uuid.uuid4())}
    if credential is None:
        return trigger
    return {**trigger, "credentials": {credential["type"]: {"id": credential["id"], "name": credential["name"]}}}


def node(name: str, kind: str, version: float = 1, **parameters: Any) -> dict[str, Any]:
    """Any node."""
    return {"id": name, "name": name, "type": kind, "typeVersion": version, "parameters": parameters}


def chain(name: str, *nodes: dict[str, Any]) -> dict[str, Any]:
    """A workflow that runs nodes one after the other behind a manual trigger."""
    return line(name, node(TRIGGER, "n8n-nodes-base.manualTrigger"), *nodes)


def line(name: str, *all_nodes: dict[str, Any]) -> dict[str, Any]:
    """A workflow of nodes one after the other, the first of which starts it."""
    return {
        "name": name,
        "settings": {"executionOrder": "v1"},
        "nodes": [{**entry, "position": [220 * place, 0]} for place, entry in enumerate(all_nodes)],
        "connections": {
            before["name"]: {"main": [[{"node": after["name"], "type": "main", "index": 0}]]}
            for before, after in itertools.pairwise(all_nodes)
        },
    }
