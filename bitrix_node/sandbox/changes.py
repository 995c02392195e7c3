"""What one transaction did to the records that somebody watches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["add", "update", "delete"]


@dataclass(slots=True)
class Change:
    """A record before and after a transaction.

    Attributes:
        collection: where it is kept.
        id: its key.
        before: as it was; None when it is new.
        after: as it is; None when it is gone.
    """

    collection: str
    id: int
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def kind(self) -> Kind:
        """Whether the record was added, updated or deleted."""
        if self.before is None:
            return "add"
        return "delete" if self.after is None else "update"

    @property
    def record(self) -> dict[str, Any]:
        """The record as it is, or as it was when it is gone."""
        return self.after or self.before or {}

    @property
    def changed(self) -> frozenset[str]:
        """Names of the fields whose values differ."""
        before, after = self.before or {}, self.after or {}
        return frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


class ChangeLog:
    """Collects changes while a transaction runs; several changes of one record become one.

    Args:
        watch: tells whether the records of a collection are watched.
    """

    def __init__(self, watch: Callable[[str], bool]) -> None:
        self._watch = watch
        self._changes: dict[tuple[str, int], Change] = {}
        self._open = False

    def watches(self, collection: str) -> bool:
        """Tell whether changes of a collection's records are wanted at this moment."""
        return self._open and self._watch(collection)

    def begin(self) -> None:
        """Start with nothing: a transaction begins."""
        self._changes.clear()
        self._open = True

    def end(self, *, keep: bool) -> None:
        """Stop collecting: the transaction is over.

        Args:
            keep: whether it was committed.
        """
        self._open = False
        if not keep:
            self._changes.clear()

    def note(
        self, collection: str, record_id: int, before: dict[str, Any] | None, after: dict[str, Any] | None
    ) -> None:
        """Note that a record changed.

        Args:
            collection: where it is kept.
            record_id: its key.
            before: as it was, or None.
            after: as it is, or None.
        """
        key = (collection, record_id)
        known = self._changes.get(key)
        if known is None:
            self._changes[key] = Change(collection, record_id, before, after)
            return
        known.after = after
        if known.before is None and known.after is None:
            del self._changes[key]

    def take(self) -> list[Change]:
        """Hand over the changes of the last committed transaction, in order, and forget them."""
        taken = list(self._changes.values())
        self._changes.clear()
        return taken
