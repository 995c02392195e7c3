"""Steps that are sent for each element of a list, and steps that depend on what earlier ones answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bitrix_node import Webhook
from bitrix_node.definitions.models import Answer, Operation
from bitrix_node.definitions.resolution import resolve_resource
from bitrix_node.handlers import ActionFailed, Prepared, Refusal, explain, perform
from bitrix_node.parameters import read_values
from bitrix_node.portal import Portal, PortalSettings
from bitrix_node.portal.retry import RetryPolicy

if TYPE_CHECKING:
    from tests.scripted_portal import ScriptedPortal

Tree = dict[str, Any]

FIND: Tree = {"id": "find", "method": "crm.item.list", "arguments": {"filter": "filter"}}
ADD: Tree = {
    "id": "add",
    "method": "crm.item.add",
    "whenAnswer": {"find.items.0.id": "missing"},
    "arguments": {"fields": {"element": ""}, "name": {"element": "NAME", "otherwise": {"value": "none"}}},
    "each": "rows",
}
UPDATE: Tree = {
    "id": "update",
    "method": "crm.item.update",
    "whenAnswer": {"find.items.0.id": "given"},
    "arguments": {"id": {"answer": "find.items.0.id"}},
}
REFUSED: Tree = {"error": "ACCESS_DENIED", "error_description": "No", "status": 400}


def operation(*steps: Tree) -> Operation:
    parameters = [
        {"name": "filter", "displayName": "Filter", "type": "json", "default": "{}"},
        {"name": "rows", "displayName": "Rows", "type": "json", "default": "[]"},
    ]
    written = {"name": "Try", "action": "Try", "description": "Tries", "parameters": parameters, "steps": list(steps)}
    document = {"resource": "r", "name": "R", "description": "R", "scopes": [], "operations": {"try": written}}
    return Operation.model_validate(resolve_resource(document, {}, [])["operations"][0])


async def carried_out(tried: Operation, scripted: ScriptedPortal, **given: Any) -> Any:
    settings = PortalSettings(retry=RetryPolicy(attempts=1))
    async with Portal(Webhook(scripted.webhook_url).endpoint(), settings=settings) as portal:
        return await perform(tried, Prepared.of(tried, read_values(tried, given)), portal.scope())


async def test_a_step_is_sent_for_each_element(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"items": []}}, {"result": 7}, {"result": 8}])
    outcome = await carried_out(operation(FIND, ADD, UPDATE), scripted, rows=[{"NAME": "a"}, {"SORT": "5"}])
    assert outcome.result == [7, 8]
    assert [call.method for call in scripted.calls] == ["crm.item.list", "crm.item.add", "crm.item.add"]
    assert [call.arguments["name"] for call in scripted.calls[1:]] == ["a", "none"]


async def test_an_answer_decides_which_step_follows(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"items": [{"id": 3}]}}, {"result": True}])
    await carried_out(operation(FIND, ADD, UPDATE), scripted, rows=[{"NAME": "a"}])
    assert [call.method for call in scripted.calls] == ["crm.item.list", "crm.item.update"]
    assert scripted.calls[1].arguments == {"id": 3}


async def test_an_item_is_put_together_of_several_answers(scripted: ScriptedPortal) -> None:
    answer = {
        "item": {"*": ["update.item", "find.items.0"], "found": ["find.items"], "added": ["add"], "name": ["find.name"]}
    }
    tried = operation(FIND, ADD, UPDATE).model_copy(update={"answer": Answer.model_validate(answer)})
    scripted.answers.extend(
        [{"result": {"items": [{"id": 7, "name": "a"}]}}, {"result": {"item": {"id": 7, "name": "b"}}}]
    )
    outcome = await carried_out(tried, scripted, rows=[{"NAME": "b"}])
    assert outcome.items == [{"id": 7, "name": "b", "found": [{"id": 7, "name": "a"}]}]
    assert outcome.answer.envelope() == {
        "result": {"find": {"items": [{"id": 7, "name": "a"}]}, "update": {"item": {"id": 7, "name": "b"}}}
    }


async def test_a_refused_element_tells_what_was_done_for_the_others(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"items": []}}, {"result": 7}, REFUSED, {"result": 9}])
    with pytest.raises(ActionFailed) as caught:
        await carried_out(operation(FIND, ADD), scripted, rows=[{"A": 1}, {"A": 2}, {"A": 3}])
    assert sorted(change.result for change in caught.value.done) == [7, 9]


async def test_a_refused_element_may_leave_the_others_be(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"items": []}}, {"result": 7}, REFUSED])
    outcome = await carried_out(operation(FIND, {**ADD, "goesOn": True}), scripted, rows=[{"A": 1}, {"A": 2}])
    assert outcome.result == [7, {"error": "No", "code": "ACCESS_DENIED", "element": {"A": 2}}]
    assert outcome.items == [{"result": 7}, outcome.result[1]]


async def test_elements_that_are_all_refused_are_a_failure(scripted: ScriptedPortal) -> None:
    scripted.answers.extend([{"result": {"items": []}}, REFUSED, REFUSED])
    with pytest.raises(ActionFailed) as caught:
        await carried_out(operation(FIND, {**ADD, "goesOn": True}), scripted, rows=[{"A": 1}, {"A": 2}])
    assert caught.value.done == ()


async def test_items_repeat_what_they_were_for(scripted: ScriptedPortal) -> None:
    answer = {"rowKey": "done", "echoes": ["name"]}
    share = {"id": "share", "method": "crm.item.add", "each": "rows", "arguments": {"name": {"element": "NAME"}}}
    scripted.answers.extend([{"result": True}, {"result": {"name": "given by Bitrix24"}}, {"result": True}])
    rows = [{"NAME": "a"}, {"NAME": "b"}, {"SORT": 5}]
    outcome = await carried_out(operation({**share, "answer": answer}), scripted, rows=rows)
    assert outcome.items == [{"name": "a", "done": True}, {"name": "given by Bitrix24"}, {"done": True}]


async def test_results_stand_under_the_keys_of_their_elements(scripted: ScriptedPortal) -> None:
    add = {"id": "add", "method": "crm.item.add", "each": "rows", "eachKey": "ID", "arguments": {"x": {"element": ""}}}
    link = {
        "id": "link",
        "method": "crm.item.update",
        "each": "rows",
        "arguments": {
            "id": {"answer": "add", "at": {"element": "ID"}},
            "parent": {"answer": "add", "at": {"element": "PARENT"}, "otherwise": {"value": "none"}},
        },
    }
    scripted.answers.extend([{"result": 7}, {"result": 8}, {"result": True}, {"result": True}])
    tried = operation(add, link)
    outcome = await carried_out(tried, scripted, rows=[{"ID": 1}, {"ID": "2", "PARENT": "1"}])
    sent = [{name: str(value) for name, value in call.arguments.items()} for call in scripted.calls[2:]]
    assert sent == [{"id": "7", "parent": "none"}, {"id": "8", "parent": "7"}]
    assert outcome.result == [True, True]
    explained = explain(tried, read_values(tried, {"rows": [{"ID": 2, "PARENT": 1}]}))
    assert explained[1]["arguments"] == {"id": "<answer of add: 2>", "parent": "<answer of add: 1>"}


async def test_a_tolerated_refusal_lets_the_action_go_on(scripted: ScriptedPortal) -> None:
    first = {"id": "first", "method": "crm.item.add", "tolerates": ["ACCESS_DENIED"]}
    second = {"id": "second", "method": "crm.item.add", "each": "rows", "arguments": {"x": {"element": ""}}}
    tried = operation(first, second).model_copy(update={"answer": Answer(steps=True)})
    scripted.answers.extend([REFUSED, {"result": 9}])
    outcome = await carried_out(tried, scripted, rows=[{"A": 1}])
    assert outcome.items == [{"first": {"skipped": "No", "code": "ACCESS_DENIED"}, "second": [9]}]


async def test_an_action_without_anything_to_send_says_so(scripted: ScriptedPortal) -> None:
    lonely = {**ADD, "whenAnswer": {"add.id": "given"}}
    with pytest.raises(Refusal, match="found nothing to do"):
        await carried_out(operation(lonely), scripted, rows=[{"A": 1}])
    assert scripted.requests == 0


def test_explaining_shows_elements_and_conditions() -> None:
    tried = operation(FIND, ADD, UPDATE)
    calls = explain(tried, read_values(tried, {"rows": [{"NAME": "a"}, {"NAME": "b"}]}))
    assert [call["arguments"] for call in calls[1:3]] == [
        {"fields": {"NAME": "a"}, "name": "a"},
        {"fields": {"NAME": "b"}, "name": "b"},
    ]
    assert calls[3]["onlyIf"] == {"find.items.0.id": "given"}
