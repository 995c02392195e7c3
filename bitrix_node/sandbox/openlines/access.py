"""Who may work in a chat of an open line, and how the portal refuses everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats
from bitrix_node.sandbox.messenger.chats import Chat, Kind
from bitrix_node.sandbox.openlines import configs, sessions

if TYPE_CHECKING:
    from bitrix_node.sandbox.openlines.sessions import Session
    from bitrix_node.sandbox.registry import Call

Refusal = tuple[str, str]

DENIED: Refusal = ("ACCESS_DENIED", "You cannot open this conversation: you do not have the rights for it")
CHAT_EMPTY: Refusal = ("CHAT_ID_EMPTY", "Chat ID can't be empty")
OPERATOR_WRONG: Refusal = ("OPERATOR_WRONG", "You can not redirect to this operator")
_CHAT_ID: Refusal = ("CHAT_ID", "The specified chat identifier is incorrect")
_CHAT_TYPE: Refusal = ("CHAT_TYPE", "The specified chat is not an open line")


def may_see(call: Call, chat: Chat, session: Session | None) -> bool:
    """Whether the caller is in the chat, answers in its channel, or administers the portal."""
    if call.is_admin or call.user_id in chat.members:
        return True
    config = configs.find(call.database, session.config_id if session else sessions.line_of(chat))
    return config is not None and call.user_id in configs.operators(call.database, config)


def conversation(call: Call) -> tuple[Chat, Session]:
    """The chat that a call names by `CHAT_ID`, with its last session.

    Raises:
        RestError: CHAT_ID for no such chat, CHAT_TYPE for one of another kind, ACCESS_DENIED without the right.
    """
    chat = chats.load(call.database, call.integer("CHAT_ID"))
    if chat is None:
        raise RestError(*_CHAT_ID)
    if chat.kind is not Kind.SUPPORT:
        raise RestError(*_CHAT_TYPE)
    session = sessions.latest(call.database, chat.id)
    if session is None or not may_see(call, chat, session):
        raise RestError(*DENIED)
    return chat, session


def running(call: Call) -> tuple[Chat, Session]:
    """The running session of the chat that a call names by `CHAT_ID`, to be handed to somebody.

    Raises:
        RestError: CHAT_ID_EMPTY without a chat; OPERATOR_WRONG for a chat that cannot be handed on by the caller.
    """
    chat = chats.load(call.database, call.integer("CHAT_ID", required=CHAT_EMPTY[0], message=CHAT_EMPTY[1]))
    session = sessions.latest(call.database, chat.id) if chat else None
    if chat is None or session is None or session.closed or not may_see(call, chat, session):
        raise RestError(*OPERATOR_WRONG)
    return chat, session
