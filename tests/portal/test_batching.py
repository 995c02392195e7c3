"""Calls that wait share requests, and each gets its own answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Portal, PortalError, PortalSettings
from bitrix_node.portal.batching import MOST_PARALLEL, SHARES, SMALL_BATCH
from bitrix_node.portal.errors import LimitReached, Missing, NotSent, OutcomeUnknown, Refused
from bitrix_node.portal.pace import FULL_BATCH
from tests.portal.conftest import answer
from tests.portal.servers import batch_answer, commands_of, method_of
from tests.portal.waiting import until

if TYPE_CHECKING:
    from aiohttp import web

    from bitrix_node.portal import Answer
    from bitrix_node.sandbox import Sandbox
    from tests.portal.conftest import Serve


async def outcomes(portal: Portal, method: str, arguments: list[dict[str, Any]]) -> list[Answer | BaseException]:
    return await asyncio.gather(*(portal.call(method, entry) for entry in arguments), return_exceptions=True)


async def results(portal: Portal, method: str, arguments: list[dict[str, Any]]) -> list[Any]:
    return [entry.result for entry in await asyncio.gather(*(portal.call(method, each) for each in arguments))]


async def test_waiting_calls_share_requests(portal: Portal, sandbox: Sandbox) -> None:
    users = [{"ID": 1 + index % 12} for index in range(200)]
    found = await results(portal, "user.get", users)
    assert [int(rows[0]["ID"]) for rows in found] == [user["ID"] for user in users]
    assert sandbox.statistics.commands == 200
    assert sandbox.statistics.requests == 200 // SMALL_BATCH
    assert portal.statistics.requests == sandbox.statistics.requests


async def test_statistics_tell_what_was_sent(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.query_limit("profile")
    sandbox.faults.add("reset", "user.current")
    for method in ("profile", "user.current"):
        await portal.call(method)
    statistics = portal.statistics
    assert (statistics.requests, statistics.calls, statistics.limited, statistics.repeated) == (4, 4, 1, 2)
    assert statistics.methods == {"profile": 2, "user.current": 2}


async def test_a_single_call_needs_no_batch(portal: Portal, sandbox: Sandbox) -> None:
    await portal.call("profile")
    assert [(entry.method, entry.batched) for entry in sandbox.journal] == [("profile", False)]


async def test_more_than_fifty_calls_never_share_one_request(sandbox: Sandbox) -> None:
    places = 3
    settings = PortalSettings(burst=places, rate=50)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        await results(portal, "profile", [{} for _ in range(2 * places * FULL_BATCH)])
    batches = [len(entry.arguments["cmd"]) for entry in sandbox.journal if entry.method == "batch"]
    assert (max(batches), sum(batches)) == (FULL_BATCH, 2 * places * FULL_BATCH)


async def test_answers_find_their_calls_when_requests_finish_out_of_order(serve: Serve) -> None:
    requests = 8
    places = iter(range(requests))
    answered = [asyncio.Event() for _ in range(requests)]

    async def last_come_first_served(request: web.Request) -> web.Response:
        place = next(places)
        commands = await commands_of(request)
        if place < requests - 1:
            await answered[place + 1].wait()
        answered[place].set()
        if method_of(request) != "batch":
            return answer(commands[""]["number"])
        return batch_answer({key: entry["number"] for key, entry in commands.items()})

    portal = await serve(last_come_first_served)
    found = await results(portal, "echo.get", [{"number": index} for index in range(requests * SMALL_BATCH)])
    assert [int(number) for number in found] == list(range(requests * SMALL_BATCH))
    assert portal.statistics.requests == requests


async def test_a_refused_command_does_not_fail_the_others(portal: Portal, sandbox: Sandbox) -> None:
    found = await outcomes(portal, "crm.deal.get", [{"id": entry} for entry in [1, 999999] * 50])
    assert sandbox.statistics.requests == -(-100 // SMALL_BATCH)
    refusals = found[1::2]
    assert all(isinstance(entry, PortalError) and entry.method == "crm.deal.get" for entry in refusals)
    assert [entry.result["ID"] for entry in found[::2] if not isinstance(entry, BaseException)] == ["1"] * 50


async def test_an_empty_error_code_is_an_error(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "profile", code="", message="Access denied.", status=400)
    with pytest.raises(Refused, match=r"Access denied\.") as caught:
        await portal.call("profile")
    assert (caught.value.code, caught.value.http) == ("", 400)


async def test_an_empty_error_code_in_a_batch_fails_one_command(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "profile", code="", message="Access denied.", status=400)
    found = await outcomes(portal, "profile", [{} for _ in range(20)])
    failed = [entry for entry in found if isinstance(entry, BaseException)]
    assert len(failed) == 1
    assert isinstance(failed[0], Refused)
    assert str(failed[0]) == "Access denied."


@pytest.mark.parametrize("everything", ["answered", "refused"])
async def test_empty_maps_arrive_as_lists(serve: Serve, everything: str) -> None:
    async def handle(request: web.Request) -> web.Response:
        commands = await commands_of(request)
        if everything == "answered":
            return batch_answer({key: [] for key in commands})
        return batch_answer([], {key: {"error": "NOT_FOUND", "error_description": "Not found"} for key in commands})

    portal = await serve(handle)
    found = await outcomes(portal, "lists.get", [{"n": index} for index in range(30)])
    if everything == "answered":
        assert [entry.result for entry in found if not isinstance(entry, BaseException)] == [[]] * 30
    else:
        assert [type(entry) for entry in found] == [Missing] * 30


async def test_totals_written_as_text_are_numbers(serve: Serve) -> None:
    async def handle(request: web.Request) -> web.Response:
        if method_of(request) != "batch":
            return answer([], total="70", next="50")
        keys = await commands_of(request)
        return batch_answer(
            {key: [] for key in keys},
            result_total=dict.fromkeys(keys, "70"),
            result_next=dict.fromkeys(keys, "50"),
        )

    portal = await serve(handle)
    single = await portal.call("lists.get")
    shared = await asyncio.gather(*(portal.call("lists.get") for _ in range(9)))
    assert {(entry.total, entry.next) for entry in [single, *shared]} == {(70, 50)}


@pytest.mark.parametrize(
    "arguments",
    [
        {"entityTypeId": 2, "filter": {"companyId": None}},
        {"entityTypeId": 2, "filter": {"@id": []}},
        {"entityTypeId": 2, "select": [], "order": {}},
        {"entityTypeId": 2, "filter": {"@id": list(range(600))}},
    ],
    ids=["null", "empty list", "empty object", "more than PHP reads"],
)
async def test_what_a_query_string_would_lose_travels_alone(
    portal: Portal, sandbox: Sandbox, arguments: dict[str, Any]
) -> None:
    await outcomes(portal, "crm.item.list", [arguments, arguments, *({"entityTypeId": 2} for _ in range(20))])
    alone = [entry.arguments for entry in sandbox.journal if entry.method == "crm.item.list" and not entry.batched]
    assert alone == [arguments, arguments]


async def test_nested_arguments_survive_a_batch(portal: Portal, sandbox: Sandbox) -> None:
    arguments = {"entityTypeId": "2", "filter": {">=opportunity": "5", "@stageId": ["NEW", "A&B=?[c] ü💡"]}}
    await outcomes(portal, "crm.item.list", [arguments] * 20)
    entries = [entry for entry in sandbox.journal if entry.method == "crm.item.list"]
    assert {entry.batched for entry in entries} == {True}
    assert [entry.arguments for entry in entries] == [arguments] * 20


async def test_half_a_character_does_not_break_a_batch(portal: Portal, sandbox: Sandbox) -> None:
    await outcomes(portal, "profile", [{"note": "\ud83d"} for _ in range(20)])
    notes = [entry.arguments for entry in sandbox.journal if entry.method == "profile"]
    assert notes == [{"note": "?"}] * 20


async def test_a_call_that_the_batch_says_nothing_of_has_no_answer(serve: Serve) -> None:
    silent = True

    async def handle(request: web.Request) -> web.Response:
        nonlocal silent
        if method_of(request) != "batch":
            return answer("done")
        keys = await commands_of(request)
        silent, said = False, not silent
        return batch_answer(dict.fromkeys(keys, "done") if said else [])

    portal = await serve(handle)
    read = await outcomes(portal, "lists.get", [{}] * 12)
    assert not any(isinstance(entry, BaseException) for entry in read)
    assert portal.statistics.repeated > 0
    silent = True
    written = await outcomes(portal, "lists.add", [{}] * 12)
    assert {type(entry) for entry in written if isinstance(entry, BaseException)} == {OutcomeUnknown}
    assert portal.statistics.methods["lists.add"] == 12


async def test_a_method_that_no_batch_takes_is_called_alone(serve: Serve) -> None:
    refusal = {"error": "ERROR_BATCH_METHOD_NOT_ALLOWED", "error_description": "Method is not allowed for batch usage"}

    async def handle(request: web.Request) -> web.Response:
        commands = await commands_of(request)
        return answer("done") if "" in commands else batch_answer([], dict.fromkeys(commands, refusal))

    portal = await serve(handle)
    assert await results(portal, "odd.add", [{"n": index} for index in range(16)]) == ["done"] * 16


async def test_calls_refused_for_the_limit_go_again_in_the_order_they_had(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.query_limit("batch", times=1)
    await outcomes(portal, "profile", [{"number": index} for index in range(8 * SMALL_BATCH)])
    sent: dict[int, list[int]] = {}
    for entry in sandbox.journal:
        if entry.method == "profile":
            sent.setdefault(entry.request, []).append(int(entry.arguments["number"]))
    assert sorted(number for numbers in sent.values() for number in numbers) == list(range(8 * SMALL_BATCH))
    assert all(numbers == sorted(numbers) for numbers in sent.values())


async def test_calls_that_failed_together_share_a_request_again(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", "batch", times=1)
    await results(portal, "profile", [{"number": index} for index in range(8 * SMALL_BATCH)])
    assert portal.statistics.requests <= 8 + SHARES
    assert portal.statistics.repeated == SMALL_BATCH


async def test_a_limit_inside_a_batch_sends_that_command_again(serve: Serve) -> None:
    seen: list[str] = []

    async def handle(request: web.Request) -> web.Response:
        commands = await commands_of(request)
        refused = {
            key: {"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many requests"}
            for key, entry in commands.items()
            if entry["number"] == "5" and not seen
        }
        seen.extend(entry["number"] for entry in commands.values())
        if "" in commands:
            return answer("done")
        return batch_answer({key: "done" for key in commands if key not in refused}, refused)

    portal = await serve(handle)
    assert await results(portal, "odd.add", [{"number": index} for index in range(16)]) == ["done"] * 16


async def test_an_unforeseen_fault_reaches_the_caller(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bitrix_node.portal.transport.Transport.post", broken)
    found = await outcomes(portal, "profile", [{}] * 20)
    assert [type(entry) for entry in found] == [ZeroDivisionError] * 20


async def test_closing_tells_every_call(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("hang", "*", times=None)
    reads = [asyncio.create_task(portal.call("profile", {"filter": None})) for _ in range(MOST_PARALLEL + 10)]
    write = asyncio.create_task(portal.call("crm.item.add", {"entityTypeId": 2, "fields": {}}))
    await until(lambda: sandbox.statistics.requests == MOST_PARALLEL)
    await portal.close()
    found = await asyncio.gather(write, *reads, return_exceptions=True)
    assert {type(entry) for entry in found} <= {NotSent, OutcomeUnknown}
    assert all(str(entry).startswith("The client of the portal was closed") for entry in found)
    with pytest.raises(NotSent):
        await portal.call("profile")


async def test_a_cancelled_call_is_not_sent(portal: Portal, sandbox: Sandbox) -> None:
    tasks = [asyncio.create_task(portal.call("profile", {"number": index})) for index in range(16)]
    await asyncio.sleep(0)
    for task in tasks[:8]:
        task.cancel()
    await asyncio.gather(*tasks[8:])
    numbers = {int(entry.arguments["number"]) for entry in sandbox.journal if entry.method == "profile"}
    assert numbers == set(range(8, 16))


async def test_limits_of_a_proxy_are_limits(serve: Serve) -> None:
    pages = [429, 429]

    async def handle(_: web.Request) -> web.Response:
        from aiohttp import web

        return web.Response(status=pages.pop(), text="<h1>Slow down</h1>") if pages else answer("done")

    portal = await serve(handle)
    assert (await portal.call("odd.add")).result == "done"
    assert portal.statistics.limited == 2
    assert issubclass(LimitReached, PortalError)


@pytest.mark.parametrize("turns", range(4))
async def test_only_what_was_sent_is_unknown_when_the_client_is_closed(
    portal: Portal, sandbox: Sandbox, turns: int
) -> None:
    sandbox.faults.add("hang", "*", times=None)
    orders = [portal.scope().order("crm.item.add", {"entityTypeId": 2, "fields": {"title": str(n)}}) for n in range(40)]
    calls = [portal.begin(order) for order in orders]
    for _ in range(turns):
        await asyncio.sleep(0)
    await portal.close()
    for call in calls:
        assert call is not None
        error = call.answer.exception()
        assert isinstance(error, NotSent if call.sent is None else OutcomeUnknown)


async def test_calls_that_cannot_be_sent_any_more_end(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bitrix_node.portal.limits.limiter.Limiter.acquire", broken)
    found = await outcomes(portal, "profile", [{}] * 20)
    assert [type(entry) for entry in found] == [ZeroDivisionError] * 20


async def test_what_goes_again_keeps_its_place_among_the_calls(portal: Portal, sandbox: Sandbox) -> None:
    for _ in range(3):
        sandbox.faults.add("error", "batch", status=503, code="QUERY_LIMIT_EXCEEDED")
    await outcomes(portal, "profile", [{"number": number} for number in range(60)])
    numbers = [int(entry.arguments["number"]) for entry in sandbox.journal if entry.method == "profile"]
    refused = [number for number in numbers if numbers.index(number) >= len(numbers) - 60]
    assert sorted(numbers) == list(range(60))
    assert refused == numbers
