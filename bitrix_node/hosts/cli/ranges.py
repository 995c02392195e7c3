"""Items named by their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def items_done(indexes: Iterable[int]) -> str:
    """Which items were done: `Item 3 was done.`, or `Items 0 to 4, 7 and 9 were done.`."""
    runs: list[list[int]] = []
    for index in sorted(set(indexes)):
        if runs and index == runs[-1][-1] + 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    words = [word for run in runs for word in _words(run)]
    listed = " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)
    return f"Item {listed} was done." if words == [str(runs[0][0])] else f"Items {listed} were done."


def _words(run: list[int]) -> list[str]:
    return [f"{run[0]} to {run[-1]}"] if len(run) > 2 else [str(index) for index in run]  # noqa: PLR2004
