"""Reading a file for validation: its content, and what is wrong with the file itself or with its shape."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bitrix_node.definitions.checks.schema import schema_faults
from bitrix_node.definitions.faults import Fault
from bitrix_node.definitions.yaml_files import UnreadableFile, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.definitions.checks.schema import SchemaFault
    from bitrix_node.definitions.checks.views import Tree

_SECTIONS = ("operations", "parameters", "conditions", "tables", "lookups")


@dataclass(frozen=True, slots=True)
class Document:
    """What is usable of a file.

    Attributes:
        file: how faults call it.
        content: its content without the parts that are too misshapen to look into.
        faults: what is wrong with the file and its shape.
        left_out: section -> names of the entries that were left out of the content.
    """

    file: str
    content: Tree
    faults: tuple[Fault, ...] = ()
    left_out: dict[str, set[str]] = field(default_factory=dict)


def read_document(path: Path, kind: str) -> Document:
    """A file with everything that is wrong with its YAML and its shape.

    Args:
        path: the file.
        kind: what it is, as in `schema.KINDS`.
    """
    file = file_name(path)
    try:
        content = read_yaml(path)
    except UnreadableFile as problem:
        return Document(file, {}, (_unreadable(path, str(problem)),))
    faults = schema_faults(kind, content, file)
    usable = content if isinstance(content, dict) else {}
    return _without_misshapen(file, usable, faults)


def file_name(path: Path) -> str:
    """How faults call a file: relative to the working directory where it lies below it."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)


def _unreadable(path: Path, problem: str) -> Fault:
    match = re.fullmatch(r"(?::(\d+):(\d+))?: (.*)", problem.removeprefix(str(path)), re.DOTALL)
    line, column, message = match.groups() if match else (None, None, problem)
    place = f"line {line}, column {column}" if line else ""
    return Fault(file_name(path), place, message, "a readable YAML file in UTF-8")


def _without_misshapen(file: str, content: Tree, faults: Iterable[SchemaFault]) -> Document:
    usable = {
        key: dict(value) if key in _SECTIONS and isinstance(value, dict) else value for key, value in content.items()
    }
    left_out: dict[str, set[str]] = {section: set() for section in _SECTIONS}
    reported = list(faults)
    for fault in reported:
        if fault.structural and fault.path:
            _leave_out(usable, left_out, fault.path)
    return Document(file, usable, tuple(entry.fault for entry in reported), left_out)


def _leave_out(content: Tree, left_out: dict[str, set[str]], path: tuple[Any, ...]) -> None:
    section = path[0]
    if section in _SECTIONS and len(path) > 1 and isinstance(content.get(section), dict):
        content[section].pop(path[1], None)
        left_out[section].add(str(path[1]))
    else:
        content.pop(section, None)
