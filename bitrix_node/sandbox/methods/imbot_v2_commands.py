"""`imbot.v2.Command.*`: the slash commands of a chatbot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true
from bitrix_node.sandbox.binding import bound_integer, bound_text
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, commands, messages, people
from bitrix_node.sandbox.messenger.access_v2 import DONE, bot_method
from bitrix_node.sandbox.messenger.commands import Command
from bitrix_node.sandbox.messenger.drafts import draft_from_fields
from bitrix_node.sandbox.messenger.refusals import Reason

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.bots import Bot
    from bitrix_node.sandbox.registry import Call

_ANSWER_FAILED = ("COMMAND_ANSWER_FAILED", "Command answer failed")
_ANSWER_WORDS = dict.fromkeys(Reason, _ANSWER_FAILED)
_FLAGS = {"common": "common", "hidden": "hidden", "extranetSupport": "extranet_support"}
_TRANSLATIONS = {"title": "titles", "params": "hints"}


@bot_method("imbot.v2.Command.register")
def register(call: Call, bot: Bot) -> Any:
    """Offer a command; a visible one needs a title."""
    fields = call.mapping("fields")
    command = Command(0, bot.id, _name(fields, missing="COMMAND_REQUIRED", text="Command is required"))
    _apply(command, fields)
    if not command.hidden and not command.titles:
        raise RestError("COMMAND_TITLE_REQUIRED", "Command title is required")
    return {"command": commands.register(call.database, command).describe()}


@bot_method("imbot.v2.Command.update")
def update(call: Call, bot: Bot) -> Any:
    """Change a command; a translation set to null is removed."""
    command = _own_command(call, bot)
    fields = call.mapping("fields")
    if "command" in fields:
        name = _name(fields, missing="COMMAND_NAME_EMPTY", text="Command name is empty")
        namesake = commands.named(call.database, bot.id, name)
        if namesake is not None and namesake.id != command.id:
            raise RestError("COMMAND_ALREADY_EXISTS", "Command already exists")
        command.name = name
    _apply(command, fields)
    commands.save(call.database, command)
    return {"command": command.describe()}


@bot_method("imbot.v2.Command.unregister")
def unregister(call: Call, bot: Bot) -> Any:
    """Withdraw a command."""
    commands.unregister(call.database, _own_command(call, bot))
    return DONE


@bot_method("imbot.v2.Command.list")
def list_commands(call: Call, bot: Bot) -> Any:
    """List a bot's commands with their English texts."""
    person = people.find(call.database, bot.id)
    category = person.name if person else bot.code
    return {
        "commands": [
            command.describe()
            | {
                "title": command.titles.get("en", ""),
                "params": command.hints.get("en", ""),
                "category": category,
                "context": "",
            }
            for command in commands.of_bot(call.database, bot.id)
        ]
    }


@bot_method("imbot.v2.Command.answer", _ANSWER_WORDS)
def answer(call: Call, bot: Bot) -> Any:
    """Answer a command in the chat where it was given."""
    command = commands.load(call.database, bound_integer(call, "commandId"))
    message_id = bound_integer(call, "messageId")
    dialog_id = bound_text(call, "dialogId")
    chat = chats.of_dialog(call.database, dialog_id, bot.id, timestamp(call.now))
    asked = messages.find(call.database, message_id)
    if command is None or command.bot_id != bot.id or asked.chat_id != chat.id:
        raise RestError(*_ANSWER_FAILED)
    messages.post(call.database, chat, bot.id, draft_from_fields(call.mapping("fields")), call.now)
    return DONE


def _own_command(call: Call, bot: Bot) -> Command:
    command = commands.load(call.database, call.integer("commandId"))
    if command is None or command.bot_id != bot.id:
        raise RestError("COMMAND_NOT_FOUND", "Command not found")
    return command


def _name(fields: dict[str, Any], *, missing: str, text: str) -> str:
    name = fields.get("command")
    if isinstance(name, (dict, list, bool)):
        raise RestError("COMMAND_NAME_INVALID", "Command name is invalid")
    bare = str(name or "").strip().removeprefix("/")
    if not bare:
        raise RestError(missing, text)
    return bare


def _apply(command: Command, fields: dict[str, Any]) -> None:
    for name, attribute in _FLAGS.items():
        if name in fields:
            setattr(command, attribute, is_true(fields[name]))
    for name, attribute in _TRANSLATIONS.items():
        if isinstance(fields.get(name), dict):
            merged = {**getattr(command, attribute), **fields[name]}
            setattr(command, attribute, {language: text for language, text in merged.items() if text is not None})
