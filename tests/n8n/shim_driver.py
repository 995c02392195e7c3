"""Runs the JavaScript shim under Node.js in a made-up execution of n8n."""

from __future__ import annotations

import json
import os
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bitrix_node.n8n.installation.node import find_node

HERE = Path(__file__).parent
SHIM = Path(__file__).parents[2] / "bitrix_node" / "n8n" / "shim" / "execute.js"

PRESENT = {"result": {"maxPayload": 1024**3}}
SILENT = {"silent": True}
WEBHOOK = {"webhookSecret": "https://portal.example/rest/1/code/"}
PLAN = {
    "authentication": {"oAuth2": "bitrix24OAuth2Api", "webhook": "bitrix24WebhookApi"},
    "operations": {
        "chatbot": {"chatUserDelete": {"parameters": ["botId", "chatId", "userId", "options"], "writes": True}},
        "user": {"getAll": {"parameters": ["returnAll", "limit"], "writes": False}},
        "file": {
            "upload": {
                "parameters": ["folderId", "inputDataField"],
                "fileParameters": ["inputDataField"],
                "writes": True,
            }
        },
        "lists": {
            "addElement": {
                "parameters": ["filesUi"],
                "fileParameters": ["filesUi.files.binaryPropertyName"],
                "writes": True,
            }
        },
    },
}


def done(*items: int, remaining: tuple[int, ...] = (), reason: str | None = None) -> dict[str, Any]:
    """A runner's answer: these items succeeded, these remain."""
    finished = [{"json": {"deleted": True}, "pairedItem": {"item": item}} for item in items]
    return {"result": {"items": finished, "remaining": list(remaining), "reason": reason, "failure": None}}


def token(name: str, *, ends_in_hours: float = 1) -> dict[str, Any]:
    """An OAuth2 credential as n8n hands it to a node, secrets included."""
    return {
        "clientId": "app",
        "clientSecret": "never-leaves",
        "n8n_expires_at": str(int((time.time() + ends_in_hours * 3600) * 1000)),
        "oauthTokenData": {
            "access_token": name,
            "refresh_token": "never-leaves",
            "client_endpoint": "https://portal.example/rest/",
            "member_id": "m",
            "expires": 1,
        },
    }


@dataclass
class Outcome:
    """What the shim did: jobs it started, questions for a runner, values it read, tokens it refreshed, and the end."""

    jobs: list[dict[str, Any]]
    questions: list[str]
    reads: list[list[Any]]
    refreshes: int
    output: list[list[dict[str, Any]]] = field(default_factory=list)
    thrown: dict[str, Any] | None = None

    @property
    def items(self) -> list[dict[str, Any]]:
        """Items of the first output."""
        return self.output[0]

    @property
    def sent(self) -> list[list[int]]:
        """Per job, the items in it."""
        return [job["settings"]["items"] for job in self.jobs]


def drive(
    *,
    answers: list[dict[str, Any]],
    parameters: dict[str, Any] | None = None,
    values: dict[str, list[Any]] | None = None,
    inputs: list[dict[str, Any]] | None = None,
    count: int = 1,
    continue_on_fail: bool = False,
    credentials: list[dict[str, Any]] | None = None,
    runner: list[dict[str, Any]] | None = None,
    refusal: dict[str, Any] | None = None,
) -> Outcome:
    """Executes the shim once; the action is Delete Chat User under a webhook unless the parameters say otherwise."""
    scenario = {
        "plan": PLAN,
        "parameters": {
            "authentication": "webhook",
            "resource": "chatbot",
            "operation": "chatUserDelete",
            "botId": "7",
            **(parameters or {}),
        },
        "values": values or {},
        "inputs": inputs if inputs is not None else [{"json": {}} for _ in range(count)],
        "continueOnFail": continue_on_fail,
        "credentials": credentials or [WEBHOOK],
        "answers": answers,
        "runner": runner or [PRESENT],
        "refusal": refusal,
    }
    process = subprocess.run(
        [find_node().executable, HERE / "drive_shim.js", SHIM],
        input=json.dumps(scenario),
        env={**os.environ, "NODE_PATH": str(HERE / "modules")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 0, process.stderr
    return Outcome(**json.loads(process.stdout))
