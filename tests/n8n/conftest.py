"""The shim's scripts, a panel that is open on the sandbox, and a process that polls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.n8n.panel_driver import Panel, credential_data, write_shim
from tests.n8n.poll_driver import PollDriver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
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


@pytest.fixture
async def polls(shim: Path) -> AsyncIterator[PollDriver]:
    """A process that makes polls."""
    driver = await PollDriver.start(shim)
    yield driver
    await driver.stop()
