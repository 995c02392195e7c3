"""From runs to lines of the table."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.contests import CONTESTANTS, OURS, PLAIN, START_GOAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.contests import Contest
    from benchmarks.running import Run

_COUNTED = re.compile(r"(?:([\d,]+) )?(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cell:
    """One contestant's figure.

    Attributes:
        middle: median of its runs.
        lowest: of its runs.
        highest: of its runs.
        runs: how many there were.
        computed: whether the figure is scaled from less work, or reckoned without any.
        faults: what was wrong with its results, in any run.
        finished: whether it came to its end in every run.
    """

    middle: float
    lowest: float
    highest: float
    runs: int
    computed: bool = False
    faults: tuple[str, ...] = ()
    finished: bool = True

    @classmethod
    def of(cls, values: Sequence[float], *, computed: bool = False) -> Cell:
        """Sums up figures that stand for themselves."""
        return cls(median(values), min(values), max(values), len(values), computed)

    @classmethod
    def of_runs(cls, runs: Sequence[Run], measure: str) -> Cell:
        """Sums up a contestant's runs."""
        cell = cls.of([run.value(measure) for run in runs], computed=runs[0].scale != 1)
        faults = summed_up([fault for run in runs for fault in _faults(run)])
        return replace(cell, faults=tuple(faults), finished=not any(run.report.failure for run in runs))


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table.

    Attributes:
        title: the work.
        unit: of its figures: `s` or `MB`.
        bound: what cannot be undercut with full batches; None where there is no such thing.
        goal: what this package wants to reach; None where the work is too small to tell.
        cells: by contestant.
    """

    title: str
    unit: str
    bound: float | None
    goal: float | None
    cells: Mapping[str, Cell]

    @property
    def of_bound(self) -> float | None:
        """Our figure as a multiple of the lower bound."""
        ours = self.cells.get(OURS)
        return None if ours is None or not self.bound else ours.middle / self.bound

    @property
    def of_best_peer(self) -> float | None:
        """Our figure as a multiple of the best among the peers that finished, with right or wrong results."""
        peers = [cell.middle for key, cell in self.cells.items() if key not in (OURS, PLAIN) and cell.finished]
        return self.cells[OURS].middle / min(peers) if peers and OURS in self.cells else None


def contest_line(contest: Contest, runs: Sequence[Run]) -> Line:
    """The row of a contest, with the runs made for it."""
    cells: dict[str, Cell] = {}
    for key in CONTESTANTS:
        some = [run for run in runs if run.contestant == key]
        if some:
            cells[key] = Cell.of_runs(some, contest.measure)
    if PLAIN not in cells and contest.measure == "seconds":
        cells[PLAIN] = Cell.of([contest.one_by_one], computed=True)
    unit = "MB" if contest.measure == "peak_megabytes" else "s"
    return Line(contest.title.format(size=f"{contest.size:,}"), unit, contest.lower_bound, contest.goal, cells)


def start_line(starts: Mapping[str, Sequence[float]]) -> Line:
    """The row of the programs' starts; a Python that does nothing is the bound."""
    cells = {key: Cell.of(values) for key, values in starts.items() if key}
    title = "start: `bitrix-node actions` in all, import of each peer"
    return Line(title, "s", median(starts[""]), START_GOAL, cells)


def summed_up(faults: Sequence[str]) -> list[str]:
    """Puts faults that differ only in the number they begin with into one: from the least to the most."""
    numbers: dict[str, list[int]] = {}
    for fault in faults:
        match = _COUNTED.fullmatch(fault)
        assert match
        number, what = match.groups()
        numbers.setdefault(what, []).append(int((number or "0").replace(",", "")))
    return [_counted(sorted(set(found))) + what for what, found in numbers.items()]


def _counted(numbers: Sequence[int]) -> str:
    if numbers == [0]:
        return ""
    lowest, highest = numbers[0], numbers[-1]
    return f"{lowest:,} " if lowest == highest else f"{lowest:,} to {highest:,} "


def _faults(run: Run) -> list[str]:
    rejected = [f"{run.rejected:,} requests rejected by the portal's limit"] if run.rejected else []
    return [*run.faults, *rejected]
