"""Which of the kinds of `bitrix_node/rest/paging.yaml` a method's parameters make it."""

from __future__ import annotations

from typing import Any

Tree = dict[str, Any]

_KINDS: tuple[tuple[str, frozenset[str]], ...] = (
    ("start", frozenset({"start"})),
    ("START", frozenset({"START"})),
    ("nextOffset", frozenset({"offset", "limit", "!nextOffset"})),
    ("offset", frozenset({"offset", "limit"})),
    ("OFFSET", frozenset({"OFFSET", "LIMIT"})),
    ("paramsOffset", frozenset({"params.offset", "params.limit"})),
    ("PARAMSOffset", frozenset({"PARAMS.offset", "PARAMS.limit"})),
    ("notifications", frozenset({"LAST_ID", "LAST_TYPE", "LIMIT"})),
    ("lastId", frozenset({"LAST_ID", "FIRST_ID", "LIMIT"})),
    ("lastRow", frozenset({"LAST_ID", "LIMIT"})),
    ("afterCursor", frozenset({"pagination.afterCursor", "!afterCursor"})),
    ("nextCursor", frozenset({"pagination.afterCursor", "!nextCursor"})),
    ("paginationLimit", frozenset({"pagination.limit"})),
    ("pagination", frozenset({"pagination"})),
    ("tail", frozenset({"cursor"})),
    ("pageNavigation", frozenset({"pageNavigation"})),
    ("page", frozenset({"page"})),
)
"""A kind and the parameters that tell it, the first fitting one counts; `!name` is a key of the answer."""


def paging_of(method: Tree, parameters: Tree) -> str | None:
    """The kind of paging, or nothing where the method gives all it has."""
    known = {*parameters, *_members(parameters), *_answered(method)}
    if not (method["paginated"] or method["paging_params"]):
        return None
    kind = next((kind for kind, names in _KINDS if names <= known), None)
    return kind or ("start" if method["paginated"] and method["list_path"] is not None else None)


def _members(parameters: Tree) -> set[str]:
    return {
        f"{name}.{member}"
        for name, described in parameters.items()
        if isinstance(described, dict)
        for member in described.get("members", {})
    }


def _answered(method: Tree) -> set[str]:
    result = (method["response"] or {}).get("result") if isinstance(method["response"], dict) else None
    return {f"!{key}" for key in result} if isinstance(result, dict) else set()
