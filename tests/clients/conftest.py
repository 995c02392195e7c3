"""The sandbox as strangers meet it: HTTPS, under any host they insist on."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.clients.tunnel import tunnel_to
from tests.signing_in import oauth2_data

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HOSTS = ("portal.bitrix24.test", "oauth.bitrix24.tech", "oauth.bitrix.info", "127.0.0.1", "localhost")
TIMEOUT_SECONDS = 60
SESSIONS = Path(__file__).parent / "sessions"


@dataclass(frozen=True)
class Stage:
    """A sandbox and what a client needs to reach it.

    Attributes:
        sandbox: the demo company, over HTTPS.
        facts: addresses and tokens, as the session reads them.
        environment: variables under which every host is the sandbox and its certificate is trusted.
    """

    sandbox: Sandbox
    facts: dict[str, Any]
    environment: dict[str, str]

    async def play(self, session: str) -> dict[str, Any]:
        """Runs a Python session in a process of its own; what it reports."""
        return await self.play_program(sys.executable, str(SESSIONS / session))

    async def play_program(self, *program: str, folder: Path | None = None) -> dict[str, Any]:
        """Runs a program that reads the facts from standard input and prints a JSON report."""
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *program, stdin=pipe, stdout=pipe, stderr=pipe, env={**os.environ, **self.environment}, cwd=folder
        )
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                stdout, stderr = await process.communicate(json.dumps(self.facts).encode())
        except TimeoutError:
            process.kill()
            await process.wait()
            raise
        assert process.returncode == 0, stderr.decode()
        report: dict[str, Any] = json.loads(stdout.splitlines()[-1])
        return report


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    authority = trustme.CA()
    certificate, trusted = tmp_path / "portal.pem", tmp_path / "authority.pem"
    authority.issue_cert(*HOSTS).private_key_and_cert_chain_pem.write_to_path(str(certificate))
    authority.cert_pem.write_to_path(str(trusted))
    async with Sandbox(SandboxConfig(certificate=certificate)) as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        async with tunnel_to("127.0.0.1", port) as proxy:
            tokens = await oauth2_data(sandbox, trusted)
            yield Stage(
                sandbox,
                {
                    "url": sandbox.url,
                    "host": "portal.bitrix24.test",
                    "webhook": sandbox.webhook_url,
                    "authority": str(trusted),
                    **{name: tokens[name] for name in ("access_token", "refresh_token", "client_id", "client_secret")},
                },
                {
                    "HTTPS_PROXY": proxy,
                    "https_proxy": proxy,
                    "NO_PROXY": "127.0.0.1,localhost",
                    "no_proxy": "127.0.0.1,localhost",
                    "REQUESTS_CA_BUNDLE": str(trusted),
                    "SSL_CERT_FILE": str(trusted),
                    "NODE_EXTRA_CA_CERTS": str(trusted),
                },
            )
