"""@bitrix24/b24jssdk, as its authors publish it, works against the sandbox."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bitrix_node.n8n.installation.node import find_node
from tests.clients.conftest import SESSIONS
from tests.npm_packages import installed

if TYPE_CHECKING:
    from tests.clients.conftest import Stage

SESSION = "b24jssdk_session.mjs"


@pytest.mark.e2e
async def test_b24jssdk(stage: Stage) -> None:
    folder = await installed("b24jssdk", SESSIONS / "package.json")
    shutil.copy(SESSIONS / SESSION, folder)
    report = await stage.play_program(str(find_node().executable), SESSION, folder=folder)
    assert report == {
        "created": 60,
        "listed": 60,
        "fetched": 60,
        "first": "Guest 0",
        "changed": "Buyer",
        "batch": ["me", "types"],
        "left": 0,
        "samePerson": True,
        "renewals": 1,
    }
