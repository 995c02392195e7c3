"""Whatever is called in whatever mixture: every call has its own answer, and no request more than it may carry."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal, PortalError, PortalSettings
from bitrix_node.portal.pace import FULL_BATCH
from bitrix_node.portal.transport import Response
from tests.portal.clocks import QuickClock
from tests.scripted_portal import parse_query


@dataclass(frozen=True)
class Asked:
    """A call: reads or writes, of either version, alone or not, and whether the portal refuses it."""

    version: int
    verb: str
    alone: bool
    refused: bool


CALLS = st.lists(
    st.builds(Asked, st.sampled_from([2, 2, 2, 3]), st.sampled_from(["get", "add"]), st.booleans(), st.booleans()),
    min_size=1,
    max_size=130,
)


class AnyPortal:
    """Answers each call with its number, later requests before earlier ones, and notes what travelled together."""

    def __init__(self) -> None:
        self.together: list[list[str]] = []
        self.done: list[int] = []
        self._earlier = asyncio.Event()

    async def post(self, _endpoint: Any, method: str, version: int, arguments: Any) -> Response:
        place = len(self.together)
        if method != "batch":
            self.together.append([f"{version} {method}"])
            return self._single(self._answer(method, arguments))
        if version == 3:
            self.together.append([f"3 {entry['method']}" for entry in arguments])
            answers = [self._answer(entry["method"], entry["query"], batched=True) for entry in arguments]
            refusal = next((entry for entry in answers if "error" in entry), None)
            return self._single(refusal or {"result": [entry["result"] for entry in answers]})
        commands = arguments["cmd"]
        self.together.append([f"2 {text.partition('?')[0]}" for text in commands.values()])
        for _ in range(20 - place % 20):
            await asyncio.sleep(0)
        answers2 = {
            key: self._answer(text.partition("?")[0], parse_query(text.partition("?")[2]))
            for key, text in commands.items()
        }
        results = {key: entry["result"] for key, entry in answers2.items() if "result" in entry}
        errors = {key: entry for key, entry in answers2.items() if "error" in entry}
        return self._single({"result": {"result": results or [], "result_error": errors or []}})

    async def close(self) -> None:
        """Nothing is open."""

    def _answer(self, _method: str, arguments: Any, *, batched: bool = False) -> dict[str, Any]:
        refused = str(arguments["refused"]).lower() in ("1", "true")
        if not (refused and batched):
            self.done.append(int(arguments["n"]))
        return {"error": "NO", "error_description": str(arguments["n"])} if refused else {"result": int(arguments["n"])}

    def _single(self, body: dict[str, Any]) -> Response:
        return Response(400 if "error" in body else 200, json.dumps(body).encode())


async def _call_all(calls: list[Asked]) -> tuple[AnyPortal, list[Any]]:
    other = AnyPortal()
    endpoint = Webhook("https://example.bitrix24.com/rest/1/s3cr3tc0de/").endpoint()
    async with Portal(endpoint, settings=PortalSettings(clock=QuickClock())) as portal:
        portal._batcher._transport = other  # type: ignore[assignment]
        scope = portal.scope()
        found = await asyncio.gather(
            *(
                scope.call(
                    f"some.{call.verb}", {"n": number, "refused": call.refused}, version=call.version, alone=call.alone
                )
                for number, call in enumerate(calls)
            ),
            return_exceptions=True,
        )
    return other, list(found)


@settings(max_examples=60)
@given(calls=CALLS)
def test_every_call_has_its_own_answer(calls: list[Asked]) -> None:
    portal, found = asyncio.run(_call_all(calls))
    for number, (call, outcome) in enumerate(zip(calls, found, strict=True)):
        if call.refused:
            assert isinstance(outcome, PortalError)
            assert (outcome.code, outcome.message, outcome.method) == ("NO", str(number), f"some.{call.verb}")
        else:
            assert outcome.result == number
    writes = [number for number in portal.done if calls[number].verb == "add"]
    assert sorted(writes) == [number for number, call in enumerate(calls) if call.verb == "add"]
    for request in portal.together:
        assert len(request) <= FULL_BATCH
        assert len({entry[0] for entry in request}) == 1
        assert len(request) == 1 or "3 some.add" not in request
    alone = sum(len(request) == 1 for request in portal.together)
    assert alone >= sum(call.alone for call in calls)
