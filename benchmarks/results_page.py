"""The results as a page that people read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.contests import CONTESTANTS, OURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.table import Cell, Line

_HOUR = 3600
_METHOD = Path(__file__).with_name("method.md")


def write_page(lines: Sequence[Line], facts: Iterable[tuple[str, str]], circumstances: str, model: str) -> str:
    """The whole page as Markdown.

    Args:
        lines: rows of the table.
        facts: name and value of what readers have to know about machine and versions.
        circumstances: what else they have to know.
        model: how the portal answers, in words.
    """
    runs = max(cell.runs for line in lines for cell in line.cells.values())
    parts = [
        "# Benchmarks",
        "Made by `make bench`. Smaller is better everywhere.",
        "\n".join(_table(lines)),
        _findings(lines),
        _METHOD.read_text(encoding="utf-8").format(model=model, runs="one run" if runs == 1 else f"up to {runs} runs"),
        "## Where and when",
        "\n".join(["| | |", "| --- | --- |", *(f"| {name} | {value} |" for name, value in facts)]),
        circumstances,
        "## Spread",
        "Lowest and highest of all runs.",
        "\n".join(_spread(lines)),
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def figure(value: float, unit: str) -> str:
    """A figure with its unit, as exact as it is worth telling."""
    if unit == "MB":
        return f"{value:,.0f} MB"
    if value >= _HOUR:
        return f"{value / _HOUR:.1f} h"
    return f"{value:.3f} s" if value < 1 else f"{value:.2f} s" if value < 100 else f"{value:.0f} s"  # noqa: PLR2004


def _table(lines: Sequence[Line]) -> list[str]:
    heads = ["work", "lower bound", *(entry.title for entry in CONTESTANTS.values())]
    heads += ["of bound", "of best peer", "goal", ""]
    rows = [heads, ["---", *["---:"] * (len(heads) - 2), "---"]]
    for line in lines:
        bound = "" if line.bound is None else figure(line.bound, line.unit)
        cells = [_cell(line.cells.get(key), line.unit, ours=key == OURS) for key in CONTESTANTS]
        ratios = ["" if ratio is None else f"{ratio:.2f}" for ratio in (line.of_bound, line.of_best_peer)]
        rows.append([line.title, bound, *cells, *ratios, _goal(line), _verdict(line)])
    return ["| " + " | ".join(row) + " |" for row in rows]


def _cell(cell: Cell | None, unit: str, *, ours: bool) -> str:
    if cell is None:
        return ""
    text = ("≈ " if cell.computed else "") + figure(cell.middle, unit)
    return (f"**{text}**" if ours else text) + (" ✗" if cell.faults else "")


def _goal(line: Line) -> str:
    return "" if line.goal is None else figure(line.goal, line.unit)


def _verdict(line: Line) -> str:
    if line.goal is None or OURS not in line.cells:
        return ""
    return "reached" if line.cells[OURS].middle <= line.goal and not line.cells[OURS].faults else "not yet"


def _findings(lines: Sequence[Line]) -> str:
    found = [
        f"- {CONTESTANTS[key].title}, {line.title}: {'; '.join(cell.faults)}."
        for line in lines
        for key, cell in line.cells.items()
        if cell.faults
    ]
    if not found:
        return "All results were right: every record once, every item with its own."
    return "\n".join(["✗ Results that were wrong; all others were right:", "", *found])


def _spread(lines: Sequence[Line]) -> list[str]:
    rows = [["work", *(entry.title for entry in CONTESTANTS.values())], ["---", *["---:"] * len(CONTESTANTS)]]
    rows += [[line.title, *(_range(line.cells.get(key), line.unit) for key in CONTESTANTS)] for line in lines]
    return ["| " + " | ".join(row) + " |" for row in rows]


def _range(cell: Cell | None, unit: str) -> str:
    if cell is None:
        return ""
    if cell.runs == 1:
        return figure(cell.middle, unit)
    return f"{figure(cell.lowest, unit)} to {figure(cell.highest, unit)} ({cell.runs})"
