"""Where the output of a run goes, and what becomes of it when the run does not come to its end.

What an action has changed is not changed back, and what it created has ids that nobody else knows. So the results of
the items that were done are kept beside the output file, or printed, or the items are named. What was only read can
be read again: then nothing is kept.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.hosts.cli.files import is_device, whole_file, write_whole
from bitrix_node.hosts.cli.output import as_text, write_items, write_lines
from bitrix_node.hosts.cli.ranges import items_done

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Sequence

Item = dict[str, Any]


@dataclass
class Delivery:
    """Delivers the output of one run.

    Attributes:
        output: name of the file; standard output where not given.
        lines: whether items are JSON lines instead of an array.
        keeps: whether the results of a run that ends early are kept, because the action changes something.
        rest: results that have not been delivered yet, as far as they are known.
        failed: how many error items have been delivered.
        broken: whether standard output cannot be written any more.
    """

    output: str | None
    lines: bool
    keeps: bool
    rest: Sequence[Item] = ()
    failed: int = 0
    broken: bool = False
    _printed: set[int] = field(default_factory=set)

    @property
    def streams(self) -> bool:
        """Whether items are delivered as they come; those to be kept in a file are, when all have come."""
        return self.lines and (self.output is None or not self.keeps)

    async def stream(self, parts: AsyncGenerator[list[Item], None]) -> None:
        """Delivers items as JSON lines as they come; a slow reader holds up the next ones.

        Args:
            parts: the output items, some at a time.

        Raises:
            Fault: when the file cannot be written; it is replaced when all items are there.
            OSError: when standard output cannot be.
            ItemFailed: when an item failed; on standard output, the lines before it are whole.
        """
        with whole_file(Path(self.output)) if self.output is not None else nullcontext(sys.stdout) as file:
            async with aclosing(parts):
                async for part in parts:
                    self._note(part)
                    try:
                        await asyncio.to_thread(write_lines, part, file)
                    except OSError:
                        self.broken = self.output is None
                        raise

    def _note(self, items: Sequence[Item]) -> None:
        self._printed |= _indexes(items)
        self.failed += sum(_is_failure(item) for item in items)

    def finish(self, items: Sequence[Item]) -> None:
        """Delivers all items at once.

        Raises:
            Fault: when the file cannot be written.
            OSError: when standard output cannot be.
        """
        self.rest = items
        try:
            write_items(items, self.output, lines=self.lines)
        except OSError:
            self.broken = True
            raise
        self.rest = ()
        self._note(items)

    def salvage(self, done: Iterable[int] = ()) -> str:
        """Keeps the results of a run that ended early, and says where they are.

        Args:
            done: indexes of the items that were carried out, as far as their results do not tell.

        Returns:
            What to say; empty when nothing was done, or nothing needs to be said.
        """
        indexes = {*done, *_indexes(self.rest), *self._printed}
        if not self.keeps or not indexes:
            return ""
        if self.output is not None:
            return self._keep_beside(Path(self.output), indexes)
        if not self.lines:
            advice = "Their results are kept with --output FILE, --jsonl or --continue-on-fail."
            return f"{items_done(indexes)} {advice}"
        if not self.broken:
            try:
                write_lines(self.rest, sys.stdout)
            except OSError:
                self.broken = True
        return items_done(indexes) if self.broken else ""

    def _keep_beside(self, output: Path, indexes: set[int]) -> str:
        partial = output.with_name(f"{output.name}.partial")
        if self.rest and not is_device(output):
            try:
                write_whole(partial, as_text(self.rest, lines=self.lines))
            except Fault as error:
                return f"{error.message}. {items_done(indexes)}"
            count = len(indexes)
            what = (
                f"The results of the {count:,} items that were" if count > 1 else "The result of the one item that was"
            )
            return f"{what} done {'are' if count > 1 else 'is'} in {partial}."
        return items_done(indexes)


def _indexes(items: Iterable[Item]) -> set[int]:
    return {item["pairedItem"]["item"] for item in items}


def _is_failure(item: Item) -> bool:
    """Whether it is an error item: `error` and `details` stand alone there."""
    json = item["json"]
    return set(json) == {"error", "details"} and isinstance(json["details"], dict) and "timestamp" in json["details"]
