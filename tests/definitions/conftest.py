"""Fixtures of the tests of definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.definitions.data_directory import DataDirectory

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def data(tmp_path: Path) -> DataDirectory:
    """A right data directory, not yet written."""
    return DataDirectory(tmp_path)
