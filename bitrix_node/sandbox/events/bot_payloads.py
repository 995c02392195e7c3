"""How a bot is told what happened: in capitals by the old API, in camelCase by `imbot.v2`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.events import authorization
from bitrix_node.sandbox.events.delivery import Letter
from bitrix_node.sandbox.messenger import bots, people, views

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.events.bots import BotEvent
    from bitrix_node.sandbox.messenger.bots import Bot
    from bitrix_node.sandbox.messenger.chats import Chat
    from bitrix_node.sandbox.messenger.messages import Message
    from bitrix_node.sandbox.portal import Portal

_LANGUAGE = {"LANGUAGE": "en"}
_OLD = {
    "message_add": ("ONIMBOTMESSAGEADD", "EVENT_MESSAGE_ADD"),
    "message_update": ("ONIMBOTMESSAGEUPDATE", "EVENT_MESSAGE_UPDATE"),
    "message_delete": ("ONIMBOTMESSAGEDELETE", "EVENT_MESSAGE_DELETE"),
    "join_chat": ("ONIMBOTJOINCHAT", "EVENT_WELCOME_MESSAGE"),
    "delete": ("ONIMBOTDELETE", "EVENT_BOT_DELETE"),
}
"""Code of the event, and the parameter with its handler."""


def old_letter(portal: Portal, event: BotEvent) -> Letter | None:
    """Write to a bot of the old API.

    Args:
        portal: the portal that writes.
        event: what happened.

    Returns:
        the letter, or None when the bot has no handler for it.
    """
    if event.command is not None:
        code, address = "ONIMCOMMANDADD", event.command.command.handler
    else:
        code, parameter = _OLD[event.kind]
        address = event.bot.handlers.get(parameter, "")
    return _letter(portal, event, address, code, _old_data(portal, event)) if address else None


def new_event(database: Database, event: BotEvent) -> tuple[str, dict[str, Any]]:
    """Describe what happened as `imbot.v2` does.

    Args:
        database: the portal's data.
        event: what happened.

    Returns:
        code and content of the event.
    """
    data: dict[str, Any] = {"bot": bots.describe(database, event.bot)}
    if event.command is not None:
        named = {"id": event.command.command.id, "command": f"/{event.command.command.name}"}
        data["command"] = {**named, "params": event.command.parameters, "context": "textarea"}
    if event.chat is not None:
        data |= _new_place(database, event, event.chat)
    return f"ONIMBOTV2{event.kind.replace('_', '').upper()}", data


def new_letter(portal: Portal, event: BotEvent, code: str, data: dict[str, Any]) -> Letter:
    """Write to a bot of `imbot.v2`.

    Args:
        portal: the portal that writes.
        event: what happened.
        code: code of the event.
        data: its content.

    Returns:
        the letter.
    """
    return _letter(portal, event, event.bot.webhook_url, code, data)


def _letter(portal: Portal, event: BotEvent, address: str, code: str, data: dict[str, Any]) -> Letter:
    auth = _authorization(portal, event.bot, event.user_id)
    body = {"event": code, "event_handler_id": event.bot.id, "data": data, "ts": int(portal.clock.time())}
    return Letter(address, code, {**body, "auth": auth})


def _authorization(portal: Portal, bot: Bot, user_id: int) -> dict[str, Any]:
    """Tokens for the bots of the application; a webhook's bots act by their secret and are given none."""
    if bot.owner == portal.authenticator.application.client_id:
        return authorization.of_application(portal, user_id)
    block = authorization.of_webhook(portal, portal.authenticator.application_token)
    return {**block, "user_id": user_id, "client_id": bot.owner}


def _new_place(database: Database, event: BotEvent, chat: Chat) -> dict[str, Any]:
    place: dict[str, Any] = {}
    if event.kind == "message_delete" and event.message is not None:
        place["messageId"] = event.message.id
    elif event.message is not None:
        place["message"] = views.message_for_bot(event.message, chat)
    elif event.kind == "join_chat":
        place["dialogId"] = views.dialog_id(chat, event.bot.id)
    person = people.find(database, event.user_id)
    described = person.describe() if person else {}
    return {**place, "chat": views.chat_for_bot(chat, event.bot.id), "user": described, "language": "en"}


def _old_data(portal: Portal, event: BotEvent) -> dict[str, Any]:
    bot = event.bot
    named = {"BOT_ID": bot.id, "BOT_CODE": bot.code}
    if event.chat is None:
        return named
    auth = _authorization(portal, bot, bot.id)
    listed = {**auth, "AUTH": auth, **named}
    data: dict[str, Any] = {"BOT": {str(bot.id): listed}}
    if event.command is not None and event.message is not None:
        used = event.command.command
        told = {"COMMAND": used.name, "COMMAND_ID": used.id, "COMMAND_PARAMS": event.command.parameters}
        told |= {"COMMAND_CONTEXT": "TEXTAREA", "MESSAGE_ID": event.message.id}
        data = {"COMMAND": {str(used.id): {**listed, **told}}}
    if event.message is not None:
        data["PARAMS"] = _old_message(event, event.chat, event.message)
    else:
        data["PARAMS"] = _old_welcome(event, event.chat)
    return {**data, "USER": _old_user(portal.database, event.user_id)}


def _old_welcome(event: BotEvent, chat: Chat) -> dict[str, Any]:
    kind = views.message_type(chat)
    people_in_it = {"BOT_ID": event.bot.id, "USER_ID": event.user_id}
    people_in_it |= {"TO_USER_ID": event.user_id, "FROM_USER_ID": event.bot.id}
    place = {"CHAT_TYPE": kind, "MESSAGE_TYPE": kind, "DIALOG_ID": views.dialog_id(chat, event.bot.id)}
    return {**place, **people_in_it, **_LANGUAGE}


def _old_message(event: BotEvent, chat: Chat, message: Message) -> dict[str, Any]:
    kind = views.message_type(chat)
    spoken = {
        "MESSAGE": message.text,
        "MESSAGE_TYPE": kind,
        "CHAT_TYPE": kind,
        "FROM_USER_ID": event.user_id,
        "AUTHOR_ID": message.author_id,
        "TO_USER_ID": event.bot.id,
        "DIALOG_ID": views.dialog_id(chat, event.bot.id),
        "MESSAGE_ID": message.id,
        "CHAT_USER_COUNT": len(chat.members),
        "PLATFORM_CONTEXT": "web",
    }
    if event.kind in ("message_update", "message_delete"):
        entity = {"CHAT_ENTITY_ID": chat.entity_id, "CHAT_ENTITY_DATA_1": chat.entity_data_1}
        own = {"ID": message.id, "CHAT_ID": chat.id, "CHAT_AUTHOR_ID": chat.owner, **entity}
    else:
        own = {"TO_CHAT_ID": chat.id, "SYSTEM": "N", "PUSH": "Y", "COMMAND_CONTEXT": "TEXTAREA"}
    return {**own, **spoken, **_LANGUAGE}


def _old_user(database: Database, user_id: int) -> dict[str, Any]:
    person = people.find(database, user_id)
    if person is None:
        return {}
    described = person.describe()
    flags = {"IS_BOT": person.is_bot, "IS_CONNECTOR": described["connector"], "IS_EXTRANET": person.is_extranet}
    return {
        "ID": person.id,
        "NAME": person.name,
        "FIRST_NAME": described["firstName"],
        "LAST_NAME": described["lastName"],
        "WORK_POSITION": described["workPosition"],
        "GENDER": described["gender"],
        **{name: "Y" if value else "N" for name, value in flags.items()},
        "IS_NETWORK": "N",
    }
