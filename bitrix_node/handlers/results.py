"""What a request came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.parameters import BinaryData
    from bitrix_node.portal.errors import PortalError


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


def joined(outcomes: Sequence[Outcome], keys: Sequence[Any] | None = None) -> Outcome:
    """The outcome of a request that was sent several times: all items, and the list of results.

    Args:
        outcomes: what each call came to.
        keys: makes the results an object, each under its key; where there is none, under its number.
    """
    results: Any = [outcome.result for outcome in outcomes]
    if keys is not None:
        names = (str(number if key is None else key) for number, key in enumerate(keys, 1))
        results = dict(zip(names, results, strict=True))
    return Outcome(
        items=[item for outcome in outcomes for item in outcome.items],
        result=results,
        envelope={"result": [outcome.envelope.get("result") for outcome in outcomes]},
    )


def skipped(error: PortalError) -> Outcome:
    """The outcome of a call whose refusal says that things already are as they should be."""
    result = {"skipped": error.message, "code": error.code}
    return Outcome([result], result, {"result": result})
