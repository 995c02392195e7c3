"""The panel's scripts, and a panel that is open on the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.n8n.panel_driver import Panel, credential_data, write_shim

if TYPE_CHECKING:
    from pathlib import Path

    from bitrix_node.sandbox import Sandbox


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the shim, as the package has it."""
    return write_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture
async def panel(shim: Path, sandbox: Sandbox) -> Panel:
    """A panel that signs in to the demo company with a webhook."""
    return Panel(shim, await credential_data(sandbox))
