"""Small pieces of Markdown."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WIDTH = 100
"""JSON that fits is written on one line."""


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; bars and line breaks in cells are escaped."""
    lines = [heads, ["---"] * len(heads), *([_cell(cell) for cell in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def block(language: str, text: str) -> str:
    """A fenced block."""
    return f"```{language}\n{text.rstrip()}\n```\n"


def json_block(value: Any) -> str:
    """A value as JSON."""
    return block("json", pretty(value))


def pretty(value: Any, indent: int = 0) -> str:
    """JSON with short objects and lists on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not value or len(flat) + indent <= WIDTH:
        return flat
    pad, inner = " " * indent, " " * (indent + 2)
    if isinstance(value, dict):
        lines = [f"{inner}{json.dumps(key)}: {pretty(entry, indent + 2)}" for key, entry in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{pad}}}"
    return "[\n" + ",\n".join(inner + pretty(entry, indent + 2) for entry in value) + f"\n{pad}]"


def anchor(title: str) -> str:
    """The address of a heading within its page, as GitHub and GitLab build it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def code(text: str) -> str:
    """Text in the fixed font."""
    return f"`{text}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def listed(entries: Sequence[str], last: str = "and") -> str:
    """Entries as a sentence names them: `a, b and c`."""
    return " ".join(filter(None, [", ".join(entries[:-1]), last if len(entries) > 1 else "", entries[-1]]))
