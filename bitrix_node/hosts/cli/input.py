"""The option `--items`: a JSON array, a JSON object, or JSON lines, from a file or standard input."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from bitrix_node.hosts.cli.faults import Fault
from bitrix_node.runtime import UnreadableItems, read_items


def load_items(source: str | None) -> list[dict[str, Any]]:
    """The input items; one empty item where no source is given.

    Args:
        source: name of a file, or `-` for standard input.

    Raises:
        Fault: when they cannot be read.
    """
    if source is None:
        return [{"json": {}}]
    if not source:
        raise Fault("--items: the name of a file is missing", "Write - for standard input.")
    name = "standard input" if source == "-" else source
    try:
        return read_items(_parse(_read(source, name), name))
    except UnreadableItems as error:
        raise Fault(f"--items: {error}") from None


def _read(source: str, name: str) -> str:
    try:
        raw = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise Fault(f"--items: {name} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise Fault(f"--items: {name} is not UTF-8 text (byte {error.start})") from None


def _parse(text: str, name: str) -> Any:
    """A JSON value as it is; otherwise one JSON value a line, of which there may be none."""
    if not text.strip():
        return []
    try:
        return json.loads(text)
    except json.JSONDecodeError as whole:
        lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) < 2 and not text.lstrip().startswith("{"):  # noqa: PLR2004
            raise Fault(_not_json(name, whole.lineno, whole.colno, whole.msg), _advice(text)) from None
        return [_parse_line(line, number, name, text) for number, line in lines]


def _parse_line(line: str, number: int, name: str, text: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise Fault(_not_json(name, number, error.colno, error.msg), _advice(text)) from None


def _advice(text: str) -> str:
    """What to do with a file that is of another kind."""
    first = text.lstrip().partition("\n")[0]
    if first.startswith(("{", "[")) or not any(separator in first for separator in ",;\t"):
        return ""
    return "It looks like CSV. Turn each of its rows into a JSON object, one a line or all in an array."


def _not_json(name: str, line: int, column: int, what: str) -> str:
    return f"--items: {name} is neither a JSON array nor JSON lines: {what} at line {line}, column {column}"
