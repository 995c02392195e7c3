"""The whole of it in small: every contestant does every work, and what ours hands over is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from click.testing import CliRunner

from benchmarks.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 9
FIGURES = 4


def test_quick_run(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    result = CliRunner().invoke(main, ["--quick", "--output", str(page), "--note", "Only a trial."])
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    lines = [line.split(" | ") for line in text.partition("## How")[0].splitlines() if line.startswith("| ")][2:]
    assert len(lines) == ROWS
    assert all(cells[2].startswith("**") and "✗" not in cells[2] for cells in lines)
    assert all(cell for cells in lines[:5] for cell in cells[2 : 2 + FIGURES])
    assert "bitrix-node, " not in text
    assert "Only a trial." in text


def test_a_single_row_is_printed() -> None:
    result = CliRunner().invoke(main, ["--quick", "--row", "start"])
    assert result.exit_code == 0
    assert "start: `bitrix-node actions`" in result.output
