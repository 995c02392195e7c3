"""fast-bitrix24 and b24pysdk, as their authors publish them, work against the sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.clients.conftest import Stage


async def test_fast_bitrix24(stage: Stage) -> None:
    report = await stage.play("fast_bitrix24_session.py")
    assert report == {
        "created": 120,
        "listed": 120,
        "by_id": ["Fast"],
        "buyers": 70,
        "deleted": 120,
        "left": 0,
        "batch": ["me", "sources"],
        "renewals": 2,
        "users": report["users"],
    }
    assert report["users"] > 1


async def test_b24pysdk(stage: Stage) -> None:
    report = await stage.play("b24pysdk_session.py")
    assert report == {
        "created": 60,
        "listed": 60,
        "quick": 60,
        "first": "Guest 0",
        "changed": True,
        "buyers": 1,
        "batch": ["fields", "me"],
        "gone": 60,
        "left": 0,
        "same_person": True,
        "renewed": True,
    }
