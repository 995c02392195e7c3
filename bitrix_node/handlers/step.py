"""One request with its arguments, ready for a handler."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from bitrix_node.handlers.reconciling import reconciled
from bitrix_node.rest import method_habits

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from bitrix_node.definitions import Request
    from bitrix_node.handlers.marking import Marked
    from bitrix_node.handlers.prepared import Choices
    from bitrix_node.parameters import Values
    from bitrix_node.portal import Answer, Order, Scope


class Step(NamedTuple):
    """What a handler gets to work with.

    Attributes:
        request: the definition of the request.
        method: name of the REST method.
        arguments: what to send.
        values: the item's parameters.
        choices: what its options decide.
        portal: whom to ask.
        droppable: whether the call may be taken back while it waits: nothing has been changed for this item yet.
        record: the record that the call makes, where it carries a mark.
        address: where in the record the address of the file to fetch lies.
    """

    request: Request
    method: str
    arguments: dict[str, Any]
    values: Values
    choices: Choices
    portal: Scope
    droppable: bool
    address: str | None = None
    record: Marked | None = None

    @property
    def writes(self) -> bool:
        """Whether it changes anything in the portal."""
        declared = self.request.writes
        return method_habits().writes(self.method) if declared is None else declared

    def send(self, arguments: dict[str, Any] | None = None) -> Awaitable[Answer]:
        """Sends the request; the answer is to be awaited.

        Raises:
            PortalError: when there is none.
        """
        if self.record is not None:
            return reconciled(self, self.record, partial(self._send, self.record.arguments))
        return self._send(self.arguments if arguments is None else arguments)

    async def ask(self, method: str, arguments: dict[str, Any]) -> Answer:
        """Calls another method of the same portal, which reads, in the name of the same person.

        Raises:
            PortalError: when there is no answer.
        """
        return await self.portal.call(
            method, arguments, writes=False, token=self.choices.token, alone=self.choices.alone
        )

    def _send(self, arguments: dict[str, Any]) -> Awaitable[Answer]:
        return self.portal.send(self.order(arguments), shared=self.request.once)

    def order(self, arguments: dict[str, Any]) -> Order:
        """The request as a call with these arguments, to be sent."""
        return self.portal.order(
            self.method,
            arguments,
            version=self.request.version,
            writes=self.writes,
            droppable=self.droppable,
            token=self.choices.token,
            alone=self.choices.alone,
        )
