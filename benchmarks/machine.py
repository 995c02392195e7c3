"""Where and when measurements were taken."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.contests import CONTESTANTS


def describe_machine() -> list[tuple[str, str]]:
    """What a reader has to know to judge the figures: name and value."""
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return [
        ("processor", f"{_processor()}, {os.cpu_count()} cores"),
        ("memory", f"{pages / 2**30:.0f} GB"),
        ("system", f"{platform.system()} {platform.release().split('-')[0]}, Python {platform.python_version()}"),
        ("date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
    ]


def load() -> float:
    """How many programs wanted a processor in the last minute."""
    return os.getloadavg()[0]


def versions() -> list[tuple[str, str]]:
    """The packages that take part: name and version."""
    names = ["bitrix-node", *(entry.distribution for entry in CONTESTANTS.values() if entry.distribution)]
    return [(name, version(name)) for name in names]


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.machine()
