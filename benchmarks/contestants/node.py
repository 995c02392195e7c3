"""This package, through its public door: actions over items."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.contestants.job import SELECTED, row, take_part
from bitrix_node import Node, Webhook
from bitrix_node.hosts import loop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from benchmarks.contestants.job import Row

_NAMED = {"fieldItems": [{"fieldName": "NAME", "fieldValue": "={{ $json.name }}"}]}
_ID = "={{ $json.id }}"
_LISTED = {"select": ",".join(SELECTED)}


class NodeClient:
    """Runs the CRM actions over input items, with expressions as in a workflow."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def warm_up(self) -> None:
        """Lists one contact."""
        await self._execute("getAll", {"limit": 1, "crmOptions": _LISTED}, [{}])

    async def create(self, names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        return await self._execute("create", {"fields": _NAMED}, [{"name": name} for name in names])

    async def get(self, ids: Sequence[int]) -> Sequence[Row]:
        """See `Client`."""
        return await self._execute("get", {"recordId": _ID}, [{"id": key} for key in ids])

    async def update(self, ids: Sequence[int], names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        items = [{"id": key, "name": name} for key, name in zip(ids, names, strict=True)]
        return await self._execute("update", {"recordId": _ID, "fields": _NAMED}, items)

    async def list_all(self) -> Sequence[Row]:
        """See `Client`."""
        return await self._execute("getAll", {"returnAll": True, "crmOptions": _LISTED}, [{}])

    async def _execute(
        self, operation: str, parameters: dict[str, Any], items: Sequence[dict[str, Any]]
    ) -> Sequence[Row]:
        output = await self._node.execute(
            "crm",
            operation,
            parameters={"entityType": "contact", **parameters},
            items=[{"json": item} for item in items],
        )
        return [row(item["json"]) for item in output]


@asynccontextmanager
async def _open(webhook: str) -> AsyncIterator[NodeClient]:
    async with Node(Webhook(webhook)) as node:
        yield NodeClient(node)


if __name__ == "__main__":
    take_part(_open, loop.run)
