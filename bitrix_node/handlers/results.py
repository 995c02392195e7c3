"""What a request came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
