"""The named handlers: what can be done with one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.handlers.batch import batch
from bitrix_node.handlers.call import call
from bitrix_node.handlers.download import download
from bitrix_node.handlers.listing import list_rows

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bitrix_node.handlers.results import Outcome
    from bitrix_node.handlers.step import Step

HANDLERS: dict[str, Callable[[Step], Awaitable[Outcome]]] = {
    "batch": batch,
    "call": call,
    "download": download,
    "list": list_rows,
}
