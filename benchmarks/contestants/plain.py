"""aiohttp alone: one request after another, as a loop in a script or a node without batches does it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import aiohttp

from benchmarks.contestants.job import CONTACT, SELECTED, row, take_part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from benchmarks.contestants.job import Row


class PlainClient:
    """Posts JSON over one connection."""

    def __init__(self, session: aiohttp.ClientSession, webhook: str) -> None:
        self._session, self._webhook = session, webhook

    async def warm_up(self) -> None:
        """Makes one call."""
        await self._call("fields", {})

    async def create(self, names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        return [await self._item("add", {"fields": {"name": name}}) for name in names]

    async def get(self, ids: Sequence[int]) -> Sequence[Row]:
        """See `Client`."""
        return [await self._item("get", {"id": key}) for key in ids]

    async def update(self, ids: Sequence[int], names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        pairs = zip(ids, names, strict=True)
        return [await self._item("update", {"id": key, "fields": {"name": name}}) for key, name in pairs]

    async def list_all(self) -> Sequence[Row]:
        """See `Client`."""
        rows: list[Row] = []
        start: int | None = 0
        while start is not None:
            page = await self._call("list", {"select": SELECTED, "start": start})
            rows += [row(item) for item in page["result"]["items"]]
            start = page.get("next")
        return rows

    async def _item(self, method: str, arguments: dict[str, Any]) -> Row:
        return row((await self._call(method, arguments))["result"]["item"])

    async def _call(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        body = {"entityTypeId": CONTACT, **arguments}
        async with self._session.post(f"{self._webhook}crm.item.{method}", json=body) as response:
            response.raise_for_status()
            answer: dict[str, Any] = await response.json()
            return answer


@asynccontextmanager
async def _open(webhook: str) -> AsyncIterator[PlainClient]:
    async with aiohttp.ClientSession() as session:
        yield PlainClient(session, webhook)


if __name__ == "__main__":
    take_part(_open)
