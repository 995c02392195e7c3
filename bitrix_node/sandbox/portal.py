"""The portal itself: runs commands in a caller's name, one transaction each, and remembers what it saw."""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.answers import Answer, Stopwatch
from bitrix_node.sandbox.authentication import Authenticator, Caller
from bitrix_node.sandbox.clock import Clock
from bitrix_node.sandbox.config import BucketSize, SandboxConfig
from bitrix_node.sandbox.database import Database
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.events.dispatcher import Cause, Dispatcher
from bitrix_node.sandbox.faults import Faults
from bitrix_node.sandbox.limits import LeakyBucket, OperatingQuota
from bitrix_node.sandbox.observation import Deliveries, Journal, JournalEntry, Statistics, snapshot
from bitrix_node.sandbox.registry import REGISTRY, Call, Method, Page
from bitrix_node.sandbox.seed import plant

if TYPE_CHECKING:
    from bitrix_node.sandbox.pace import Pace

_log = logging.getLogger("bitrix_node.sandbox")


@dataclass(frozen=True, slots=True)
class Visit:
    """One HTTP request to a REST address.

    Attributes:
        caller: who was recognised.
        number: its number since the start.
        pace: spends its time.
        version: REST version of the address.
        batched: whether its commands stand in a batch.
    """

    caller: Caller
    number: int
    pace: Pace
    version: int = 2
    batched: bool = False


@dataclass
class Portal:
    """State and rules of one sandbox; knows nothing of HTTP.

    Attributes:
        config: the switches.
        clock: source of time.
        url: base address without a trailing slash, known once the server listens.
    """

    config: SandboxConfig
    clock: Clock = field(default_factory=Clock)
    url: str = ""

    def __post_init__(self) -> None:
        """Open the database and plant the seed into a new one."""
        self.database = Database(self.config.database, Dispatcher.watches)
        self.authenticator = Authenticator(self.database, self.clock, self.config.seed, self.config.token_requests)
        self.bucket = LeakyBucket(BucketSize.parse(self.config.bucket), self.clock)
        self.quota = OperatingQuota(self.config.operating_seconds, self.clock)
        self.faults = Faults()
        self.statistics = Statistics()
        self.journal = Journal()
        self.deliveries = Deliveries()
        self.events = Dispatcher(self)
        self.closing = asyncio.Event()
        plant(self.database, self.config.seed, self.clock)
        self.authenticator.webhook_code(user_id=1)

    def reset(self) -> None:
        """Bring the data back to the seed, keep webhooks valid, and forget counters, journals, limits and faults."""
        with self.database.transaction():
            self.database.clear(keep=("webhooks",))
        plant(self.database, self.config.seed, self.clock)
        memories = (self.faults, self.statistics, self.journal, self.bucket, self.quota, self.events, self.deliveries)
        for memory in memories:
            memory.clear()

    def close(self) -> None:
        """Release the database."""
        self.database.close()

    async def command(self, visit: Visit, name: str, arguments: dict[str, Any]) -> Answer:
        """Run one method, alone or as part of a batch.

        Args:
            visit: the request that asks for it.
            name: method name as written.
            arguments: its arguments, without credentials.

        Returns:
            the outcome; a refusal is in it, never raised.
        """
        arrived = snapshot(arguments)
        watch = Stopwatch.start(self.clock)
        await visit.pace.spend(self.config.command_ms)
        error: RestError | None = None
        page = Page(None)
        try:
            page = self._run(visit, name, arguments, watch)
        except RestError as refusal:
            error = refusal
        status = error.status if error else 200
        self.note(visit, name, arrived, status, error.code if error else None)
        return Answer(page.result, watch.body(), error, page.total, page.next)

    def note(self, visit: Visit, name: str, arguments: Any, status: int, error: str | None) -> None:
        """Write a call into the journal.

        Args:
            visit: the request.
            name: method name as written.
            arguments: what arrived.
            status: HTTP status.
            error: error code, or None.
        """
        self.journal.add(
            JournalEntry(
                name, arguments, status, error, visit.number, visit.version, visit.caller.user_id, visit.batched
            )
        )

    def _run(self, visit: Visit, name: str, arguments: dict[str, Any], watch: Stopwatch) -> Page:
        self.statistics.commands += 1
        entry = REGISTRY.find(name, visit.version)
        self.statistics.by_method[entry.name] += 1
        if visit.batched and not entry.batchable:
            raise RestError("ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage", 405)
        visit.caller.allow(entry)
        before, after = self._planned_failures(visit, name)
        if before is not None:
            raise before
        page = self._work(visit.caller, entry, arguments, watch)
        if after is not None:
            raise after
        return page

    def _planned_failures(self, visit: Visit, name: str) -> tuple[RestError | None, RestError | None]:
        fault = self.faults.strike(name, ("error",)) if visit.batched else None
        if fault is None:
            return None, None
        return (None, fault.error()) if fault.after else (fault.error(), None)

    def _work(self, caller: Caller, entry: Method, arguments: dict[str, Any], watch: Stopwatch) -> Page:
        self.quota.check(caller.key, entry.name)
        call = Call(arguments, entry.name, caller, self.database, self.clock.now(), self.url)
        began = time.thread_time()
        try:
            with self.database.transaction():
                result = entry.function(call)
        except RestError:
            raise
        except Exception as failure:
            _log.exception("The method %s failed.", entry.name)
            raise RestError("INTERNAL_SERVER_ERROR", "Internal server error", 500) from failure
        finally:
            spent = time.thread_time() - began + self.config.command_ms / 1000
            self.quota.charge(caller.key, entry.name, spent)
            watch.processing = spent
            watch.operating = self.quota.used(caller.key, entry.name)
            watch.resets_at = self.quota.resets_at(caller.key, entry.name)
        self._announce(call)
        return result if isinstance(result, Page) else Page(result)

    def _announce(self, call: Call) -> None:
        """Tell subscribers what a call did; the call itself is done whatever becomes of that."""
        cause = Cause(call.user_id, call.text("auth_connector"))
        try:
            self.events.announce(cause, self.database.changes.take(), call.occurrences)
        except Exception:
            _log.exception("The events of %s could not be told.", call.method)
