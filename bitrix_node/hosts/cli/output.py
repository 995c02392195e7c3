"""Where output items go: JSON for pipes and files, a table for eyes."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import aclosing, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from bitrix_node.hosts.cli.files import whole_file, write_whole

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

Item = dict[str, Any]


def write_items(items: Sequence[Item], output: str | None) -> None:
    """Writes output items to a file, a pipe or the terminal.

    Args:
        items: the output items.
        output: name of the file; standard output where not given.

    Raises:
        Fault: when the file cannot be written; there is no half-written one.
    """
    if output is not None:
        write_whole(Path(output), as_text(items, lines=False))
    elif sys.stdout.isatty():
        from bitrix_node.hosts.cli.table import print_table  # noqa: PLC0415 (rich is slow to load)

        print_table(items)
    else:
        click.echo(as_text(items, lines=False), nl=False)


async def write_stream(parts: AsyncGenerator[Sequence[Item], None], output: str | None) -> None:
    """Writes output items as JSON lines as they come; a slow reader holds up the next ones.

    Args:
        parts: the output items, some at a time.
        output: name of the file, which is replaced when all items are there; standard output where not given.

    Raises:
        Fault: when the file cannot be written.
        ItemFailed: when an item failed; on standard output, the lines before it are whole.
    """
    with whole_file(Path(output)) if output is not None else nullcontext(sys.stdout) as file:
        async with aclosing(parts):
            async for part in parts:
                await asyncio.to_thread(_write, file, as_text(part, lines=True))


def _write(file: TextIO, text: str) -> None:
    file.write(text)
    file.flush()


def as_text(items: Sequence[Any], *, lines: bool) -> str:
    """Items as JSON lines, or as a JSON array with one item a line."""
    rows = [json.dumps(item, ensure_ascii=False) for item in items]
    if lines:
        return "".join(f"{row}\n" for row in rows)
    return "[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n"
