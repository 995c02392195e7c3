"""A shell for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.process import Shell

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Commands in an empty folder."""
    return Shell(tmp_path)
