"""What stands for an answer before it is there."""

from __future__ import annotations

from bitrix_node.parameters import Pending


def pending_answer(path: str) -> Pending:
    """The text `<answer of STEP: PATH>`."""
    step, _, rest = path.partition(".")
    return Pending(f"<answer of {step}: {rest}>" if rest else f"<answer of {step}>")
