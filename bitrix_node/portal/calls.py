"""One call on its way to the portal."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bitrix_node.portal.encoding import command, fits_a_command
from bitrix_node.portal.tables import method_habits

if TYPE_CHECKING:
    import asyncio

    from bitrix_node.credentials import Endpoint
    from bitrix_node.portal.answers import Answer

HEAVY_COMMAND = 50_000
"""Commands longer than this many characters travel alone."""


@dataclass(slots=True, eq=False)
class Call:
    """A method with its arguments, waiting for its answer.

    Attributes:
        endpoint: whom to call, as whom.
        method: name of the REST method.
        arguments: what to send.
        version: 2, or 3 for REST 3.0.
        writes: whether it changes anything; decides whether it may be sent again.
        droppable: whether it may be taken back while it waits.
        scope: the run it belongs to.
        answer: the future that gets the answer.
    """

    endpoint: Endpoint
    method: str
    arguments: dict[str, Any]
    version: int
    writes: bool
    droppable: bool
    scope: object
    answer: asyncio.Future[Answer]
    command: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.command = self._as_command()

    @property
    def alone(self) -> bool:
        """Whether it cannot share a request."""
        return self.command is None

    def _as_command(self) -> str | None:
        if self.version != 2 or self.method.lower() in method_habits().alone:  # noqa: PLR2004
            return None
        if self.arguments and not fits_a_command(self.arguments):
            return None
        if len(json.dumps(self.arguments)) > HEAVY_COMMAND:
            return None
        return command(self.method, self.arguments)
