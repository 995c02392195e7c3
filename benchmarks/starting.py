"""How long programs take to start."""

from __future__ import annotations

import sys

from benchmarks.contests import CONTESTANTS
from benchmarks.running import run_program

INTERPRETER = ("-c", "pass")


def measure_starts(runs: int) -> dict[str, list[float]]:
    """Processor seconds of whole processes, in turn; under the empty key those of a Python that does nothing.

    Raises:
        RuntimeError: a program fails.
    """
    programs = {"": INTERPRETER} | {key: entry.start for key, entry in CONTESTANTS.items() if entry.start}
    seconds: dict[str, list[float]] = {key: [] for key in programs}
    for _ in range(runs + 1):
        for key, arguments in programs.items():
            ended = run_program([sys.executable, *arguments], "")
            if ended.exit_code:
                raise RuntimeError(f"python {' '.join(arguments)} failed: {ended.errors}")
            seconds[key].append(ended.cpu_seconds)
    return {key: values[1:] for key, values in seconds.items()}
