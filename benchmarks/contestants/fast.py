"""fast-bitrix24, as its documentation shows it: lists of parameters, batched and sent side by side."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
from fast_bitrix24 import BitrixAsync

from benchmarks.contestants.job import CONTACT, SELECTED, row, take_part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from benchmarks.contestants.job import Row


class FastClient:
    """Calls the universal CRM methods."""

    def __init__(self, client: BitrixAsync) -> None:
        self._client = client

    async def warm_up(self) -> None:
        """Makes one call on its own."""
        await self._client.call("crm.item.fields", {"entityTypeId": CONTACT}, raw=True)

    async def create(self, names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        adding = [{"entityTypeId": CONTACT, "fields": {"name": name}} for name in names]
        return [row(item) for item in await self._client.call("crm.item.add", adding)]

    async def get(self, ids: Sequence[int]) -> Sequence[Row]:
        """See `Client`."""
        found = await self._client.get_by_ID("crm.item.get", ids, "id", {"entityTypeId": CONTACT})
        by_id = {int(key): answer for key, answer in found.items()}
        return [row(by_id[key].get("item", by_id[key])) for key in ids]

    async def update(self, ids: Sequence[int], names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        changes = [
            {"entityTypeId": CONTACT, "id": key, "fields": {"name": name}} for key, name in zip(ids, names, strict=True)
        ]
        return [row(item) for item in await self._client.call("crm.item.update", changes)]

    async def list_all(self) -> Sequence[Row]:
        """See `Client`."""
        chosen = {"entityTypeId": CONTACT, "select": list(SELECTED)}
        return [row(item) for item in await self._client.get_all("crm.item.list", chosen)]


@asynccontextmanager
async def _open(webhook: str) -> AsyncIterator[FastClient]:
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        yield FastClient(BitrixAsync(webhook, verbose=False, client=session))


if __name__ == "__main__":
    take_part(_open)
