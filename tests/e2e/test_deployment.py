"""The compose files ask the real n8n for nothing that it does not know."""

from __future__ import annotations

import re

import pytest

from bitrix_node.n8n.installation.install import ensure_n8n
from tests.deploy.test_compose import FILES, n8n_processes

VARIABLE = re.compile(r"Env\)\('(\w+)'")
READ_ELSEWHERE = {"N8N_ENCRYPTION_KEY"}
"""What the core reads, beside the classes of settings."""


@pytest.mark.parametrize("file", FILES)
async def test_every_variable_of_an_n8n_process_is_one_that_n8n_reads(file: str) -> None:
    modules = await ensure_n8n(print) / "node_modules"
    known = {
        name for file in (modules / "@n8n/config/dist").rglob("*.js") for name in VARIABLE.findall(file.read_text())
    }
    assert "DB_TYPE" in known
    for process in n8n_processes(file).values():
        assert set(process["environment"]) - known <= READ_ELSEWHERE
