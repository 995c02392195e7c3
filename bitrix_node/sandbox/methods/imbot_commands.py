"""The old `imbot.command.*`: slash commands with a handler address of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import bots, chats, commands, messages
from bitrix_node.sandbox.messenger.access_v1 import BOT_WORDS, acting_bot, application_of
from bitrix_node.sandbox.messenger.commands import Command
from bitrix_node.sandbox.messenger.drafts import draft_from_arguments
from bitrix_node.sandbox.messenger.refusals import Reason
from bitrix_node.sandbox.messenger.translation import refusals_in
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.bots import Bot

_FLAGS = {"COMMON": "common", "HIDDEN": "hidden", "EXTRANET_SUPPORT": "extranet_support"}
_ANSWER_WORDS = {**BOT_WORDS, Reason.CHAT_UNREACHABLE: ("WRONG_REQUEST", "Message isn't added")}


@method("imbot.command.register", scope="imbot")
def register(call: Call) -> int:
    """Offer a command."""
    fields = {key.upper(): value for key, value in call.arguments.items()}
    if not fields.get("EVENT_COMMAND_ADD"):
        raise RestError("EVENT_COMMAND_ADD_ERROR", 'Handler for "Command add" event isn\'t specified')
    name = call.text("COMMAND", required="COMMAND_ERROR", message="Command isn't specified")
    bot = acting_bot(call)
    if not call.sequence("LANG"):
        raise RestError("LANG_ERROR", "Lang set can't be empty")
    command = Command(0, bot.id, name.strip().removeprefix("/"))
    _apply(command, fields)
    return commands.register(call.database, command).id


@method("imbot.command.update", scope="imbot")
def update(call: Call) -> bool:
    """Change a command."""
    command, _ = _own_command(call)
    fields = call.mapping("FIELDS")
    if not fields:
        raise RestError("WRONG_REQUEST", "Command can't be updated")
    command.name = str(fields.get("COMMAND") or command.name).strip().removeprefix("/")
    _apply(command, fields)
    commands.save(call.database, command)
    return True


@method("imbot.command.unregister", scope="imbot")
def unregister(call: Call) -> bool:
    """Withdraw a command."""
    command, _ = _own_command(call)
    commands.unregister(call.database, command)
    return True


@method("imbot.command.answer", scope="imbot")
def answer(call: Call) -> int:
    """Answer a command in the chat where it was given."""
    _, bot = _own_command(call)
    message_id = call.integer("MESSAGE_ID", required="MESSAGE_ID_EMPTY", message="Message ID can't be empty")
    with refusals_in(_ANSWER_WORDS):
        draft = draft_from_arguments(call.arguments)
        asked = messages.find(call.database, message_id)
        chat = chats.at(call.database, asked.chat_id, bot.id)
        return messages.post(call.database, chat, bot.id, draft, call.now).id


def _own_command(call: Call) -> tuple[Command, Bot]:
    owner = application_of(call)
    command = commands.load(call.database, call.integer("COMMAND_ID")) or _named_command(call, owner)
    bot = bots.load(call.database, command.bot_id) if command else None
    if command is None or bot is None:
        raise RestError("COMMAND_ID_ERROR", "Command not found")
    if bot.owner != owner:
        raise RestError("APP_ID_ERROR", "Command was installed by another REST application")
    return command, bot


def _named_command(call: Call, owner: str) -> Command | None:
    found = (commands.named(call.database, bot.id, call.text("COMMAND")) for bot in bots.of_owner(call.database, owner))
    return next((command for command in found if command), None)


def _apply(command: Command, fields: dict[str, Any]) -> None:
    for name, attribute in _FLAGS.items():
        if name in fields:
            setattr(command, attribute, is_true(fields[name]))
    if "EVENT_COMMAND_ADD" in fields:
        command.handler = str(fields["EVENT_COMMAND_ADD"])
        if not command.handler.startswith(("http://", "https://")):
            raise RestError("EVENT_COMMAND_ADD_ERROR", "Wrong handler URL")
    languages = fields.get("LANG") or []
    for entry in languages.values() if isinstance(languages, dict) else languages:
        if not isinstance(entry, dict):
            raise RestError("LANG_ERROR", "Lang set can't be empty")
        language = str(entry.get("LANGUAGE_ID") or "en")
        command.titles[language] = str(entry.get("TITLE") or "")
        command.hints[language] = str(entry.get("PARAMS") or "")
