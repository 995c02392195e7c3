"""`imbot.v2.Chat.User.*` and `Chat.Manager.*`: the people of a bot's chats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.binding import bound_integer, bound_sequence, whole_numbers
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import membership, people
from bitrix_node.sandbox.messenger.access_v2 import DONE, bot_method
from bitrix_node.sandbox.messenger.refusals import Reason, Refusal
from bitrix_node.sandbox.methods.imbot_v2_chats import group_chat

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.bots import Bot
    from bitrix_node.sandbox.messenger.chats import Chat
    from bitrix_node.sandbox.registry import Call

_LARGEST_PAGE = 200


@bot_method("imbot.v2.Chat.User.add")
def add(call: Call, bot: Bot) -> Any:
    """Let people join; the bot must manage the chat."""
    chat = group_chat(call, bot)
    if not chat.runs(bot.id):
        raise Refusal(Reason.NOT_A_MANAGER)
    membership.add(call.database, chat, _numbers(call))
    return DONE


@bot_method("imbot.v2.Chat.User.list")
def list_members(call: Call, bot: Bot) -> Any:
    """List the people of a chat."""
    chat = group_chat(call, bot)
    limit = min(max(call.integer("limit", 50), 1), _LARGEST_PAGE)
    ordered = _ordered(chat, call.mapping("order"))
    return [person.describe() for person in people.find_all(call.database, ordered[:limit])]


@bot_method("imbot.v2.Chat.User.delete")
def delete(call: Call, bot: Bot) -> Any:
    """Remove one person; the bot must manage the chat."""
    chat = group_chat(call, bot)
    membership.remove(call.database, chat, bot.id, bound_integer(call, "userId"))
    return DONE


@bot_method("imbot.v2.Chat.Manager.add")
def add_managers(call: Call, bot: Bot) -> Any:
    """Let members manage the chat."""
    return _set_managers(call, bot, managing=True)


@bot_method("imbot.v2.Chat.Manager.delete")
def delete_managers(call: Call, bot: Bot) -> Any:
    """Make managers plain members again."""
    return _set_managers(call, bot, managing=False)


def _set_managers(call: Call, bot: Bot, *, managing: bool) -> dict[str, bool]:
    if not call.sequence("userIds"):
        raise RestError("EMPTY_USER_IDS", "Empty user IDs")
    membership.set_managers(call.database, group_chat(call, bot), bot.id, _numbers(call), managing=managing)
    return DONE


def _numbers(call: Call) -> list[int]:
    return whole_numbers(bound_sequence(call, "userIds"))


def _ordered(chat: Chat, order: dict[str, Any]) -> list[int]:
    """Members in the wanted order; `id` is the order of joining."""
    members = list(chat.members)
    for field, direction in reversed(order.items()):
        if field == "userId":
            members.sort()
        elif field == "lastSendMessageId":
            members.sort(key=lambda number: chat.spoke.get(str(number), 0))
        elif field == "id":
            members.sort(key=chat.members.index)
        else:
            continue
        if str(direction).upper() == "DESC":
            members.reverse()
    return members
