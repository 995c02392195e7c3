"""Portals to talk to: one that keeps state, and one that answers as it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from bitrix_node.portal.limits.sharing import forget_buckets
from bitrix_node.sandbox import Sandbox, SandboxConfig
from tests.scripted_portal import ScriptedPortal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

# How long something takes is no matter of right or wrong: neither deadlines nor complaints of slowness.
settings.register_profile("without a clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("without a clock")


@pytest.fixture(autouse=True)
def buckets_of_its_own() -> None:
    """Portals of earlier tests had the same addresses."""
    forget_buckets()


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """The demo company."""
    async with Sandbox(SandboxConfig()) as running:
        yield running


@pytest.fixture
async def scripted() -> AsyncIterator[ScriptedPortal]:
    """A portal whose `answers` the test fills."""
    async with ScriptedPortal.with_answers([]) as portal:
        yield portal
