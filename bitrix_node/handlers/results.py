"""What a request came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.parameters import BinaryData


@dataclass(frozen=True, slots=True)
class Outcome:
    """The output of one request or action.

    Attributes:
        items: the JSON of each output item.
        result: what the method returned, for later steps.
        envelope: the whole answer, for when Simplify is off.
        binary: binary fields of the (only) item.
    """

    items: list[dict[str, Any]]
    result: Any
    envelope: dict[str, Any]
    binary: dict[str, BinaryData] = field(default_factory=dict)


def joined(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome of a request that was sent several times: all items, and the list of results."""
    return Outcome(
        items=[item for outcome in outcomes for item in outcome.items],
        result=[outcome.result for outcome in outcomes],
        envelope={"result": [outcome.envelope.get("result") for outcome in outcomes]},
    )
