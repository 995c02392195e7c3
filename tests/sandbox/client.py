"""A bare REST client for the tests: it knows HTTP and nothing of Bitrix24's rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import aiohttp


@dataclass(frozen=True)
class RestClient:
    session: aiohttp.ClientSession
    base: str
    """Address that method names are appended to."""

    async def call(self, method: str, arguments: Any = None) -> tuple[int, Any]:
        async with self.session.post(self.base + method, json={} if arguments is None else arguments) as answer:
            return answer.status, await answer.json()

    async def result(self, method: str, arguments: Any = None) -> Any:
        status, body = await self.call(method, arguments)
        assert status == 200, body
        return body["result"]

    async def refusal(self, method: str, arguments: Any = None) -> tuple[int, str, str]:
        status, body = await self.call(method, arguments)
        return status, body["error"], body["error_description"]

    async def batch(self, commands: Any, *, halt: int = 0) -> dict[str, Any]:
        result: dict[str, Any] = await self.result("batch", {"halt": halt, "cmd": commands})
        return result
