"""The kinds of paging that definitions may name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from bitrix_node.definitions.yaml_files import read_yaml

_TABLE = Path(__file__).resolve().parents[2] / "portal" / "tables" / "paging.yaml"
_KINDS = ("none", "start", "lastId", "limit", "offset", "page", "pagination")


@cache
def paging_kinds() -> tuple[str, ...]:
    """The kinds of paging, as the portal's table of them lists them."""
    return tuple(read_yaml(_TABLE)) if _TABLE.is_file() else _KINDS
