"""A progress bar on standard error, for runs that take a while, and what to say of a run that is stopped."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.runtime.progress import Progress, ProgressReport


def _say_what_was_sent(report: ProgressReport) -> None:
    if report.cancelled:
        click.echo(f"{report}.", err=True)


@contextmanager
def progress_bar(title: str, *, show: bool) -> Iterator[Progress]:
    """Whom to tell how far a run has come: a bar, where one is to be shown, and words once the run is stopped."""
    if not show:
        yield _say_what_was_sent
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def advance(report: ProgressReport) -> None:
            waiting = f" [dim]waiting for {report.waiting}[/dim]" if report.waiting else ""
            bar.update(task, completed=report.done, total=report.total, description=f"{title}{waiting}")
            _say_what_was_sent(report)

        yield advance
