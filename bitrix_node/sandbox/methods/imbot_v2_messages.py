"""`imbot.v2.Chat.Message.*`: what a bot says and reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.binding import bound_integer, bound_mapping
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, messages, people, views
from bitrix_node.sandbox.messenger.access_v2 import DONE, bot_method
from bitrix_node.sandbox.messenger.drafts import draft_from_fields
from bitrix_node.sandbox.messenger.messages import Draft
from bitrix_node.sandbox.messenger.refusals import Reason, Refusal
from bitrix_node.sandbox.methods.imbot_v2_chats import any_chat

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.bots import Bot
    from bitrix_node.sandbox.registry import Call

_ALL_SEEING = ("supervisor", "personal")
_DENIED = {Reason.MESSAGE_UNKNOWN: ("ACCESS_DENIED", "Access denied")}


@bot_method("imbot.v2.Chat.Message.send")
def send(call: Call, bot: Bot) -> Any:
    """Say something, or forward what was said elsewhere."""
    chat = any_chat(call, bot)
    fields = call.mapping("fields")
    forwards = fields.get("forwardIds")
    forwarded = {
        key: messages.post(call.database, chat, bot.id, _forward(call, bot, number), call.now).id
        for key, number in (forwards.items() if isinstance(forwards, dict) else ())
    }
    if forwarded and not fields.get("message"):
        return {"id": None, "uuidMap": forwarded}
    message = messages.post(call.database, chat, bot.id, draft_from_fields(fields), call.now)
    uuids = {str(fields["templateId"]): message.id} if fields.get("templateId") else {}
    return {"id": message.id, "uuidMap": forwarded | uuids}


@bot_method("imbot.v2.Chat.Message.update", _DENIED)
def update(call: Call, bot: Bot) -> Any:
    """Change one of the bot's own messages."""
    message = messages.find(call.database, bound_integer(call, "messageId"))
    fields = bound_mapping(call, "fields")
    draft = draft_from_fields({"message": message.text, **fields})
    messages.edit(call.database, message, bot.id, draft, call.now)
    return DONE


@bot_method("imbot.v2.Chat.Message.delete", _DENIED)
def delete(call: Call, bot: Bot) -> Any:
    """Take a message back."""
    message = messages.find(call.database, bound_integer(call, "messageId"))
    messages.remove(call.database, message, bot.id, completely=call.flag("complete"))
    return DONE


@bot_method("imbot.v2.Chat.Message.get")
def get(call: Call, bot: Bot) -> Any:
    """Read one message; only bots that see everything may."""
    if bot.type not in _ALL_SEEING:
        raise RestError("BOT_TYPE_NOT_ALLOWED", "Bot type not allowed")
    message = messages.find(call.database, bound_integer(call, "messageId"))
    chat = chats.at(call.database, message.chat_id, bot.id)
    author = people.find(call.database, message.author_id)
    return {"message": views.message_for_bot(message, chat), "user": author.describe() if author else None}


@bot_method("imbot.v2.Chat.Message.read")
def read(call: Call, bot: Bot) -> Any:
    """Mark a chat as read, up to a message or to its end."""
    chat = any_chat(call, bot)
    viewed = messages.mark_read(call.database, chat, bot.id, call.integer("messageId"))
    return {
        "chatId": chat.id,
        "lastId": chat.read[str(bot.id)],
        "counter": messages.count_unread(call.database, chat, bot.id),
        "viewedMessages": viewed,
    }


def _forward(call: Call, bot: Bot, message_id: Any) -> Draft:
    original = messages.find(call.database, to_integer(message_id) or 0)
    chat = chats.load(call.database, original.chat_id)
    if chat is None or bot.id not in chat.members:
        raise Refusal(Reason.REPLY_UNKNOWN)
    return Draft(original.text, {**original.params, "FORWARD_ID": original.id})
