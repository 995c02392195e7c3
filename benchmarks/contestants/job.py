"""What every contestant is told, does and reports."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from contextlib import AbstractAsyncContextManager

CONTACT = 3
"""`entityTypeId` of contacts, the records that all work is done on."""

SELECTED = ("id", "name")
"""Fields that are asked for in lists."""

Work: TypeAlias = Literal["create", "list", "get", "update", "export"]
Row: TypeAlias = tuple[int, str]
"""Id and name of a record, as the contestant understood the portal."""


@dataclass(frozen=True, slots=True)
class Job:
    """A piece of work.

    Attributes:
        work: what to do.
        webhook: address of the portal, with its code and a trailing slash.
        names: names to give, one an item (create, update).
        ids: records to work on, one an item (get, update).
        output: file for the rows as JSON lines (export).
    """

    work: Work
    webhook: str
    names: Sequence[str] = ()
    ids: Sequence[int] = ()
    output: str = ""

    def as_json(self) -> str:
        """The job as contestants read it."""
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a job.

    Attributes:
        seconds: how long it took.
        cpu_seconds: how much processor time this process spent on it.
        rows: for each item, in input order, the record that the client handed over for it; for lists every record.
        failure: what the client raised, if it did.
    """

    seconds: float
    cpu_seconds: float
    rows: Sequence[Row] = field(default_factory=list)
    failure: str | None = None


class Client(Protocol):
    """A client of the portal, in the way its own documentation shows."""

    async def warm_up(self) -> None:
        """Makes one small call, so that the connection stands and everything is loaded."""

    async def create(self, names: Sequence[str]) -> Sequence[Row]:
        """Adds a contact of each name; the records, in the order of the names."""

    async def get(self, ids: Sequence[int]) -> Sequence[Row]:
        """Fetches contacts; the records, in the order of the ids."""

    async def update(self, ids: Sequence[int], names: Sequence[str]) -> Sequence[Row]:
        """Renames contacts; the records, in the order of the ids."""

    async def list_all(self) -> Sequence[Row]:
        """Fetches id and name of all contacts."""


def take_part(
    client: Callable[[str], AbstractAsyncContextManager[Client]],
    run: Callable[[Coroutine[Any, Any, Report]], Report] = asyncio.run,
) -> None:
    """Reads a job from standard input, does it, and prints the report.

    Args:
        client: opens a client for a webhook.
        run: runs the job on an event loop.
    """
    job = Job(**json.load(sys.stdin))
    print(json.dumps(asdict(run(_do(job, client)))))


async def _do(job: Job, client: Callable[[str], AbstractAsyncContextManager[Client]]) -> Report:
    async with client(job.webhook) as opened:
        await opened.warm_up()
        began, spent = time.perf_counter(), _processor_time()
        rows: Sequence[Row] = ()
        failure = None
        try:
            rows = await _rows(job, opened)
        except Exception as error:
            failure = f"{type(error).__name__}: {error}"
        return Report(time.perf_counter() - began, _processor_time() - spent, rows, failure)


async def _rows(job: Job, client: Client) -> Sequence[Row]:
    match job.work:
        case "create":
            return await client.create(job.names)
        case "get":
            return await client.get(job.ids)
        case "update":
            return await client.update(job.ids, job.names)
        case "list":
            return await client.list_all()
        case "export":
            write_lines(await client.list_all(), job.output)
            return ()


def write_lines(rows: Sequence[Row], output: str) -> None:
    """Writes rows as JSON lines."""
    with open(output, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would be one more import to measure
        file.writelines(json.dumps({"id": key, "name": name}) + "\n" for key, name in rows)


def row(record: Any) -> Row:
    """What counts of a record that a client handed over."""
    return int(record["id"]), str(record["name"])


def _processor_time() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
