"""`imbot.v2.Chat.*`: a bot's group chats, their looks and their owner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.binding import bound_integer, bound_mapping, bound_text, whole_numbers
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, input_actions, membership, messages, people, views
from bitrix_node.sandbox.messenger.access_v2 import DONE, bot_method
from bitrix_node.sandbox.messenger.chats import Chat, Kind
from bitrix_node.sandbox.messenger.messages import Draft
from bitrix_node.sandbox.messenger.refusals import Refusal

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.bots import Bot
    from bitrix_node.sandbox.registry import Call

_STATUS_CODES = frozenset(
    f"IMBOT_AGENT_ACTION_{name}"
    for name in (
        "THINKING", "SEARCHING", "GENERATING", "ANALYZING", "PROCESSING", "TRANSLATING",
        "CONNECTING", "CHECKING", "CALCULATING", "READING_DOCS", "COMPOSING",
    )
)  # fmt: skip


def group_chat(call: Call, bot: Bot) -> Chat:
    """The group chat that `dialogId` names, with the bot in it."""
    return chats.group_of_dialog(call.database, bound_text(call, "dialogId"), bot.id)


def any_chat(call: Call, bot: Bot) -> Chat:
    """The group or private chat that `dialogId` names, with the bot in it."""
    return chats.of_dialog(call.database, bound_text(call, "dialogId"), bot.id, timestamp(call.now))


@bot_method("imbot.v2.Chat.add")
def add(call: Call, bot: Bot) -> Any:
    """Create a group chat; the bot is in it, and owns it unless `ownerId` names somebody else."""
    fields = call.mapping("fields")
    owner = to_integer(fields.get("ownerId")) or bot.id
    wanted = dict.fromkeys((bot.id, owner, *whole_numbers(fields.get("userIds"))))
    members = [person.id for person in people.find_all(call.database, wanted)]
    owner = owner if owner in members else bot.id
    new = Chat(
        0, Kind.GROUP, owner, timestamp(call.now), members=members, managers=list(dict.fromkeys((owner, bot.id)))
    )
    chat = chats.create(call.database, new)
    _apply_looks(call, chat, fields)
    if fields.get("message"):
        messages.post(call.database, chat, bot.id, Draft(str(fields["message"])), call.now)
    users = people.find_all(call.database, chat.members)
    return {
        "chat": views.chat_for_bot(chat, bot.id, is_new=True),
        "users": [person.describe() for person in users],
    }


@bot_method("imbot.v2.Chat.get")
def get(call: Call, bot: Bot) -> Any:
    """Describe a chat the bot is in."""
    return {"chat": views.chat_for_bot(any_chat(call, bot), bot.id)}


@bot_method("imbot.v2.Chat.update")
def update(call: Call, bot: Bot) -> Any:
    """Change a chat's title, description, colour or picture."""
    chat = group_chat(call, bot)
    _apply_looks(call, chat, bound_mapping(call, "fields"))
    return DONE


@bot_method("imbot.v2.Chat.leave")
def leave(call: Call, bot: Bot) -> Any:
    """Take the bot out of a chat."""
    membership.leave(call.database, group_chat(call, bot), bot.id)
    return DONE


@bot_method("imbot.v2.Chat.setOwner")
def set_owner(call: Call, bot: Bot) -> Any:
    """Hand a chat that the bot owns to one of its members."""
    chat = group_chat(call, bot)
    membership.set_owner(call.database, chat, bot.id, bound_integer(call, "userId"))
    return DONE


@bot_method("imbot.v2.Chat.InputAction.notify")
def notify_input(call: Call, bot: Bot) -> Any:
    """Show that the bot is busy."""
    chat = any_chat(call, bot)
    code = call.text("statusMessageCode")
    if code and code not in _STATUS_CODES:
        raise RestError("100", f"Invalid value {{{code}}} to match with parameter {{statusMessageCode}}.")
    seconds = call.integer("duration", input_actions.USUAL)
    input_actions.show(call.database, chat, bot.id, call.now, code=code, seconds=seconds)
    return DONE


def _apply_looks(call: Call, chat: Chat, fields: dict[str, Any]) -> None:
    database = call.database
    if str(fields.get("title") or "").strip():
        membership.rename(database, chat, str(fields["title"]))
    if "description" in fields:
        membership.describe(database, chat, str(fields["description"] or ""))
    if fields.get("avatar"):
        membership.picture(database, chat, str(fields["avatar"]))
    if fields.get("color"):
        _paint_if_known(call, chat, str(fields["color"]))


def _paint_if_known(call: Call, chat: Chat, color: str) -> None:
    try:
        membership.paint(call.database, chat, color)
    except Refusal:
        return  # this API keeps the old colour without a word
