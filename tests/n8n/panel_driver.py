"""Runs the panel's scripts under Node.js, as n8n would, against a portal over HTTP."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions import Definitions
from bitrix_node.n8n.installation.node import find_node
from bitrix_node.n8n.package.credentials import credential_trials
from bitrix_node.n8n.package.scripts import shim_scripts
from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox

HERE = Path(__file__).parent
CREDENTIALS = {"oAuth2": "bitrix24OAuth2Api", "apiKey": "bitrix24Api", "webhook": "bitrix24WebhookApi"}
"""Choice of sign-in -> credential type."""


def write_shim(folder: Path) -> Path:
    """Writes the shim's scripts and the tables that they load, as they lie in the package."""
    for name, content in shim_scripts().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


async def credential_data(portal: Sandbox) -> dict[str, dict[str, Any]]:
    """The fields of a credential of every type, as n8n hands them to a node."""
    tokens = await oauth2_data(portal)
    return {
        "bitrix24OAuth2Api": {
            "clientId": tokens["client_id"],
            "clientSecret": tokens["client_secret"],
            "accessTokenUrl": f"{portal.url}/oauth/token/",
            "oauthTokenData": {
                name: tokens[name] for name in ("access_token", "refresh_token", "client_endpoint", "expires")
            },
        },
        "bitrix24Api": {"portalUrl": portal.url, "accessToken": portal.access_token},
        "bitrix24WebhookApi": {"webhookSecret": portal.webhook_url},
    }


@dataclass
class Panel:
    """An open panel of the node.

    Attributes:
        shim: Folder of the scripts.
        data: Credential type -> fields.
        authentication: The chosen way to sign in.
    """

    shim: Path
    data: dict[str, dict[str, Any]]
    authentication: str = "webhook"
    requests: tuple[str, ...] = ()
    refreshes: int = 0

    async def does(self, *tasks: dict[str, Any], parameters: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """Does tasks one after the other and returns what came of each: `result` or `thrown`."""
        credential = CREDENTIALS[self.authentication]
        scenario = {
            "node": {
                "name": "Bitrix24",
                "parameters": {"authentication": self.authentication, **(parameters or {})},
                "credentials": {credential: {"id": "1", "name": "Portal"}},
            },
            "data": self.data,
            "tasks": tasks,
        }
        process = await asyncio.create_subprocess_exec(
            *(find_node().executable, HERE / "drive_panel.js", self.shim),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "NODE_PATH": str(HERE / "modules")},
        )
        output, errors = await process.communicate(json.dumps(scenario).encode())
        assert process.returncode == 0, errors.decode()
        told = json.loads(output)
        self.requests, self.refreshes = tuple(told["requests"]), told["refreshes"]
        outcomes: list[dict[str, Any]] = told["outcomes"]
        return outcomes

    async def tries_out(self) -> dict[str, str]:
        """Runs the test of the chosen credential and returns what its form says: `status` and `message`."""
        trials = credential_trials(Definitions.packaged().credentials)
        (outcome,) = await self.does({"trial": {"trials": trials, "type": CREDENTIALS[self.authentication]}})
        verdict: dict[str, str] = outcome["result"]
        return verdict

    async def calls(self, method: str, version: int = 2, seconds: float = 30, **arguments: Any) -> dict[str, Any]:
        """Calls one method and returns what came of it."""
        call = {"method": method, "arguments": arguments, "version": version, "seconds": seconds}
        (outcome,) = await self.does({"call": call})
        return outcome
