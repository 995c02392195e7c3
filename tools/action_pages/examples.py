"""Examples and samples, taken from the cases that test an action: they are known to be true."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.case_files import Case

ITEM_FILE = "item.json"
"""The file that the commands of examples read their item from."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An output item, and how many there are of its kind."""

    text: str
    item: dict[str, Any]


def usual_case(cases: Sequence[Case]) -> Case | None:
    """The first case that succeeds: cases begin with the plain use of an action."""
    return next((case for case in cases if case.returns is not None), None)


def command(resource: str, operation: str, case: Case) -> str:
    """The command line that does the same."""
    parameters = shlex.quote(json.dumps(case.parameters, ensure_ascii=False))
    items = f" --items {ITEM_FILE}" if case.item else ""
    return f"bitrix-node run {resource} {operation} --params {parameters}{items}"


def sample_output(cases: Sequence[Case]) -> Sample | None:
    """The first item that the usual case gives."""
    case = next((case for case in cases if case.returns), None)
    if case is None or not case.returns:
        return None
    several = len(case.returns) > 1
    return Sample("One item for each row, such as:" if several else "One item:", case.returns[0])
