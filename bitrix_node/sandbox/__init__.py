"""A Bitrix24 portal in one process, on SQLite: for demos, tests, and building against Bitrix24 offline.

async with Sandbox(SandboxConfig(seed="demo")) as sandbox:
    print(sandbox.webhook_url)
"""

from __future__ import annotations

from bitrix_node.sandbox.clock import Clock
from bitrix_node.sandbox.config import SandboxConfig
from bitrix_node.sandbox.faults import Fault
from bitrix_node.sandbox.service import Sandbox

__all__ = ["Clock", "Fault", "Sandbox", "SandboxConfig"]
