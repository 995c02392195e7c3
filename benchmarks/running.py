"""Runs contests: contestants in turn, each time in a new process against a new portal."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import account as account_module
from benchmarks.checking import find_faults
from benchmarks.contestants.job import Job, Report
from benchmarks.contests import CONTESTANTS, OURS, PLAIN
from benchmarks.portal import running_portal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.contests import Contest
    from benchmarks.portal import Certificates, RunningPortal

TIMEOUT_SECONDS = 1800
_KILLED = {"exit_code": -9, "seconds": TIMEOUT_SECONDS, "cpu_seconds": 0.0, "peak_megabytes": 0.0}
_SHUFFLED = random.Random(24)


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant, once.

    Attributes:
        contestant: its key.
        report: what it reported.
        peak_megabytes: the most memory its process had.
        faults: what was wrong with its results.
        rejected: how many of its requests the portal's limit refused.
        requests: how many requests it sent.
        scale: how many times larger the contest is than what this contestant did.
    """

    contestant: str
    report: Report
    peak_megabytes: float
    faults: Sequence[str] = ()
    rejected: int = 0
    requests: int = 0
    scale: float = 1

    def value(self, measure: str) -> float:
        """A figure, scaled to the size of the contest."""
        if measure == "peak_megabytes":
            return self.peak_megabytes
        seconds: float = getattr(self.report, measure)
        return seconds * self.scale


@dataclass(frozen=True, slots=True)
class Ended:
    """A process that has ended.

    Attributes:
        exit_code: of the process.
        output: what it printed.
        errors: what it printed to stderr.
        cpu_seconds: processor time, from start to end.
        seconds: from start to end.
        peak_megabytes: the most memory it had.
    """

    exit_code: int
    output: str
    errors: str
    cpu_seconds: float
    seconds: float
    peak_megabytes: float


def play(contest: Contest, runs: int, certificates: Certificates) -> Iterator[Run]:
    """Lets everyone do the work, in turn, so many times."""
    with running_portal(contest.model, certificates) as portal, tempfile.TemporaryDirectory() as folder:
        for _ in range(runs):
            for key in _contestants(contest):
                yield _play_once(contest, key, portal, certificates.environment, Path(folder) / "rows.jsonl")


def run_program(command: Sequence[str], given: str, environment: Mapping[str, str] | None = None) -> Ended:
    """Runs a program to its end and takes the operating system's account of it.

    Args:
        command: the program and its arguments.
        given: its standard input.
        environment: its environment; that of this process where not given.
    """
    with tempfile.TemporaryFile("w+") as errors, tempfile.NamedTemporaryFile("r", suffix=".json") as account:
        accountant = [sys.executable, "-I", account_module.__file__, account.name]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            [*accountant, *command], stdin=pipe, stdout=pipe, stderr=errors, text=True, env=environment, process_group=0
        )
        try:
            output, _ = process.communicate(given, TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
        errors.seek(0)
        figures = json.loads(account.read() or "null") or _KILLED
        return Ended(output=output, errors=errors.read(), **figures)


def _contestants(contest: Contest) -> list[str]:
    return [key for key in CONTESTANTS if key != PLAIN or contest.sample is not None]


def _play_once(contest: Contest, key: str, portal: RunningPortal, environment: Mapping[str, str], output: Path) -> Run:
    size = contest.sample if key == PLAIN and contest.sample is not None else contest.size
    ids = portal.reset(size if contest.existing else 0)
    job = replace(_job(contest, portal.webhook, ids, size), output=str(output))
    before = portal.contents()
    ended = run_program(_command(job, key), job.as_json(), {**environment, "BITRIX24_WEBHOOK_URL": portal.webhook})
    report, statistics = _report(job, key, ended), portal.statistics()
    return Run(
        contestant=key,
        report=report,
        peak_megabytes=ended.peak_megabytes,
        faults=find_faults(job, report, before, portal.contents()),
        rejected=statistics["rejected"],
        requests=statistics["requests"],
        scale=contest.size / size,
    )


def _job(contest: Contest, webhook: str, ids: Sequence[int], size: int) -> Job:
    """The work; ids come in no order, so that it shows who mixes up results."""
    mixed = _SHUFFLED.sample(ids, len(ids))
    match contest.work:
        case "create":
            return Job("create", webhook, names=[f"Guest {number}" for number in range(size)])
        case "update":
            return Job("update", webhook, names=[f"Buyer {number}" for number in range(size)], ids=mixed)
        case "get":
            return Job("get", webhook, ids=mixed)
        case work:
            return Job(work, webhook)


def _command(job: Job, key: str) -> list[str]:
    """The program; an export by this package is what its command line is for."""
    if job.work != "export" or key != OURS:
        return [sys.executable, "-m", CONTESTANTS[key].module]
    listing = {"entityType": "contact", "returnAll": True, "crmOptions": {"select": "id,name"}}
    action = ["run", "crm", "getAll", "--params", json.dumps(listing)]
    return [sys.executable, "-m", "bitrix_node.hosts.cli", *action, "--jsonl", "--no-progress", "--output", job.output]


def _report(job: Job, key: str, ended: Ended) -> Report:
    if ended.exit_code:
        last = ended.errors.strip().splitlines()[-1:] or [f"exit code {ended.exit_code}"]
        return Report(ended.seconds, 0, failure=last[0])
    if job.work == "export" and key == OURS:
        return Report(ended.seconds, 0)
    return Report(**json.loads(ended.output.splitlines()[-1]))
