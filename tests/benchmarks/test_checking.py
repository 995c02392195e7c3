"""Whatever a client gets wrong is found."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.checking import find_faults
from benchmarks.contestants.job import Job, Report

if TYPE_CHECKING:
    from pathlib import Path

HELD = {4: "Ann", 5: "Ben", 6: "Cay"}
ROWS = [(4, "Ann"), (5, "Ben"), (6, "Cay")]


def create(**changes: Any) -> Job:
    return Job(**{"work": "create", "webhook": "", "names": ["Ann", "Ben", "Cay"], **changes})


def report(rows: list[tuple[int, str]], failure: str | None = None) -> Report:
    return Report(seconds=1, cpu_seconds=1, rows=rows, failure=failure)


def test_right_results_have_no_faults() -> None:
    assert find_faults(create(), report(ROWS), {}, HELD) == []
    assert find_faults(Job("list", ""), report(ROWS[::-1]), HELD, HELD) == []
    assert find_faults(Job("get", "", ids=[5, 4, 6]), report([ROWS[1], ROWS[0], ROWS[2]]), HELD, HELD) == []
    renamed = {**HELD, 5: "Bob"}
    assert find_faults(Job("update", "", ids=[5], names=["Bob"]), report([(5, "Bob")]), HELD, renamed) == []


@pytest.mark.parametrize(
    ("rows", "after", "fault"),
    [
        ([ROWS[1], ROWS[0], ROWS[2]], HELD, "2 of 3 results handed to the wrong item"),
        (ROWS[:2], HELD, "2 results for 3 items"),
        (ROWS, {4: "Ann", 5: "Ben"}, "1 records missing in the portal"),
        (ROWS, {**HELD, 7: "Cay"}, "1 records too many in the portal"),
        ([ROWS[0], ROWS[0], ROWS[2]], HELD, "1 records handed over twice"),
        ([(9, "Ann"), *ROWS[1:]], HELD, "1 results that the portal does not hold"),
    ],
)
def test_wrong_creations(rows: list[tuple[int, str]], after: dict[int, str], fault: str) -> None:
    assert fault in find_faults(create(), report(rows), {}, after)


def test_short_lists_and_swapped_reads() -> None:
    assert find_faults(Job("list", ""), report(ROWS[1:]), HELD, HELD) == ["2 results for 3 items"]
    swapped = find_faults(Job("get", "", ids=[4, 5]), report([ROWS[1], ROWS[0]]), HELD, HELD)
    assert swapped == ["2 of 2 results handed to the wrong item"]


def test_updates_that_hit_another_record() -> None:
    job = Job("update", "", ids=[5], names=["Bob"])
    faults = find_faults(job, report([(5, "Bob")]), HELD, {**HELD, 4: "Bob"})
    assert "2 records in the portal are not as they should be" in faults


def test_a_failure_stands_beside_what_the_portal_holds() -> None:
    faults = find_faults(create(), report([], "Timeout: late"), {}, {4: "Ann"})
    assert faults == ["raised Timeout: late", "2 records missing in the portal"]


def test_exports_are_read_from_their_file(tmp_path: Path) -> None:
    output = tmp_path / "rows.jsonl"
    output.write_text("\n".join(json.dumps({"json": {"id": key, "name": name}}) for key, name in ROWS))
    job = Job("export", "", output=str(output))
    assert find_faults(job, report([]), HELD, HELD) == []
    output.write_text(json.dumps({"id": 4, "name": "Ann"}))
    assert find_faults(job, report([]), HELD, HELD) == ["1 results for 3 items"]
