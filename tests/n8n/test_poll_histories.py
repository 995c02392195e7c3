"""Any history of a portal and of an n8n that watches it: nothing is missed, and nothing is told twice.

People create, change and delete deals, also while a poll reads page after page; time passes; n8n polls, is restarted
with what it had saved last (it saves when a poll brings something), or has lost what it remembered.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bitrix_node.sandbox import Sandbox, SandboxConfig
from bitrix_node.sandbox.clock import timestamp
from tests.n8n.poll_driver import PollDriver, Trigger

if TYPE_CHECKING:
    from pathlib import Path

    from bitrix_node.sandbox.database import Collection

Step = tuple[str, int]

PEOPLE = st.one_of(
    st.tuples(st.just("create"), st.integers(1, 120)),
    st.tuples(st.just("change"), st.integers(0, 400)),
    st.tuples(st.just("change many"), st.integers(1, 90)),
    st.tuples(st.just("delete"), st.integers(0, 400)),
    st.tuples(st.just("wait"), st.integers(1, 4)),
)
N8N = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 400)),
    st.tuples(st.just("restart"), st.just(0)),
    st.tuples(st.just("move"), st.integers(-11, 13)),
    st.tuples(st.just("lose"), st.just(0)),
)
POLL = st.tuples(st.just("poll"), st.lists(PEOPLE, max_size=4))
HISTORIES = st.lists(st.one_of(PEOPLE, PEOPLE, POLL, POLL, N8N), min_size=5, max_size=30)

MOST_BYTES = 60_000
START = 60


@dataclass
class Watcher:
    """A portal with deals, a trigger that watches them, and what has been told so far."""

    sandbox: Sandbox
    driver: PollDriver
    trigger: Trigger
    saved: str = "{}"
    began: int = 0
    first_id: int = 0
    told: set[tuple[int, str]] = field(default_factory=set)
    version: int = 0

    @property
    def deals(self) -> Collection:
        return self.sandbox.database.collection("crm_items_2")

    @property
    def watches_changes(self) -> bool:
        return bool(self.trigger.parameters["pollFor"] == "changedRecords")

    async def begin(self) -> None:
        """Polls for the first time; what is there counts as old."""
        self.began = int(self.sandbox.clock.time())
        self.first_id = max((deal["id"] for deal in self.deals.all()), default=0)
        polled = await self.driver.poll(self.trigger)
        assert (polled.thrown, polled.records) == (None, [])
        self.saved = self.trigger.static_data

    async def poll(self, meanwhile: list[Step] | None = None) -> int:
        """Polls once while people work, a step before each request after the first; tells how much came."""
        steps = list(meanwhile or [])

        async def works(request: dict[str, Any]) -> None:
            if request["method"] != "server.time" and steps:
                self.work(*steps.pop(0))

        polled = await self.driver.poll(self.trigger, before=works)
        assert polled.thrown is None
        assert polled.logged == []
        assert self.trigger.size < MOST_BYTES
        for record in polled.records:
            self._tell(record)
        if polled.records:
            self.saved = self.trigger.static_data
        return len(polled.records)

    def _tell(self, record: dict[str, Any]) -> None:
        """A version is an id with the text that its last change wrote; for new records it is the id alone."""
        version = (record["id"], record["title"] if self.watches_changes else "")
        assert version not in self.told
        self.told.add(version)

    def work(self, kind: str, number: int) -> None:
        """What a person does."""
        there = [deal["id"] for deal in self.deals.all()]
        if kind == "create":
            for _ in range(number):
                self.deals.insert(self._written() | {"createdTime": self._now(), "categoryId": 0, "stageId": "NEW"})
        elif kind == "wait":
            self.sandbox.clock.advance(number)
        elif not there:
            return
        elif kind == "delete":
            self.deals.delete(there[number % len(there)])
        else:
            chosen = there[:number] if kind == "change many" else [there[number % len(there)]]
            for deal in chosen:
                self.deals.update(deal, self._written())

    def _written(self) -> dict[str, Any]:
        self.version += 1
        return {"title": f"Version {self.version}", "updatedTime": self._now()}

    def _now(self) -> str:
        return timestamp(self.sandbox.clock.now())

    async def live(self, kind: str, value: Any) -> None:
        """One step of a history."""
        if kind == "poll":
            await self.poll(value)
        elif kind == "restart":
            self.trigger.static_data = self.saved
        elif kind == "move":
            self.trigger.offset = value * 60
        elif kind == "lose":
            self.trigger.static_data = "{}"
            self.sandbox.clock.advance(5)
            await self.begin()
        else:
            self.work(kind, value)

    async def end(self) -> None:
        """Polls until nothing comes any more, and holds what is there against what was told."""
        self.sandbox.clock.advance(5)
        while await self.poll():
            pass
        for deal in self.deals.all():
            if self.watches_changes and deal["updatedTime"] > self._moment(self.began):
                assert (deal["id"], deal["title"]) in self.told
            elif not self.watches_changes and deal["id"] > self.first_id:
                assert (deal["id"], "") in self.told

    def _moment(self, seconds: int) -> str:
        return timestamp(self.sandbox.clock.now().fromtimestamp(seconds, self.sandbox.clock.now().tzinfo))


async def lived(shim: Path, kind: str, history: list[tuple[str, Any]]) -> None:
    async with Sandbox(SandboxConfig(seed="empty")) as sandbox:
        sandbox.clock.freeze()
        sandbox.clock.advance(START)
        driver = await PollDriver.start(shim)
        try:
            watcher = Watcher(sandbox, driver, Trigger(sandbox.webhook_url, "deal", {"pollFor": kind}))
            watcher.work("create", 3)
            sandbox.clock.advance(START)
            await watcher.begin()
            for step in history:
                await watcher.live(*step)
            await watcher.end()
        finally:
            await driver.stop()


@pytest.mark.parametrize("kind", ["newRecords", "changedRecords"])
@settings(
    max_examples=20,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(history=HISTORIES)
def test_nothing_is_missed_and_nothing_is_told_twice(shim: Path, kind: str, history: list[tuple[str, Any]]) -> None:
    asyncio.run(lived(shim, kind, history))


def test_what_a_restart_forgets_is_asked_for_again(shim: Path) -> None:
    """Polls that bring nothing are not saved; the state of long before them is as good."""
    idle = [("poll", []), ("wait", 300)] * 4
    asyncio.run(
        lived(
            shim, "changedRecords", [*idle, ("create", 5), ("restart", 0), ("wait", 60), ("poll", []), ("restart", 0)]
        )
    )
