"""What is sent again and what is not: nothing lost in silence, nothing done twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal, PortalError, PortalSettings
from bitrix_node.portal.batching import SHARES, SMALL_BATCH
from bitrix_node.portal.errors import (
    Denied,
    NoAnswer,
    NotThePortal,
    OutcomeUnknown,
    Refused,
    Unreachable,
)
from bitrix_node.portal.retry import RetryPolicy
from bitrix_node.portal.transport import Timeouts
from tests.portal.conftest import QUICK, answer
from tests.portal.servers import served
from tests.portal.waiting import until

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox
    from tests.portal.conftest import Serve

FAULTS: dict[str, dict[str, Any]] = {
    "a web page": {"kind": "html", "status": 502},
    "a web page that says 200": {"kind": "html", "status": 200},
    "a web page, after the work": {"kind": "html", "status": 504, "after": True},
    "half of the answer": {"kind": "truncated"},
    "a server fault": {"kind": "error", "status": 500},
    "a server fault, after the work": {"kind": "error", "status": 500, "after": True},
    "a cut connection": {"kind": "reset"},
    "a cut connection, after the work": {"kind": "reset", "after": True},
}
AFTER_THE_WORK = {name for name, fault in FAULTS.items() if fault.get("after") or fault["kind"] == "truncated"}
NAMES: list[dict[str, Any]] = [
    {"entityTypeId": 2, "fields": {"title": f"Deal {index}"}} for index in range(3 * SMALL_BATCH)
]


def titles(sandbox: Sandbox) -> list[str]:
    """The titles of the deals that were added, as the calls arrived."""
    return [entry.arguments["fields"]["title"] for entry in sandbox.journal if entry.method == "crm.item.add"]


@pytest.mark.parametrize("name", FAULTS)
async def test_reads_are_sent_again(portal: Portal, sandbox: Sandbox, name: str) -> None:
    sandbox.faults.add(method="user.get", times=2, **FAULTS[name])
    found = await portal.call("user.get", {"ID": 3})
    assert found.result[0]["ID"] == "3"
    assert portal.statistics.requests == 3


@pytest.mark.parametrize("name", FAULTS)
async def test_a_write_is_sent_once(portal: Portal, sandbox: Sandbox, name: str) -> None:
    sandbox.faults.add(method="crm.item.add", **FAULTS[name])
    with pytest.raises(OutcomeUnknown, match="whether it was carried out is unknown") as caught:
        await portal.call("crm.item.add", NAMES[0])
    assert caught.value.details() | {"http": None} == {
        "sentAt": str(caught.value.sent),
        "code": "OUTCOME_UNKNOWN",
        "http": None,
        "method": "crm.item.add",
        "retryable": False,
    }
    assert "Look in Bitrix24" in caught.value.remedy
    assert portal.statistics.requests == sandbox.statistics.requests == 1
    assert len(titles(sandbox)) == (1 if name in AFTER_THE_WORK else 0)


@pytest.mark.parametrize("name", FAULTS)
async def test_writes_in_a_lost_batch_are_sent_once(portal: Portal, sandbox: Sandbox, name: str) -> None:
    sandbox.faults.add(method="batch", **FAULTS[name])
    found = await asyncio.gather(*(portal.call("crm.item.add", each) for each in NAMES), return_exceptions=True)
    lost = [NAMES[index]["fields"]["title"] for index, entry in enumerate(found) if isinstance(entry, OutcomeUnknown)]
    done = [entry.result["item"]["title"] for entry in found if not isinstance(entry, BaseException)]
    assert len(lost) == -(-len(NAMES) // SHARES)
    assert sorted(lost + done) == sorted(each["fields"]["title"] for each in NAMES)
    arrived = titles(sandbox)
    assert len(arrived) == len(set(arrived))
    assert set(arrived) == set(done) | (set(lost) if name in AFTER_THE_WORK else set())


async def test_a_server_fault_of_one_command_is_not_one_of_the_others(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "crm.item.add", status=500, after=True)
    found = await asyncio.gather(*(portal.call("crm.item.add", each) for each in NAMES), return_exceptions=True)
    assert [type(entry) for entry in found if isinstance(entry, BaseException)] == [OutcomeUnknown]
    assert sorted(titles(sandbox)) == sorted(each["fields"]["title"] for each in NAMES)


async def test_a_batch_of_reads_and_writes_is_judged_call_by_call(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", "batch", times=6, after=True)
    reads = (portal.call("user.get", {"ID": 3}) for _ in NAMES)
    writes = (portal.call("crm.item.add", each) for each in NAMES)
    found = await asyncio.gather(*reads, *writes, return_exceptions=True)
    assert not any(isinstance(entry, BaseException) for entry in found[: len(NAMES)])
    assert [type(entry) for entry in found[len(NAMES) :]] == [OutcomeUnknown] * len(NAMES)
    assert sorted(titles(sandbox)) == sorted(each["fields"]["title"] for each in NAMES)


async def test_reads_end_after_some_attempts(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", "user.get", times=None)
    with pytest.raises(NoAnswer) as caught:
        await portal.call("user.get", {"ID": 3})
    assert (caught.value.code, caught.value.retryable, caught.value.remedy) == (
        "NO_ANSWER",
        True,
        "Try again later. Nothing was changed by this call.",
    )
    assert portal.statistics.requests == 4


async def test_the_rate_limit_does_not_use_up_the_attempts(sandbox: Sandbox) -> None:
    settings = PortalSettings(rate=500, retry=RetryPolicy(attempts=2, backoff=0.01))
    sandbox.faults.query_limit("user.get", times=6)
    sandbox.faults.add("reset", "user.get")
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        assert (await portal.call("user.get", {"ID": 3})).result
        assert portal.statistics.requests == 8


async def test_silence_ends(sandbox: Sandbox) -> None:
    settings = PortalSettings(timeouts=Timeouts(read=0.2), retry=RetryPolicy(attempts=2, backoff=0.01))
    sandbox.faults.add("hang", "user.get", times=None)
    sandbox.faults.add("hang", "crm.item.add", times=None, after=True)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        with pytest.raises(NoAnswer, match="did not answer in time") as caught:
            await portal.call("user.get", {"ID": 3})
        assert caught.value.code == "OUT_OF_TIME"
        with pytest.raises(OutcomeUnknown, match="did not answer in time"):
            await portal.call("crm.item.add", NAMES[0])
    assert portal.statistics.methods == {"user.get": 2, "crm.item.add": 1}
    assert titles(sandbox) == ["Deal 0"]


async def test_a_refusal_is_not_sent_again(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "user.get", times=None, status=400, code="SOMETHING_NEW", message="No")
    with pytest.raises(Refused) as caught:
        await portal.call("user.get")
    assert caught.value.details() == {"code": "SOMETHING_NEW", "http": 400, "method": "user.get", "retryable": False}
    assert portal.statistics.requests == 1


async def test_a_page_with_a_client_error_is_not_from_the_portal(serve: Serve) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=404, text="<html>Not here</html>", content_type="text/html")

    portal = await serve(handle)
    with pytest.raises(NotThePortal, match=r"a web page instead of JSON \(HTTP 404\)") as caught:
        await portal.call("crm.item.add", {"fields": {}})
    assert (caught.value.code, caught.value.http, caught.value.retryable) == ("NOT_JSON", 404, False)
    assert "Check the portal's address" in caught.value.remedy
    assert portal.statistics.requests == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_names_the_right_address_and_is_not_followed(serve: Serve, status: int) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": "https://new.example/rest/1/s3cr3tc0de/profile.json"})

    portal = await serve(handle)
    with pytest.raises(NotThePortal, match=r"redirects to https://new\.example; use that one") as caught:
        await portal.call("profile")
    assert "s3cr3tc0de" not in str(caught.value)
    assert portal.statistics.requests == 1


@pytest.mark.parametrize(("body", "status"), [(b"[]", 200), (b"3", 200), (b"", 200), (b"{}", 200), (b"{}", 503)])
async def test_json_that_is_no_answer_leaves_the_outcome_unknown(serve: Serve, body: bytes, status: int) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body)

    portal = await serve(handle)
    with pytest.raises(OutcomeUnknown):
        await portal.call("crm.item.add", {"fields": {"title": "x"}})
    assert portal.statistics.requests == 1


async def test_a_denial_without_a_code_is_a_denial(serve: Serve) -> None:
    async def handle(_: web.Request) -> web.Response:
        return web.json_response({"error": "", "error_description": "Go away"}, status=403)

    portal = await serve(handle)
    with pytest.raises(Denied, match="Go away"):
        await portal.call("profile")


async def test_an_unreachable_portal_is_tried_again_and_named() -> None:
    async def handle(_: web.Request) -> web.Response:
        return answer(None)

    async with served(handle) as url:
        pass
    async with Portal(Webhook(f"{url}/rest/1/s3cr3tc0de/").endpoint(), settings=QUICK) as portal:
        with pytest.raises(Unreachable, match=f"{url} cannot be reached") as caught:
            await portal.call("crm.item.add", {"fields": {"title": "x"}})
        assert portal.statistics.requests == 4
    assert (caught.value.code, caught.value.http, caught.value.retryable) == ("UNREACHABLE", None, True)
    assert "s3cr3tc0de" not in str(caught.value)


async def test_a_cancelled_call_leaves_the_others_alone(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("delay", "batch", seconds=0.1)
    tasks = [asyncio.create_task(portal.call("user.get", {"ID": 3})) for _ in range(4 * SMALL_BATCH)]
    await until(lambda: sandbox.statistics.requests == 4)
    tasks[0].cancel()
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert not any(isinstance(entry, BaseException) for entry in found[1:])


@pytest.mark.parametrize(
    ("method", "arguments"),
    [
        ("crm.item.get", {"entityTypeId": 2, "id": 999999}),
        ("no.such.method", {"a": 1}),
        ("event.bind", {"event": "ONCRMDEALADD", "handler": "https://example.com/"}),
        ("disk.file.get", {"id": 999999}),
        ("tasks.task.get", {"taskId": 999999}),
        ("imbot.v2.Chat.User.delete", {"botId": 999999, "dialogId": "chat1", "userId": 1, "botToken": "none"}),
    ],
)
async def test_a_refusal_in_a_batch_reads_like_the_same_one_alone(
    portal: Portal, method: str, arguments: dict[str, Any]
) -> None:
    alone = await refusal(portal, method, {**arguments, "alone": None})
    [shared] = {
        (type(entry), str(entry), *entry.details().values())
        for entry in await asyncio.gather(*(refusal(portal, method, arguments) for _ in range(20)))
    }
    assert shared == (type(alone), str(alone), *alone.details().values())
    assert alone.http is not None


async def refusal(portal: Portal, method: str, arguments: dict[str, Any]) -> PortalError:
    with pytest.raises(PortalError) as caught:
        await portal.call(method, arguments)
    return caught.value
