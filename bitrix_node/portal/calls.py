"""One call on its way to the portal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.rest import method_habits
from bitrix_node.rest.encoding import command, count_values, fits_a_command

if TYPE_CHECKING:
    import asyncio

    from bitrix_node.credentials import Endpoint
    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.client import Scope

HEAVY_COMMAND = 50_000
"""Commands longer than this many characters travel alone."""

MANY_VALUES = 500
"""Commands with more values than this travel alone: PHP drops what goes beyond its `max_input_vars` (1000)."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a run asks of the portal.

    Attributes:
        scope: the run.
        method: name of the REST method.
        arguments: what to send.
        version: 2, or 3 for REST 3.0.
        writes: whether it changes anything; decides whether it may be sent again.
        droppable: whether it may be taken back while it waits to be sent.
        token: access token to use in place of the credential's.
    """

    scope: Scope
    method: str
    arguments: dict[str, Any]
    version: int
    writes: bool
    droppable: bool
    token: str | None


@dataclass(slots=True, eq=False)
class Call:
    """An order on its way, for the first time or again.

    Attributes:
        order: what is asked.
        endpoint: whom to call, as whom.
        answer: the future that gets the answer.
        command: the order as a batch command; `None` where it has to travel alone.
    """

    order: Order
    endpoint: Endpoint
    answer: asyncio.Future[Answer]
    command: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.command = _as_command(self.order)

    @property
    def method(self) -> str:
        """Name of the REST method."""
        return self.order.method


def _as_command(order: Order) -> str | None:
    if order.version != 2 or order.method.lower() in method_habits().alone:  # noqa: PLR2004
        return None
    if order.arguments and not fits_a_command(order.arguments):
        return None
    if count_values(order.arguments) > MANY_VALUES:
        return None
    text = command(order.method, order.arguments)
    return text if len(text) <= HEAVY_COMMAND else None
