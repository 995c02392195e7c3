"""What the portal has seen: counters, a journal of the calls that arrived, and the events that left."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

JOURNAL_LENGTH = 10_000
LONGEST_TEXT = 20_000


def snapshot(value: Any) -> Any:
    """Copy arguments for the journal.

    Args:
        value: arguments at any depth.

    Returns:
        a copy that later changes do not reach; texts and bytes beyond `LONGEST_TEXT`, file contents mostly, are cut
        and say how long they were.
    """
    if isinstance(value, dict):
        return {key: snapshot(child) for key, child in value.items()}
    if isinstance(value, list):
        return [snapshot(child) for child in value]
    if isinstance(value, (str, bytes)) and len(value) > LONGEST_TEXT:
        return f"{value[:100]!r}… ({len(value)} in all)"
    return value


@dataclass(slots=True)
class Statistics:
    """Counters since the start or the last reset.

    Attributes:
        requests: HTTP requests to REST addresses.
        commands: methods called; every command of a batch counts, the batch itself does not.
        rejected: HTTP requests refused by the leaky bucket.
        by_method: commands by documented method name.
    """

    requests: int = 0
    commands: int = 0
    rejected: int = 0
    by_method: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """Write the counters for `GET /_sandbox/statistics`.

        Returns:
            one member a counter.
        """
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def clear(self) -> None:
        """Set everything to zero."""
        self.requests = self.commands = self.rejected = 0
        self.by_method.clear()


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One call, as it arrived.

    Attributes:
        method: name as it was written.
        arguments: what was sent, without access tokens.
        status: HTTP status of the answer (for a command in a batch, the one it would have had alone).
        error: error code, or None after success.
        request: number of the HTTP request, so that commands of one batch can be told together.
        version: REST version, 2 or 3.
        user_id: in whose name; None when nobody was recognised.
        batched: whether it stood in a batch.
    """

    method: str
    arguments: Any
    status: int
    error: str | None
    request: int
    version: int = 2
    user_id: int | None = None
    batched: bool = False


class Journal:
    """The latest calls, oldest first; a batch stands behind its commands."""

    def __init__(self) -> None:
        self._entries: deque[JournalEntry] = deque(maxlen=JOURNAL_LENGTH)

    def add(self, entry: JournalEntry) -> None:
        """Note a call.

        Args:
            entry: the call.
        """
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget all calls."""
        self._entries.clear()

    @property
    def commands(self) -> list[JournalEntry]:
        """The calls without the batches that carried them."""
        return [entry for entry in self._entries if entry.method.lower() != "batch"]

    def as_json(self) -> list[dict[str, Any]]:
        """Write the journal for `GET /_sandbox/journal`.

        Returns:
            one map an entry.
        """
        return [asdict(entry) for entry in self._entries]

    def __iter__(self) -> Iterator[JournalEntry]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> JournalEntry:
        return self._entries[index]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event that was posted to a handler, or was to be.

    Attributes:
        event: its code.
        handler: address of the handler.
        data: what the event carried.
        status: HTTP status of the handler's answer; None when there was none.
        error: why it did not arrive, or None.
    """

    event: str
    handler: str
    data: Any
    status: int | None
    error: str | None


class Deliveries:
    """The latest events that left the portal, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Delivery] = deque(maxlen=JOURNAL_LENGTH)

    def add(self, entry: Delivery) -> None:
        """Note an event.

        Args:
            entry: the event and what became of it.
        """
        self._entries.append(entry)

    def clear(self) -> None:
        """Forget all events."""
        self._entries.clear()

    def as_json(self) -> list[dict[str, Any]]:
        """Write the events for `GET /_sandbox/deliveries`.

        Returns:
            one map an event.
        """
        return [asdict(entry) for entry in self._entries]

    def __iter__(self) -> Iterator[Delivery]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __getitem__(self, index: int) -> Delivery:
        return self._entries[index]
