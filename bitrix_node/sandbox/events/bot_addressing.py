"""Which of the bots in a chat a message is for, and which command of theirs it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitrix_node.sandbox.messenger.bots import Bot
from bitrix_node.sandbox.messenger.chats import Chat, Kind
from bitrix_node.sandbox.messenger.commands import Command

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.messenger.messages import Message

_COMMAND = re.compile(r"/(\S+)\s*(.*)", re.DOTALL)
_ALL_HEARING = ("supervisor", "personal")


@dataclass(frozen=True, slots=True)
class UsedCommand:
    """A command that somebody gave.

    Attributes:
        bot: whose command it is.
        command: the command.
        parameters: what follows its name.
    """

    bot: Bot
    command: Command
    parameters: str


def used_commands(database: Database, bots: list[Bot], message: Message) -> list[UsedCommand]:
    """The commands that a message gives.

    Args:
        database: the portal's data.
        bots: those in the chat.
        message: what was said.

    Returns:
        the commands of that name, of the bots in the chat and the common ones of all others.
    """
    given = _COMMAND.match(message.text)
    if given is None:
        return []
    present = {bot.id: bot for bot in bots}
    found = []
    for record in database.collection("bot_commands").find(name=given[1].lower()):
        command = Command(**record)
        owner = database.collection("bots").get(command.bot_id)
        if owner and (command.bot_id in present or command.common):
            found.append(UsedCommand(Bot(**owner), command, given[2].strip()))
    return found


def hears(bot: Bot, chat: Chat, message: Message) -> bool:
    """Tell whether a message of somebody else is for a bot in its chat.

    A bot of the old API hears in group chats only what mentions it, unless it supervises or serves an open line.
    """
    if bot.type in _ALL_HEARING or not bot.handlers or chat.kind in (Kind.PRIVATE, Kind.SUPPORT):
        return True
    return f"[user={bot.id}" in message.text.lower()
