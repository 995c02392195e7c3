"""What can go wrong with an action and what to do then: from its failing cases and the table of error codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.rest import error_entries, error_entry
from tools.action_pages.markdown import code

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.definitions import Operation
    from tests.case_files import Case

GENERAL = (
    "INVALID_CREDENTIALS",
    "expired_token",
    "insufficient_scope",
    "WRONG_AUTH_TYPE",
    "QUERY_LIMIT_EXCEEDED",
    "OPERATION_TIME_LIMIT",
    "ERROR_METHOD_NOT_FOUND",
    "INTERNAL_SERVER_ERROR",
    "OUTCOME_UNKNOWN",
)
"""Codes that have nothing to do with a single action."""


def trouble_rows(operation: Operation, cases: Sequence[Case]) -> list[list[str]]:
    """One row an error: what is shown, and the remedy."""
    required = [parameter.display_name for parameter in operation.parameters if parameter.required]
    rows = [[f"'{name}' is required", f"Fill in *{name}*, or check the expression behind it."] for name in required]
    rows += [row for case in cases if (row := _case_row(case)) is not None]
    return list({row[0]: row for row in rows}.values())


def general_rows() -> list[list[str]]:
    """The errors that any action can meet."""
    known = error_entries()
    return [[code(name), known[name.upper()].remedy] for name in GENERAL if name.upper() in known]


def _case_row(case: Case) -> list[str] | None:
    failure = case.fails
    if failure is None:
        return None
    if case.sends:
        entry = error_entry(failure.code or "")
        if entry is None or not failure.code or failure.code in GENERAL:
            return None
        told = f": {failure.message}" if failure.message else ""
        return [f"{code(failure.code)}{told}", entry.remedy]
    if not failure.message or failure.message.endswith("is required"):
        return None
    return [failure.message, "Nothing was sent. Correct the value, or the expression behind it."]
