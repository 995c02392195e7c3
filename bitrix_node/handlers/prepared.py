"""What is settled for an item before anything is sent, and shared by items that are alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Self

from bitrix_node.handlers.output import output_of
from bitrix_node.handlers.planning import plan

if TYPE_CHECKING:
    from bitrix_node.definitions import Operation, Request
    from bitrix_node.parameters import Values

_SINGLE_REQUESTS = "single"
"""What the option *Batching* says where no calls are to share a request."""


class Choices(NamedTuple):
    """What an item's options decide about its calls and its output.

    Attributes:
        token: access token that the item brings along.
        alone: whether its calls share no requests with others.
        in_order: whether it waits for the item before it.
        reconcile: whether the records that it makes carry marks.
        output: which output it asks for; see `output_of`.
    """

    token: str | None
    alone: bool
    in_order: bool
    reconcile: bool
    output: str

    @classmethod
    def of(cls, values: Values) -> Self:
        """The choices in an item's parameters."""
        token = values.used("accessToken")
        return cls(
            token=str(token) if token else None,
            alone=values.used("batching") == _SINGLE_REQUESTS,
            in_order=values.used("sendInOrder") is True,
            reconcile=values.used("reconcile") is True,
            output=output_of(values),
        )


class Prepared(NamedTuple):
    """An item that may be carried out.

    Attributes:
        values: its parameters.
        requests: what to send.
        choices: how.
        arguments: those of its only request, where they are known before anything is answered.
    """

    values: Values
    requests: list[Request]
    choices: Choices
    arguments: dict[str, Any] | None = None

    @classmethod
    def of(cls, operation: Operation, values: Values) -> Self:
        """An item with these parameters, by itself.

        Raises:
            ParameterError: when a method or its arguments contradict the documentation.
            Refusal: when the action has no requests for these parameters.
        """
        return cls(values, plan(operation, values), Choices.of(values))
