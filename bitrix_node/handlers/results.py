"""What a request came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from bitrix_node.portal.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.parameters import BinaryData
    from bitrix_node.portal.errors import PortalError


class Outcome(NamedTuple):
    """The output of one request or action.

    Attributes:
        items: the JSON of each output item.
        result: what the method returned, for later steps.
        answer: the whole answer, for when Simplify is off.
        binary: binary fields of each item, in the order of the items; nothing where no item has any.
        clean: whether the items certainly hold no secret.
    """

    items: list[dict[str, Any]]
    result: Any
    answer: Answer
    binary: Sequence[dict[str, BinaryData]] = ()
    clean: bool = False

    def showing(self, items: list[dict[str, Any]]) -> Outcome:
        """The same outcome with these items in place of its own."""
        if items is self.items:
            return self
        return Outcome(items, self.result, self.answer, self.binary, self.clean)


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
        answer=Answer([outcome.answer.result for outcome in outcomes]),
        binary=[fields for outcome in outcomes for fields in outcome.binary],
    )


def gathered(binary: Sequence[dict[str, BinaryData]]) -> list[dict[str, BinaryData]]:
    """The binary fields of several items as those of one; from the second on, fields of one name get a number."""
    together: dict[str, BinaryData] = {}
    for number, fields in enumerate(binary):
        together |= {f"{name}_{number}" if name in together else name: data for name, data in fields.items()}
    return [together] if together else []


def refused(error: PortalError, element: Any) -> Outcome:
    """The outcome of a call for one of several elements that the portal refused, while others were carried out."""
    result = {"error": error.message, "code": error.code, "element": element}
    return Outcome([result], result, Answer(result))


def skipped(error: PortalError) -> Outcome:
    """The outcome of a call whose refusal says that things already are as they should be."""
    result = {"skipped": error.message, "code": error.code}
    return Outcome([result], result, Answer(result))
