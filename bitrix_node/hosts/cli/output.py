"""Where output items go: JSON for pipes and files, a table for eyes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from bitrix_node.hosts.cli.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = dict[str, Any]


def write_items(items: Sequence[Item], output: str | None, *, lines: bool = False) -> None:
    """Writes output items to a file, a pipe or the terminal.

    Args:
        items: the output items.
        output: name of the file; standard output where not given.
        lines: whether a file gets JSON lines instead of an array.

    Raises:
        Fault: when the file cannot be written; there is no half-written one.
        OSError: when standard output cannot be.
    """
    if output is not None:
        write_whole(Path(output), as_text(items, lines=lines))
    elif sys.stdout.isatty():
        from bitrix_node.hosts.cli.table import print_table  # noqa: PLC0415 (rich is slow to load)

        print_table(items)
    else:
        click.echo(as_text(items, lines=False), nl=False)


def write_lines(items: Sequence[Item], file: TextIO) -> None:
    """Writes items as JSON lines, at once.

    Raises:
        OSError: when the file cannot be written.
    """
    file.write(as_text(items, lines=True))
    file.flush()


def as_text(items: Sequence[Any], *, lines: bool) -> str:
    """Items as JSON lines, or as a JSON array with one item a line."""
    rows = [json.dumps(item, ensure_ascii=False) for item in items]
    if lines:
        return "".join(f"{row}\n" for row in rows)
    return "[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n"
