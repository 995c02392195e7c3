"""`imbot.v2.Event.get`: bots fetch what they were told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.events import bots
from bitrix_node.sandbox.messenger.access_v2 import bot_method

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.bots import Bot
    from bitrix_node.sandbox.registry import Call

_DEFAULT_LIMIT, _LARGEST_LIMIT = 100, 1000


@bot_method("imbot.v2.Event.get")
def event_get(call: Call, bot: Bot) -> Any:
    """Confirm the events before `offset`, and fetch those that follow."""
    if call.flag("withUserEvents"):
        raise RestError("USER_NOT_SUBSCRIBED", "User not subscribed")
    queue, offset = bots.queue(call.database), call.integer("offset")
    for event in queue.find(bot_id=bot.id):
        if event["id"] < offset:
            queue.delete(event["id"])
    waiting = queue.find(bot_id=bot.id)
    page = waiting[: min(max(call.integer("limit", _DEFAULT_LIMIT), 1), _LARGEST_LIMIT)]
    events = [
        {"eventId": event["id"], "type": event["type"], "date": event["date"], "data": event["data"]} for event in page
    ]
    following = page[-1]["id"] + 1 if page else offset
    return {"events": events, "nextOffset": following, "hasMore": len(waiting) > len(page)}
