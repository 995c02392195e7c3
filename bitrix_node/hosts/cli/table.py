"""Output items as a table: as many fields as the terminal has room for, those that tell records apart first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_ROWS = 100
WIDEST_COLUMN = 40
LEADING = ("error", "code", "id", "title", "name", "last_name", "lastname", "email")
"""Fields that stand first, whatever place the portal gives them; compared without regard to case."""

_BETWEEN_COLUMNS = 3


def print_table(items: Sequence[Mapping[str, Any]]) -> None:
    """Shows items on standard output; says what it leaves out."""
    console = Console()
    if not items:
        console.print("No items", style="dim")
        return
    columns = _columns([_flat(item["json"]) for item in items[:MOST_ROWS]])
    shown = _fitting(columns, console.width)
    table = Table(show_edge=False, header_style="bold", row_styles=["", "dim"])
    for name in shown:
        table.add_column(escape(name), overflow="ellipsis", no_wrap=True, max_width=WIDEST_COLUMN)
    for row in zip(*(columns[name] for name in shown), strict=True):
        table.add_row(*(escape(cell) for cell in row))
    console.print(table)
    left_out = [_counted(len(items) - MOST_ROWS, "more item"), _counted(len(columns) - len(shown), "more field")]
    notes = " and ".join(note for note in left_out if note)
    if notes:
        console.print(f"… {notes}; pipe the output or use --output to get everything", style="dim", highlight=False)


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Field name -> its text in every row, without fields that are empty everywhere."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {name: [_text(row.get(name)) for row in rows] for name in names}
    return {name: texts for name, texts in columns.items() if any(texts)}


def _fitting(columns: Mapping[str, Sequence[str]], width: int) -> list[str]:
    shown: list[str] = []
    for name in sorted(columns, key=_rank):
        needed = min(WIDEST_COLUMN, max(map(cell_len, (name, *columns[name])))) + _BETWEEN_COLUMNS
        if needed <= width or not shown:
            shown.append(name)
            width -= needed
    return shown


def _rank(name: str) -> int:
    lowered = name.lower()
    return LEADING.index(lowered) if lowered in LEADING else len(LEADING)


def _flat(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    if set(fields) == {"error", "details"} and isinstance(fields["details"], dict):
        return {"error": fields["error"], "code": fields["details"].get("code")}
    return fields


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}" if count > 0 else ""
