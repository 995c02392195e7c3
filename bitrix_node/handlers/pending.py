"""What stands for an answer before it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.parameters import UNSET, Pending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bitrix_node.definitions import Request
    from bitrix_node.parameters.values import Unset


def pending_answer(path: str) -> Pending:
    """The text `<answer of STEP: PATH>`."""
    step, _, rest = path.partition(".")
    return Pending(f"<answer of {step}: {rest}>" if rest else f"<answer of {step}>")


def pending_answers(requests: Iterable[Request]) -> Callable[[str], Pending | Unset]:
    """What stands for the answers of these requests; of any other step there will be none."""
    steps = {request.id for request in requests}
    return lambda path: pending_answer(path) if path.partition(".")[0] in steps else UNSET
