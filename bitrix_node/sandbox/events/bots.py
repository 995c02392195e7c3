"""What chatbots hear of: messages, joining a chat, their own end; at their own addresses, or in their queues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.events import bot_addressing, bot_payloads
from bitrix_node.sandbox.messenger import chats, people
from bitrix_node.sandbox.messenger.bots import Bot
from bitrix_node.sandbox.messenger.messages import Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.sandbox.changes import Change
    from bitrix_node.sandbox.database import Collection, Database
    from bitrix_node.sandbox.events.delivery import Letter
    from bitrix_node.sandbox.messenger.chats import Chat
    from bitrix_node.sandbox.portal import Portal

COLLECTIONS = frozenset({"messages", "chats", "bots"})


@dataclass(frozen=True, slots=True)
class BotEvent:
    """Something a bot is told.

    Attributes:
        kind: `message_add`, `message_update`, `message_delete`, `command_add`, `join_chat` or `delete`.
        bot: who is told.
        chat: where it happened; None for the bot's end.
        message: what was said, or None.
        command: the command that the message gives, or None.
        user_id: who did it.
    """

    kind: str
    bot: Bot
    user_id: int
    chat: Chat | None = None
    message: Message | None = None
    command: bot_addressing.UsedCommand | None = None


def letters(portal: Portal, user_id: int, changes: list[Change]) -> list[Letter]:
    """Write to the bots whom changes concern; bots that fetch their events get them into their queues.

    Args:
        portal: the portal.
        user_id: who made the changes.
        changes: what was changed.

    Returns:
        what is to be posted.
    """
    found: list[Letter] = []
    for change in changes:
        if change.collection not in COLLECTIONS:
            continue
        for event in _events(portal.database, user_id, change):
            letter = _told(portal, event)
            if letter is not None:
                found.append(letter)
    return found


def queue(database: Database) -> Collection:
    """The events that bots have not fetched and confirmed yet."""
    return database.collection("bot_events", ("bot_id",))


def _told(portal: Portal, event: BotEvent) -> Letter | None:
    if event.bot.handlers:
        return bot_payloads.old_letter(portal, event)
    code, data = bot_payloads.new_event(portal.database, event)
    if event.bot.event_mode == "fetch":
        record = {"bot_id": event.bot.id, "type": code, "date": timestamp(portal.clock.now()), "data": data}
        queue(portal.database).insert(record)
        return None
    return bot_payloads.new_letter(portal, event, code, data) if event.bot.webhook_url else None


def _events(database: Database, user_id: int, change: Change) -> Iterator[BotEvent]:
    if change.collection == "bots":
        if change.kind == "delete":
            yield BotEvent("delete", Bot(**change.record), user_id)
    elif change.collection == "chats":
        yield from _joining(database, user_id, change)
    else:
        yield from _messages(database, change)


def _joining(database: Database, user_id: int, change: Change) -> Iterator[BotEvent]:
    """The bots among those who are new in a chat."""
    if change.after is None:
        return
    former = set((change.before or {}).get("members", ()))
    chat = chats.load(database, change.id)
    for bot in _bots(database, [number for number in change.after["members"] if number not in former]):
        if bot.id != user_id:
            yield BotEvent("join_chat", bot, user_id, chat)


def _messages(database: Database, change: Change) -> Iterator[BotEvent]:
    message = Message(**change.record)
    chat = chats.load(database, message.chat_id)
    author = people.find(database, message.author_id or int((change.before or {}).get("author_id", 0)))
    if chat is None or author is None or author.is_bot:
        return
    kind = "message_delete" if "IS_DELETED" in message.params else f"message_{change.kind}"
    if kind == "message_update" and not change.changed & {"text", "params"}:
        return
    bots = _bots(database, chat.members)
    used = bot_addressing.used_commands(database, bots, message) if kind == "message_add" else []
    for command in used:
        yield BotEvent("command_add", command.bot, author.id, chat, message, command)
    if not used:
        for bot in bots:
            if bot_addressing.hears(bot, chat, message):
                yield BotEvent(kind, bot, author.id, chat, message)


def _bots(database: Database, numbers: list[int]) -> list[Bot]:
    bots = database.collection("bots")
    return [Bot(**record) for number in numbers if (record := bots.get(number))]
