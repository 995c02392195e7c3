"""One call on its way to the portal, and the form that it has in a batch.

Batches of REST 2 take a text a command, those of REST 3.0 an object. A batch of REST 3.0 knows one answer for all that
it holds or one error for all; which command was refused, and what had been done before, it does not tell. So only calls
that read share one: after an error each of them can be sent again on its own. See "Overview of REST 3.0", "Batch call".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from bitrix_node.portal.errors import PortalError
from bitrix_node.rest import method_habits
from bitrix_node.rest.encoding import as_json, as_query, command

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from bitrix_node.credentials import Endpoint
    from bitrix_node.portal.answers import Answer
    from bitrix_node.portal.clock import Moment
    from bitrix_node.portal.limits.quota import MethodKey
    from bitrix_node.portal.scope import Scope

REST_2, REST_3 = 2, 3

Command: TypeAlias = "str | dict[str, Any]"
"""A call inside a batch: `method?query` of REST 2, `{method, query}` of REST 3.0."""

HEAVY_COMMAND = 50_000
"""Commands longer than this many characters travel alone."""

MANY_VALUES = 500
"""Commands with more values than this travel alone: PHP drops what goes beyond its `max_input_vars` (1000)."""


class Order(NamedTuple):
    """What a run asks of the portal.

    Attributes:
        scope: the run.
        method: name of the REST method.
        arguments: what to send.
        version: 2, or 3 for REST 3.0.
        writes: whether it changes anything; decides whether it may be sent again.
        droppable: whether it may be taken back while it waits to be sent.
        token: access token to use in place of the credential's.
        alone: whether it may not share a request with other calls.
    """

    scope: Scope
    method: str
    arguments: dict[str, Any]
    version: int
    writes: bool
    droppable: bool
    token: str | None
    alone: bool = False

    @property
    def key(self) -> MethodKey:
        """What its computing time is reckoned by."""
        return self.token, self.method.lower()


@dataclass(slots=True, eq=False)
class Call:
    """An order on its way, for the first time or again.

    Attributes:
        order: what is asked.
        answer: the future that gets the answer.
        place: its place among all calls of the client, which it keeps when it is sent again; 0 before it has one.
        endpoint: whom it was sent to last, as whom.
        command: the order as a batch command; `None` where it has to travel alone.
        sent: when it was sent last; `None` while it waits to be.
        rescue: told of the error in place of whoever waits for the answer, where nobody does.
        going_on: what became of that, where it goes on.
    """

    order: Order
    answer: asyncio.Future[Answer]
    place: int = 0
    endpoint: Endpoint | None = None
    command: Command | None = field(init=False)
    sent: Moment | None = None
    rescue: Callable[[Call, PortalError], None] | None = None
    going_on: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self.command = _as_command(self.order)

    @property
    def method(self) -> str:
        """Name of the REST method."""
        return self.order.method

    def fail(self, error: Exception) -> None:
        """Ends the call with an error, unless it has ended or goes on in spite of it."""
        if self.answer.done():
            return
        rescue, self.rescue = self.rescue, None
        if rescue is not None and isinstance(error, PortalError):
            rescue(self, error)
        else:
            self.answer.set_exception(error)

    def failed(self, error: PortalError) -> Call:
        """The call as it was sent, with this error for an answer."""
        sent = replace(self, answer=self.answer.get_loop().create_future(), rescue=None, going_on=None)
        sent.answer.set_exception(error)
        return sent

    def may_join(self, other: Call) -> bool:
        """Whether it may stand in one batch with another call that may."""
        return (
            self.command is not None
            and self.order.token == other.order.token
            and self.order.version == other.order.version
        )


def _as_command(order: Order) -> Command | None:
    if order.alone or order.method.lower() in method_habits().alone:
        return None
    return _as_text(order) if order.version == REST_2 else _as_object(order)


def _as_object(order: Order) -> dict[str, Any] | None:
    if order.writes:
        return None
    try:
        heavy = len(as_json(order.arguments)) > HEAVY_COMMAND
    except (TypeError, ValueError, RecursionError):
        return None
    return None if heavy else {"method": order.method, "query": order.arguments}


def _as_text(order: Order) -> str | None:
    try:
        query = as_query(order.arguments)
    except RecursionError:
        return None
    if query is None or query.values > MANY_VALUES:
        return None
    text = command(order.method, query)
    return text if len(text) <= HEAVY_COMMAND else None
