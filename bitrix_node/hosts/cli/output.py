"""Where output items go: JSON for pipes and files, a table for eyes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bitrix_node.hosts.cli.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Sequence

Item = dict[str, Any]

MOST_COLUMNS = 8
MOST_ROWS = 100


def write_items(items: Sequence[Item], output: str | None, *, lines: bool) -> None:
    """Writes output items to a file, a pipe or the terminal.

    Args:
        items: the output items.
        output: name of the file; standard output where not given.
        lines: whether to write JSON lines instead of a JSON array.

    Raises:
        Fault: when the file cannot be written; there is no half-written one.
    """
    if output is not None:
        write_whole(Path(output), as_text(items, lines=lines))
    elif sys.stdout.isatty() and not lines:
        print_table(items)
    else:
        click.echo(as_text(items, lines=lines), nl=False)


def as_text(items: Sequence[Any], *, lines: bool) -> str:
    """Items as JSON lines, or as a JSON array with one item a line."""
    rows = [json.dumps(item, ensure_ascii=False) for item in items]
    if lines:
        return "".join(f"{row}\n" for row in rows)
    return "[\n" + ",\n".join(rows) + "\n]\n" if rows else "[]\n"


def print_table(items: Sequence[Item]) -> None:
    """Shows items as a table, widest facts first to fit the terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    rows = [_flat(item["json"]) for item in items[:MOST_ROWS]]
    columns = list(dict.fromkeys(name for row in rows for name in row))
    shown = columns[:MOST_COLUMNS]
    table = Table(show_edge=False, header_style="bold", row_styles=["", "dim"])
    for name in shown:
        table.add_column(name, overflow="ellipsis", no_wrap=True)
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in shown))
    console = Console()
    console.print(table)
    left_out = [
        f"{len(items) - MOST_ROWS} more items" if len(items) > MOST_ROWS else "",
        f"{len(columns) - len(shown)} more fields" if len(columns) > len(shown) else "",
    ]
    notes = " and ".join(note for note in left_out if note)
    if notes:
        console.print(f"… {notes}; pipe the output or use --output to get everything", style="dim")


def _flat(json_value: Item) -> Item:
    if set(json_value) == {"error", "details"} and isinstance(json_value["details"], dict):
        return {"error": json_value["error"], "code": json_value["details"].get("code")}
    return json_value


def _cell(value: Any) -> str:
    from rich.markup import escape  # noqa: PLC0415

    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return escape(" ".join(text.split()))
