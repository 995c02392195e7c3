"""What is measured, as data: the work, its size, and who takes part."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from benchmarks.portal import Model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmarks.contestants.job import Work

PAGE = 50
"""Rows a page, and commands a batch."""

Measure: TypeAlias = Literal["seconds", "cpu_seconds", "peak_megabytes"]


@dataclass(frozen=True, slots=True)
class Contestant:
    """A client.

    Attributes:
        title: heading of its column.
        module: the program that does the work with it.
        distribution: its package, for the version; empty where that says nothing.
        start: program whose start is measured, after `python`.
    """

    title: str
    module: str
    distribution: str = ""
    start: tuple[str, ...] = ()


OURS = "node"
PLAIN = "plain"

CONTESTANTS: Mapping[str, Contestant] = {
    OURS: Contestant("bitrix-node", "benchmarks.contestants.node", start=("-m", "bitrix_node.hosts.cli", "actions")),
    "fast": Contestant(
        "fast-bitrix24", "benchmarks.contestants.fast", "fast-bitrix24", ("-c", "from fast_bitrix24 import BitrixAsync")
    ),
    "sdk": Contestant(
        "b24pysdk", "benchmarks.contestants.sdk", "b24pysdk", ("-c", "from b24pysdk import BitrixWebhook, Client")
    ),
    PLAIN: Contestant("one request an item", "benchmarks.contestants.plain", "aiohttp"),
}


@dataclass(frozen=True, slots=True)
class Contest:
    """One row of the table.

    Attributes:
        key: its name on the command line.
        title: what is done; `{size}` is how many times.
        work: what contestants do.
        size: how many records.
        measure: what counts.
        goal: what this package wants to reach, in the unit of the measure; None where there is nothing to reach.
        model: how the portal answers.
        sample: how many records "one request an item" does; its time is scaled to the size. None leaves it out.
        once: whether one run is enough, because it takes long and the figure hardly varies.
        on_request: whether it is left to those who ask for it.
        same_runs_as: key of the contest whose runs are counted here in another measure.
    """

    key: str
    title: str
    work: Work
    size: int
    measure: Measure
    goal: float | None
    model: Model = field(default_factory=Model)
    sample: int | None = 50
    once: bool = False
    on_request: bool = False
    same_runs_as: str | None = None

    @property
    def existing(self) -> int:
        """How many records the portal holds before."""
        return 0 if self.work == "create" else self.size

    @property
    def lower_bound(self) -> float | None:
        """Seconds that full batches take, all sent at once as far as the bucket lets them; None for other measures."""
        if self.measure != "seconds":
            return None
        commands = self.size if self.work != "list" else -(-self.size // PAGE)
        first = self.model.batch_seconds(1) if self.work == "list" else 0.0
        batches = -(-(commands - (self.work == "list")) // PAGE)
        return first + self._waiting(batches) + self.model.batch_seconds(min(commands, PAGE))

    @property
    def one_by_one(self) -> float:
        """Seconds that one request an item takes, one after another."""
        return max(self.size * self.model.batch_seconds(1), self._waiting(self.size))

    def _waiting(self, requests: int) -> float:
        if self.model.bucket == "off":
            return 0.0
        drain, _, burst = self.model.bucket.partition(":")
        return max(0, requests - int(burst)) / float(drain)

    def quick(self) -> Contest:
        """The same in small, to see that everything works; the figures say little."""
        size = {"list": 400, "export": 1000}.get(self.work, 120)
        model = replace(self.model, latency_ms=self.model.latency_ms / 10, command_ms=self.model.command_ms / 10)
        return replace(self, size=size, goal=None, model=model, sample=None if self.sample is None else 10)


_FAST_PORTAL = Model(latency_ms=0, command_ms=0)


def _export(key: str, size: int, goal: float | None) -> Contest:
    title = "peak memory, listing {size} to JSON lines"
    return Contest(key, title, "export", size, "peak_megabytes", goal, _FAST_PORTAL, sample=None, once=True)


CONTESTS = (
    Contest("create", "create {size} records", "create", 1000, "seconds", 0.30),
    Contest("list", "list {size}", "list", 10_000, "seconds", 0.42, sample=500),
    Contest("get", "get {size} by id", "get", 1000, "seconds", 0.24),
    Contest("update", "update {size}", "update", 1000, "seconds", 0.28),
    Contest(
        "limited",
        "create {size} under 2 requests a second, burst 50",
        "create",
        10_000,
        "seconds",
        76,
        Model(bucket="2:50"),
        sample=None,
        once=True,
        on_request=True,
    ),
    Contest(
        "cpu",
        "client CPU for {size} gets, items and pairing included",
        "get",
        1000,
        "cpu_seconds",
        0.030,
        same_runs_as="get",
    ),
    _export("memory", 100_000, None),
    replace(_export("million", 1_000_000, 150), on_request=True),
)

START_GOAL = 0.300
"""Seconds of processor time for `bitrix-node actions`, all in all."""
