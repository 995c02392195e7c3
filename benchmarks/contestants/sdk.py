"""b24pysdk, as its documentation shows it: batches of any length, lists that page by themselves."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from b24pysdk.credentials.bitrix_token import BitrixWebhook

from benchmarks.contestants.job import CONTACT, SELECTED, row, take_part

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from benchmarks.contestants.job import Row


class SdkClient:
    """Calls the universal CRM methods."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def warm_up(self) -> None:
        """Makes one call on its own."""
        assert self._client.crm.item.fields(entity_type_id=CONTACT).response.result

    async def create(self, names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        return self._batches([self._client.crm.item.add(CONTACT, fields={"name": name}) for name in names])

    async def get(self, ids: Sequence[int]) -> Sequence[Row]:
        """See `Client`."""
        return self._batches([self._client.crm.item.get(CONTACT, key) for key in ids])

    async def update(self, ids: Sequence[int], names: Sequence[str]) -> Sequence[Row]:
        """See `Client`."""
        pairs = zip(ids, names, strict=True)
        return self._batches([self._client.crm.item.update(CONTACT, key, fields={"name": name}) for key, name in pairs])

    async def list_all(self) -> Sequence[Row]:
        """See `Client`."""
        request = self._client.crm.item.list(CONTACT, select=list(SELECTED))
        return [row(item) for item in request.as_list().response.result]

    def _batches(self, requests: list[Any]) -> Sequence[Row]:
        results = self._client.call_batches(requests).response.result.result
        return [row(result["item"]) for result in results.values()]


@asynccontextmanager
async def _open(webhook: str) -> AsyncIterator[SdkClient]:
    parts = urlsplit(webhook)
    user, code = parts.path.rstrip("/").split("/")[-2:]
    yield SdkClient(BitrixWebhook(domain=parts.netloc, webhook_token=f"{user}/{code}").get_client())


if __name__ == "__main__":
    take_part(_open)
