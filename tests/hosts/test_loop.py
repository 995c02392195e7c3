"""The event loop of the hosts: uvloop where it is installed, asyncio's own elsewhere."""

from __future__ import annotations

import asyncio
import sys

import pytest

from bitrix_node.hosts import loop


async def kind_of_loop() -> str:
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="uvloop is not made for Windows")
def test_hosts_run_on_uvloop_where_it_is_installed() -> None:
    assert loop.run(kind_of_loop()) == "uvloop"


def test_hosts_run_without_uvloop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)

    assert loop.run(kind_of_loop()) == "asyncio"
