"""Messages become JSON and back, and large ones leave the event loop free."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from bitrix_node.hosts.runner import messages, serialisation
from bitrix_node.hosts.runner.errors import UnreadableMessageError, UnsendableResultError

LIMIT = 1 << 30


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"type": "broker:inforequest"}, messages.InfoRequest()),
        ({"type": "broker:runnerregistered"}, messages.RunnerRegistered()),
        ({"type": "broker:taskofferaccept", "taskId": "t", "offerId": "o"}, messages.TaskOfferAccept("t", "o")),
        ({"type": "broker:tasksettings", "taskId": "t", "settings": {"a": 1}}, messages.TaskSettings("t", {"a": 1})),
        ({"type": "broker:tasksettings", "taskId": "t"}, messages.TaskSettings("t")),
        ({"type": "broker:taskcancel", "taskId": "t", "reason": "why"}, messages.TaskCancel("t", "why")),
        ({"type": "broker:drain", "something": "new"}, messages.Drain()),
        ({"type": "broker:nodetypes", "nodeTypes": []}, None),
        ({"no": "type"}, None),
    ],
)
def test_broker_messages_are_read(body: dict[str, Any], message: messages.BrokerMessage | None) -> None:
    assert serialisation.parse(json.dumps(body)) == message


@pytest.mark.parametrize("text", ["", "{", "7", "[]", '{"type":"broker:taskofferaccept","taskId":"t"}', "[" * 100_000])
def test_unreadable_messages_are_refused(text: str) -> None:
    with pytest.raises(UnreadableMessageError):
        serialisation.parse(text)


@pytest.mark.parametrize(
    ("message", "body"),
    [
        (messages.RunnerInfo("n", ("a", "b")), {"type": "runner:info", "name": "n", "types": ["a", "b"]}),
        (
            messages.TaskOffer("o", "bitrix24", 5000),
            {"type": "runner:taskoffer", "offerId": "o", "taskType": "bitrix24", "validFor": 5000},
        ),
        (messages.TaskAccepted("t"), {"type": "runner:taskaccepted", "taskId": "t"}),
        (messages.TaskRejected("t", "r"), {"type": "runner:taskrejected", "taskId": "t", "reason": "r"}),
        (
            messages.TaskDone("t", {"result": {"items": [[{"json": {"я": [1, None, True, 1.5]}}]]}}),
            {
                "type": "runner:taskdone",
                "taskId": "t",
                "data": {"result": {"items": [[{"json": {"я": [1, None, True, 1.5]}}]]}},
            },
        ),
        (messages.TaskDone("t", {"result": {}}), {"type": "runner:taskdone", "taskId": "t", "data": {"result": {}}}),
        (
            messages.TaskError("t", {"message": "m", "description": "d"}),
            {"type": "runner:taskerror", "taskId": "t", "error": {"message": "m", "description": "d"}},
        ),
    ],
)
def test_runner_messages_are_written(message: messages.RunnerMessage, body: dict[str, Any]) -> None:
    assert json.loads(serialisation.serialise(message)) == body


def test_names_that_are_not_text_are_converted_alike_at_every_depth() -> None:
    value = {1: "a", None: {2.5: {True: {3: {4: {5: {6: "deep"}}}}}}}
    written = serialisation.serialise(messages.TaskDone("t", {"result": value}))
    assert json.loads(written)["data"]["result"] == json.loads(json.dumps(value))


async def test_half_a_surrogate_pair_survives() -> None:
    text = await serialisation.serialise_large(messages.TaskDone("t", {"result": {"text": "cut \ud83d"}}), LIMIT)
    text.encode()
    assert json.loads(text)["data"]["result"]["text"] == "cut \ud83d"


@pytest.mark.parametrize("value", [float("inf"), float("nan"), {1, 2}, b"bytes", {("a",): 1}])
async def test_what_json_cannot_hold_is_refused(value: object) -> None:
    with pytest.raises(UnsendableResultError, match="JSON"):
        await serialisation.serialise_large(messages.TaskDone("t", {"result": {"value": value}}), LIMIT)


async def test_a_circle_is_refused() -> None:
    circle: dict[str, Any] = {}
    circle["again"] = circle
    with pytest.raises(UnsendableResultError):
        await serialisation.serialise_large(messages.TaskDone("t", {"result": circle}), LIMIT)


async def test_size_is_counted_in_bytes() -> None:
    message = messages.TaskDone("t", {"result": {"text": "я" * 1000}})
    size = len(serialisation.serialise(message).encode())
    assert size > 2000
    await serialisation.serialise_large(message, size)
    with pytest.raises(UnsendableResultError, match=f"{size - 1:,}"):
        await serialisation.serialise_large(message, size - 1)


class Witness:
    """Stands at the points between the pieces of a long work and has the event loop do a turn at each thousandth."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.points = 0

    def point(self) -> None:
        self.points += 1
        if self.points % 1000 == 0:
            turned = threading.Event()
            self.loop.call_soon_threadsafe(turned.set)
            assert turned.wait(60), "the event loop stood still"


ITEMS = [{"json": {"id": number, "title": f"Сделка {number}", "tags": ["a", "b"]}} for number in range(20_000)]


async def test_the_loop_turns_while_a_large_message_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    witness = Witness()

    def yielding(value: dict[str, Any]) -> dict[str, Any]:
        witness.point()
        return value

    monkeypatch.setattr(serialisation, "_yielding", yielding)
    text = json.dumps({"type": "broker:tasksettings", "taskId": "t", "settings": {"items": ITEMS}})
    message = await serialisation.parse_large(text)
    assert isinstance(message, messages.TaskSettings)
    assert message.settings == {"items": ITEMS}
    assert witness.points > 2 * len(ITEMS)


async def test_the_loop_turns_while_a_large_message_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    witness = Witness()
    longest = 0

    class Encoder(json.JSONEncoder):
        def encode(self, o: Any) -> str:
            nonlocal longest
            witness.point()
            text = super().encode(o)
            longest = max(longest, len(text))
            return text

    monkeypatch.setattr(serialisation, "_ENCODER", Encoder())
    message = messages.TaskDone("t", {"result": {"items": ITEMS}})
    assert json.loads(await serialisation.serialise_large(message, LIMIT))["data"] == {"result": {"items": ITEMS}}
    assert witness.points > len(ITEMS)
    assert longest < 1000
