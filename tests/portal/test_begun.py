"""Calls that nobody waits for: what may be sent again is, and each comes to one end, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bitrix_node.credentials import Webhook
from bitrix_node.portal import Call, Portal, PortalSettings, Scope
from bitrix_node.portal.errors import NotSent, OutcomeUnknown, Refused
from bitrix_node.portal.retry import RetryPolicy
from tests.portal.waiting import until

if TYPE_CHECKING:
    from bitrix_node.sandbox import Sandbox


def begin(scope: Scope, title: str = "Deal") -> Call:
    order = scope.order("crm.item.add", {"entityTypeId": 2, "fields": {"title": title}}, droppable=True)
    call = scope.begin(order)
    assert call is not None
    return call


def made(sandbox: Sandbox) -> int:
    return sum(entry.method == "crm.item.add" and entry.error is None for entry in sandbox.journal)


async def test_they_are_answered(portal: Portal, sandbox: Sandbox) -> None:
    scope = portal.scope()
    calls = [begin(scope, f"Deal {number}") for number in range(30)]
    answers = await asyncio.gather(*(call.answer for call in calls))
    assert [answer.result["item"]["title"] for answer in answers] == [f"Deal {number}" for number in range(30)]
    assert sandbox.statistics.requests < 30


async def test_what_the_limit_refused_is_sent_again_together(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.query_limit("crm.item.add", times=30)
    scope = portal.scope()
    await asyncio.gather(*(begin(scope).answer for _ in range(30)))
    assert made(sandbox) == 30
    assert portal.statistics.repeated == 30
    assert sandbox.statistics.requests < 30


async def test_a_refusal_is_final(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("error", "crm.item.add", status=400, code="WRONG", message="No")
    with pytest.raises(Refused, match="No"):
        await begin(portal.scope()).answer
    assert portal.statistics.repeated == 0


async def test_a_write_without_an_answer_has_an_unknown_outcome(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("reset", "crm.item.add", after=True)
    call = begin(portal.scope())
    with pytest.raises(OutcomeUnknown) as caught:
        await call.answer
    assert caught.value.sent is call.sent
    assert made(sandbox) == 1


async def test_closing_ends_those_that_wait_to_be_sent_again(sandbox: Sandbox) -> None:
    sandbox.faults.query_limit("crm.item.add", times=None)
    settings = PortalSettings(retry=RetryPolicy(backoff=600, ceiling=600), rate=0.01)
    async with Portal(Webhook(sandbox.webhook_url).endpoint(), settings=settings) as portal:
        call = begin(portal.scope())
        await until(lambda: call.going_on is not None)
    with pytest.raises(NotSent):
        await call.answer
    assert made(sandbox) == 0


async def test_closing_leaves_a_sent_write_with_an_unknown_outcome(sandbox: Sandbox) -> None:
    sandbox.faults.add("hang", "crm.item.add", after=True)
    async with Portal(Webhook(sandbox.webhook_url).endpoint()) as portal:
        call = begin(portal.scope())
        await until(lambda: made(sandbox) == 1)
    with pytest.raises(OutcomeUnknown):
        await call.answer


async def test_given_up_they_tell_what_had_been_sent(portal: Portal, sandbox: Sandbox) -> None:
    sandbox.faults.add("hang", "crm.item.add", after=True)
    scope = portal.scope()
    sent = begin(scope, "Sent")
    await until(lambda: made(sandbox) == 1)
    await scope.abandon([sent, begin(scope, "Waiting")])
    assert scope.unanswered == ["crm.item.add"]
    assert sent.answer.cancelled()


async def test_a_stopped_run_begins_nothing(portal: Portal) -> None:
    scope = portal.scope()
    scope.stop("the time is up")
    with pytest.raises(NotSent, match="the time is up"):
        begin(scope)
