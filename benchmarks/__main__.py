"""`python -m benchmarks`: measures, checks, and writes the results page."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmarks.contests import CONTESTANTS, CONTESTS
from benchmarks.machine import describe_machine, load, versions
from benchmarks.portal import Certificates
from benchmarks.results_page import figure, write_page
from benchmarks.running import play
from benchmarks.starting import measure_starts
from benchmarks.table import contest_line, start_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.contests import Contest
    from benchmarks.running import Run
    from benchmarks.table import Line

RESULTS = Path(__file__).with_name("RESULTS.md")
START = "start"
_KEYS = [*(contest.key for contest in CONTESTS), START]


@click.command()
@click.option("--quick", is_flag=True, help="Small sizes and one run, to see that everything works.")
@click.option("--full", is_flag=True, help="Everything, also the rows that take minutes for each contestant.")
@click.option("--row", "rows", type=click.Choice(_KEYS), multiple=True, help="Only this row; may be repeated.")
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="Runs of each contestant.")
@click.option("--note", default="", help="Circumstances that readers have to know.")
@click.option("--output", type=click.Path(path_type=Path), help="Page to write. Default: benchmarks/RESULTS.md.")
def main(*, quick: bool, full: bool, rows: Sequence[str], runs: int, note: str, output: Path | None) -> None:
    """Measures this package and others on the same work, and writes the results page.

    A quick or partial run prints the page instead, unless --output says where to.
    """
    before = load()
    chosen = _chosen(rows, full=full, quick=quick)
    lines = _measure(chosen, 1 if quick else runs)
    if not rows or START in rows:
        lines.append(start_line(measure_starts(1 if quick else runs)))
    loads = f"{before:.1f} when it began, {load():.1f} when it ended"
    facts = [*describe_machine(), ("load", loads), *versions()]
    page = write_page(lines, facts, note, _model(chosen))
    target = output or (None if quick or rows else RESULTS)
    if target is None:
        click.echo(page)
    else:
        target.write_text(page, encoding="utf-8")


def _chosen(rows: Sequence[str], *, full: bool, quick: bool) -> list[Contest]:
    named = [contest for contest in CONTESTS if not rows or contest.key in rows]
    if quick:
        return [contest.quick() for contest in named]
    return [contest for contest in named if full or not contest.on_request or contest.key in rows]


def _measure(contests: Sequence[Contest], runs: int) -> list[Line]:
    done: dict[str, list[Run]] = {}
    with tempfile.TemporaryDirectory() as folder:
        certificates = Certificates.issue(Path(folder))
        for contest in contests:
            if contest.same_runs_as not in done:
                done[contest.key] = []
                for run in play(contest, 1 if contest.once else runs, certificates):
                    done[contest.key].append(run)
                    _tell(contest, run)
    return [
        contest_line(contest, done.get(contest.same_runs_as or "", done.get(contest.key, []))) for contest in contests
    ]


def _tell(contest: Contest, run: Run) -> None:
    value = figure(run.value(contest.measure), "MB" if contest.measure == "peak_megabytes" else "s")
    faults = f"  ✗ {'; '.join(run.faults)}" if run.faults else ""
    click.echo(f"{contest.key:8} {CONTESTANTS[run.contestant].title:20} {value:>10}{faults}", err=True)


def _model(contests: Sequence[Contest]) -> str:
    if not contests:
        return "it takes no part in this run"
    model = contests[0].model
    return (
        f"every request takes {model.latency_ms:g} ms, every command {model.command_ms:g} ms on top "
        "(nothing of both where memory is measured)"
    )


if __name__ == "__main__":
    main()
