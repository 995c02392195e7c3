"""How `im.*` and the old `imbot.*` are called: the same actions, done by the calling user or by one of their bots."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import bots
from bitrix_node.sandbox.messenger.refusals import Reason
from bitrix_node.sandbox.messenger.translation import Words, refusals_in
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.bots import Bot

ActorFunction = Callable[[Call, int], Any]

_UNAVAILABLE = ("ACCESS_ERROR", "Action unavailable")
_NOT_EDITABLE = ("CANT_EDIT_MESSAGE", "Time has expired for modification or you don't have access")
_NOT_HANDED_OVER = ("WRONG_REQUEST", "Change owner can only owner and user must be member in chat")
_NOT_REMOVED = ("WRONG_REQUEST", "You don't have access or user isn't a member of the chat")
_NOT_KICKED = ("ACCESS_DENIED_KICK", "Insufficient rights to exclude participants from the chat")

COMMON_WORDS: Words = {
    Reason.CHAT_UNREACHABLE: _UNAVAILABLE,
    Reason.NOT_A_GROUP_CHAT: _UNAVAILABLE,
    Reason.NOT_THE_OWNER: _NOT_HANDED_OVER,
    Reason.NEW_OWNER_NOT_A_MEMBER: _NOT_HANDED_OVER,
    Reason.PERSON_UNKNOWN: ("USER_NOT_FOUND", "User not found"),
    Reason.TITLE_EMPTY: ("TITLE_EMPTY", "Title can't be empty"),
    Reason.COLOR_UNKNOWN: ("WRONG_COLOR", "This color currently unavailable"),
    Reason.COLOR_UNCHANGED: ("WRONG_REQUEST", "This color currently set or chat doesn't exist"),
    Reason.AVATAR_NOT_AN_IMAGE: ("AVATAR_ERROR", "Avatar incorrect type"),
    Reason.MESSAGE_EMPTY: ("MESSAGE_EMPTY", "Message can't be empty"),
    Reason.MESSAGE_UNKNOWN: _NOT_EDITABLE,
    Reason.MESSAGE_NOT_EDITABLE: _NOT_EDITABLE,
    Reason.REPLY_UNKNOWN: ("REPLY_ACCESS_ERROR", "Action unavailable"),
    Reason.REPLY_ELSEWHERE: (
        "REPLY_FROM_OTHER_CHAT_ERROR",
        "You can only reply to a message within the same chat",
    ),
}
USER_WORDS: Words = {
    **COMMON_WORDS,
    Reason.MEMBER_NOT_FOUND: ("USER_NOT_FOUND", "The specified user is not in the chat"),
    Reason.NOT_A_MANAGER: _NOT_KICKED,
    Reason.OWNER_MUST_STAY: _NOT_KICKED,
}
BOT_WORDS: Words = {
    **COMMON_WORDS,
    Reason.MEMBER_NOT_FOUND: _NOT_REMOVED,
    Reason.NOT_A_MANAGER: _NOT_REMOVED,
    Reason.OWNER_MUST_STAY: ("ACCESS_ERROR", "LEAVE_OWNER_FORBIDDEN"),
}


def spoken(
    name: str, *, user_words: Words | None = None, bot_words: Words | None = None
) -> Callable[[ActorFunction], ActorFunction]:
    """Declare an action as `im.NAME`, done by the calling user, and as `imbot.NAME`, done by a bot.

    Args:
        name: documented name without its first word, `chat.leave`.
        user_words: refusals that `im.NAME` words unlike other `im.*` methods.
        bot_words: refusals that `imbot.NAME` words unlike other `imbot.*` methods.

    Returns:
        the decorator; the function takes the call and the id of the one who acts.
    """

    def declare(function: ActorFunction) -> ActorFunction:
        spoken_by_user(name, user_words)(function)
        spoken_by_bot(name, bot_words)(function)
        return function

    return declare


def spoken_by_user(name: str, differing: Words | None = None) -> Callable[[ActorFunction], ActorFunction]:
    """Declare `im.NAME`; see `spoken`."""
    words = {**USER_WORDS, **(differing or {})}

    def declare(function: ActorFunction) -> ActorFunction:
        @method(f"im.{name}", scope="im")
        def answer(call: Call) -> Any:
            with refusals_in(words):
                return function(call, call.user_id)

        return function

    return declare


def spoken_by_bot(name: str, differing: Words | None = None) -> Callable[[ActorFunction], ActorFunction]:
    """Declare `imbot.NAME`; see `spoken`."""
    words = {**BOT_WORDS, **(differing or {})}

    def declare(function: ActorFunction) -> ActorFunction:
        @method(f"imbot.{name}", scope="imbot")
        def answer(call: Call) -> Any:
            with refusals_in(words):
                return function(call, acting_bot(call).id)

        return function

    return declare


def application_of(call: Call) -> str:
    """The application that calls.

    Returns:
        the key of `Bot.owner`.

    Raises:
        RestError: `ACCESS_DENIED` for a webhook without `CLIENT_ID`.
    """
    owner = bots.application_key(call, call.text("CLIENT_ID"))
    if not owner:
        raise RestError("ACCESS_DENIED", "Access denied! Client ID not specified")
    return owner


def acting_bot(call: Call) -> Bot:
    """The bot that a call names by `BOT_ID`, or the first of the caller's bots when it names none.

    Raises:
        RestError: `ACCESS_DENIED`, `BOT_ID_ERROR` or `APP_ID_ERROR`.
    """
    owner = application_of(call)
    bot_id = call.integer("BOT_ID")
    owned = bots.of_owner(call.database, owner)
    bot = bots.load(call.database, bot_id) if bot_id else next(iter(owned), None)
    if bot is None:
        raise RestError("BOT_ID_ERROR", "Bot not found")
    if bot.owner != owner:
        raise RestError("APP_ID_ERROR", "Bot was installed by another REST application")
    return bot
