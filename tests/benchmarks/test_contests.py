"""What the table says about the contests themselves."""

from __future__ import annotations

import pytest

from benchmarks.contestants.job import Report
from benchmarks.contests import CONTESTS, OURS, PLAIN
from benchmarks.results_page import figure
from benchmarks.running import Run
from benchmarks.table import Cell, contest_line, summed_up

BY_KEY = {contest.key: contest for contest in CONTESTS}


@pytest.mark.parametrize(
    ("key", "seconds"), [("create", 0.350), ("list", 0.455), ("get", 0.350), ("update", 0.350), ("limited", 75.35)]
)
def test_lower_bounds(key: str, seconds: float) -> None:
    assert BY_KEY[key].lower_bound == pytest.approx(seconds)


def test_one_request_an_item_waits_for_the_limit() -> None:
    assert BY_KEY["create"].one_by_one == pytest.approx(105)
    assert BY_KEY["limited"].one_by_one == pytest.approx(4975)


def test_a_line_compares_medians_with_the_bound_and_the_best_peer_that_finished() -> None:
    seconds = {OURS: [0.9, 0.7, 0.5], "fast": [0.1, 0.1, 0.1], "sdk": [1.4, 1.4, 1.4], PLAIN: [5.0, 5.0, 5.0]}
    runs = [
        Run(key, Report(value, 0, failure="gave up" if key == "fast" else None), 1, scale=20 if key == PLAIN else 1)
        for key, values in seconds.items()
        for value in values
    ]
    line = contest_line(BY_KEY["create"], runs)
    assert line.of_bound == pytest.approx(2)
    assert line.of_best_peer == pytest.approx(0.5)
    assert line.cells[OURS] == Cell(0.7, 0.5, 0.9, 3)
    assert (line.cells[PLAIN].middle, line.cells[PLAIN].computed) == (100, True)


def test_rejected_requests_are_a_fault() -> None:
    line = contest_line(BY_KEY["limited"], [Run("sdk", Report(76, 0), 1, rejected=4)])
    assert line.cells["sdk"].faults == ("4 requests rejected by the portal's limit",)
    assert line.cells[PLAIN].computed


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.35, "s", "0.350 s"),
        (7.28, "s", "7.28 s"),
        (107, "s", "107 s"),
        (4975, "s", "1.4 h"),
        (1250, "MB", "1,250 MB"),
    ],
)
def test_figures(value: float, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_faults_of_several_runs_become_one() -> None:
    faults = ["850 of 1,000 results swapped", "1,000 of 1,000 results swapped", "raised X: 5", "raised X: 5"]
    assert summed_up(faults) == ["850 to 1,000 of 1,000 results swapped", "raised X: 5"]
