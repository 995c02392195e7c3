"""Items of a run that wait for one another, because they may be about the same record.

An action that looks for a record before it makes one must see the records that the items before it have made.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from bitrix_node.parameters import UNSET
from bitrix_node.parameters.conversion import converted

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable

    from bitrix_node.definitions import Operation
    from bitrix_node.handlers import Prepared
    from bitrix_node.parameters import Values

_Key: TypeAlias = tuple[str, ...]


class Turns:
    """Lets an item begin when the one before it with the same key has ended, however that ended.

    Args:
        operation: names the parameters that make the key; without any, nothing waits.
        prepared: the items of the run, each with its index, in the order of their turns.
    """

    def __init__(self, operation: Operation, prepared: Iterable[tuple[int, Prepared]] = ()) -> None:
        self._ended: dict[int, asyncio.Event] = {}
        self._before: dict[int, asyncio.Event] = {}
        if not operation.in_turn_by:
            return
        latest: dict[_Key, asyncio.Event] = {}
        for index, entry in prepared:
            key = _key(entry.values, operation.in_turn_by)
            if key in latest:
                self._before[index] = latest[key]
            latest[key] = self._ended[index] = asyncio.Event()

    @asynccontextmanager
    async def of(self, index: int) -> AsyncGenerator[None, None]:
        """The turn of an item: waits until it comes, and gives it to the next one in the end."""
        if index in self._before:
            await self._before[index].wait()
        try:
            yield
        finally:
            if index in self._ended:
                self._ended[index].set()


def _key(values: Values, paths: Iterable[str]) -> _Key:
    """The letters and digits of the values: to wait for one too many costs time, to wait for one too few a record.

    Bitrix24 finds a phone number however it is written, and texts whatever their capitals.
    """
    found = (converted(values, path) for path in paths)
    return tuple("".join(filter(str.isalnum, str(value))).casefold() if value is not UNSET else "" for value in found)
