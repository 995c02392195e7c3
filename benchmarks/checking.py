"""Whether a contestant did the work: every record once, every item with its own."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.contestants.job import Row, row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.contestants.job import Job, Report

Contents = dict[int, str]
"""What the portal itself holds: names by id."""


def find_faults(job: Job, report: Report, before: Contents, after: Contents) -> list[str]:
    """Compares what a client handed over with what the portal holds.

    Args:
        job: what was to be done.
        report: what the client made of it.
        before: the portal before the work.
        after: the portal after it.

    Returns:
        what is wrong, in words for the results page; empty when nothing is.
    """
    if job.work == "create":
        faults = _compare_created(job.names, after)
    else:
        faults = _compare_changed(before | dict(zip(job.ids, job.names, strict=False)), after)
    if report.failure:
        return [f"raised {report.failure}", *faults]
    return faults + _compare_rows(job, report.rows, after)


def _compare_created(names: Sequence[str], after: Contents) -> list[str]:
    wanted, found = Counter(names), Counter(after.values())
    differences = (((wanted - found).total(), "missing"), ((found - wanted).total(), "too many"))
    return [f"{number:,} records {what} in the portal" for number, what in differences if number]


def _compare_changed(expected: Contents, after: Contents) -> list[str]:
    different = sum(expected.get(key) != after.get(key) for key in expected.keys() | after.keys())
    return [f"{different:,} records in the portal are not as they should be"] if different else []


def _compare_rows(job: Job, rows: Sequence[Row], after: Contents) -> list[str]:
    if job.work == "export":
        rows = _read_lines(Path(job.output))
    items = len(job.names or job.ids) or len(after)
    if len(rows) != items:
        return [f"{len(rows):,} results for {items:,} items"]
    once = len({key for key, _ in rows})
    faults = [] if once == items else [f"{items - once:,} records handed over twice"]
    strangers = sum(after.get(key) != name for key, name in rows)
    faults += [f"{strangers:,} results that the portal does not hold"] if strangers else []
    swapped = sum(not _belongs(job, index, row) for index, row in enumerate(map(tuple, rows)))
    return faults + ([f"{swapped:,} of {items:,} results handed to the wrong item"] if swapped else [])


def _belongs(job: Job, index: int, row: Any) -> bool:
    """Whether a row is that of its item: by its id where the item names one, by its name where it gives one."""
    key, name = row
    return (not job.ids or key == job.ids[index]) and (not job.names or name == job.names[index])


def _read_lines(output: Path) -> list[Row]:
    with output.open(encoding="utf-8") as lines:
        return [row(_record(json.loads(line))) for line in lines]


def _record(line: Mapping[str, Any]) -> Any:
    """An output item carries its record under `json`."""
    return line.get("json", line)
