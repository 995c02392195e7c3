"""How `imbot.v2.*` is called: which bot speaks, with what right, and how that API says no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import bots
from bitrix_node.sandbox.messenger.bots import Bot
from bitrix_node.sandbox.messenger.refusals import Reason
from bitrix_node.sandbox.messenger.translation import Words, refusals_in
from bitrix_node.sandbox.registry import Call, method

BotFunction = Callable[[Call, Bot], Any]

DONE = {"result": True}
_DENIED = ("ACCESS_DENIED", "Access denied")
_NOT_SENT = ("SENDING_FAILED", "Sending failed")

WORDS: Words = {
    Reason.CHAT_UNREACHABLE: _DENIED,
    Reason.NOT_A_GROUP_CHAT: _DENIED,
    Reason.NOT_A_MANAGER: _DENIED,
    Reason.NOT_THE_OWNER: _DENIED,
    Reason.NEW_OWNER_NOT_A_MEMBER: _DENIED,
    Reason.OWNER_MUST_STAY: _DENIED,
    Reason.MEMBER_NOT_FOUND: ("USER_NOT_FOUND", "User not found in chat"),
    Reason.PERSON_UNKNOWN: _DENIED,
    Reason.TITLE_EMPTY: ("TITLE_EMPTY", "Title can't be empty"),
    Reason.COLOR_UNKNOWN: ("WRONG_COLOR", "This color currently unavailable"),
    Reason.COLOR_UNCHANGED: ("WRONG_COLOR", "This color currently set"),
    Reason.AVATAR_NOT_AN_IMAGE: ("AVATAR_ERROR", "Avatar incorrect type"),
    Reason.MESSAGE_EMPTY: ("EMPTY_MESSAGE", "Message is empty"),
    Reason.MESSAGE_UNKNOWN: ("MESSAGE_NOT_FOUND", "Message not found"),
    Reason.MESSAGE_NOT_EDITABLE: _DENIED,
    Reason.REPLY_UNKNOWN: _NOT_SENT,
    Reason.REPLY_ELSEWHERE: _NOT_SENT,
}


def bot_method(name: str, differing: Words | None = None) -> Callable[[BotFunction], BotFunction]:
    """Declare a method that runs in the name of one of the caller's bots.

    Args:
        name: documented name.
        differing: refusals that this method words unlike the others.

    Returns:
        the decorator; the function takes the call and the bot that `botId` names and `botToken` has unlocked.
    """
    words = {**WORDS, **(differing or {})}

    def declare(function: BotFunction) -> BotFunction:
        @method(name, scope="imbot")
        def answer(call: Call) -> Any:
            with refusals_in(words):
                return function(call, speaking_bot(call))

        return function

    return declare


def application_of(call: Call, secret: str) -> str:
    """The application that calls.

    Args:
        call: the call.
        secret: the `botToken` it gave.

    Returns:
        the key of `Bot.owner`.

    Raises:
        RestError: `BOT_TOKEN_NOT_SPECIFIED` for a webhook without a token.
    """
    owner = bots.application_key(call, secret)
    if not owner:
        raise RestError("BOT_TOKEN_NOT_SPECIFIED", "Bot token is not specified")
    return owner


def speaking_bot(call: Call) -> Bot:
    """The bot that a call names, once it has been shown to belong to the caller.

    Raises:
        RestError: `BOT_TOKEN_NOT_SPECIFIED`, `BOT_ID_REQUIRED`, `BOT_NOT_FOUND` or `BOT_OWNERSHIP_ERROR`.
    """
    owner = application_of(call, call.text("botToken"))
    bot_id = call.integer("botId", required="BOT_ID_REQUIRED", message="Bot ID is required")
    bot = bots.load(call.database, bot_id)
    if bot is None:
        raise RestError("BOT_NOT_FOUND", "Bot not found")
    if bot.owner != owner:
        raise RestError("BOT_OWNERSHIP_ERROR", "Bot is registered by another application")
    return bot
