"""`imopenlines.session.*`, `imopenlines.operator.*` and the dialog: sessions and who leads them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, membership, messages, people, views
from bitrix_node.sandbox.messenger.chats import Chat, Kind
from bitrix_node.sandbox.messenger.refusals import Refusal
from bitrix_node.sandbox.openlines import access, configs, sessions
from bitrix_node.sandbox.openlines.history import history
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.openlines.sessions import Session

_NO_DIALOG = ("ACCESS_ERROR", "You do not have access to the specified dialog")
_BEST_RATING = 5


@method("imopenlines.dialog.get", scope="imopenlines")
def dialog_get(call: Call) -> dict[str, Any]:
    """Describe a chat found by its id, its session, or the customer's address."""
    chat = _named_chat(call)
    session = sessions.latest(call.database, chat.id) if chat else None
    if chat is None or chat.kind is not Kind.SUPPORT or not access.may_see(call, chat, session):
        raise RestError(*_NO_DIALOG)
    readers = people.find_all(call.database, (int(number) for number in chat.read if int(number) != call.user_id))
    unread = messages.count_unread(call.database, chat, call.user_id)
    return views.dialog(chat, call.user_id, unread=unread, readers=readers)


@method("imopenlines.session.open", scope="imopenlines")
def session_open(call: Call) -> dict[str, str]:
    """Find the chat of a customer's address."""
    chat = chats.of_entity(call.database, "LINES", call.text("USER_CODE"))
    if chat is None or not access.may_see(call, chat, sessions.latest(call.database, chat.id)):
        raise RestError(*access.DENIED)
    return {"chatId": str(chat.id)}


@method("imopenlines.session.history.get", scope="imopenlines")
def session_history(call: Call) -> dict[str, Any]:
    """Read a session back; a chat stands for its last session."""
    session_id, chat_id = call.integer("SESSION_ID"), call.integer("CHAT_ID")
    if not session_id and not chat_id:
        raise RestError("MISSING_REQUIRED_PARAM", "Session ID or Chat ID must be provided")
    if not session_id and chats.load(call.database, chat_id) is None:
        raise RestError("INVALID_SESSION_ID", "Unable to determine session ID from provided parameters")
    session = sessions.find(call.database, session_id) if session_id else sessions.latest(call.database, chat_id)
    if session is None and not session_id:
        raise RestError("INVALID_SESSION_ID", "Unable to determine session ID from provided parameters")
    chat = chats.load(call.database, session.chat_id) if session else None
    if session is None or chat is None or not access.may_see(call, chat, session):
        raise RestError(*access.DENIED)
    return history(call.database, chat, session, viewer_id=call.user_id, judges=call.is_admin)


@method("imopenlines.session.start", scope="imopenlines")
def session_start(call: Call) -> bool:
    """Begin a new session that the caller leads."""
    chat, _ = access.conversation(call)
    sessions.start(call.database, chat, call.user_id, call.now)
    return True


@method("imopenlines.message.session.start", scope="imopenlines")
def session_start_from_message(call: Call) -> bool:
    """Begin a new session with a message that was said already."""
    chat, _ = access.conversation(call)
    try:
        message = messages.find(call.database, call.integer("MESSAGE_ID"))
    except Refusal:
        message = None
    if message is None or message.chat_id != chat.id:
        raise RestError(*access.DENIED)
    sessions.start(call.database, chat, call.user_id, call.now, message=message)
    return True


@method("imopenlines.session.join", scope="imopenlines")
def session_join(call: Call) -> bool:
    """Let the caller take part in a conversation that somebody else leads."""
    chat, _ = access.conversation(call)
    membership.add(call.database, chat, [call.user_id])
    return True


@method("imopenlines.session.intercept", scope="imopenlines")
def session_intercept(call: Call) -> bool:
    """Take a running conversation from its operator."""
    chat, session = access.running(call)
    sessions.assign(call.database, chat, session, call.user_id)
    return True


@method("imopenlines.session.head.vote", scope="imopenlines")
def session_head_vote(call: Call) -> bool:
    """Let a superior judge a session that has ended."""
    session_id = call.integer("SESSION_ID", required="EMPTY_SESSION_ID", message="Session ID can't be empty")
    if not call.has("RATING") and not call.has("COMMENT"):
        text = "At least one of the parameters RATING or COMMENT must be specified"
        raise RestError("EMPTY_VOTE_PARAMS", text)
    session = sessions.find(call.database, session_id)
    if session is None or not session.closed or not call.is_admin:
        raise RestError(*access.DENIED)
    if call.has("RATING"):
        session.vote_head = min(max(call.integer("RATING"), 1), _BEST_RATING)
    if call.has("COMMENT"):
        session.comment_head = call.text("COMMENT")
    sessions.save(call.database, session)
    return True


@method("imopenlines.operator.answer", scope="imopenlines")
def operator_answer(call: Call) -> bool:
    """Take a conversation; one that has ended goes on in a new session."""
    chat, session = access.conversation(call)
    if session.closed:
        sessions.start(call.database, chat, call.user_id, call.now)
    else:
        sessions.assign(call.database, chat, session, call.user_id)
    return True


@method("imopenlines.operator.finish", scope="imopenlines")
def operator_finish(call: Call) -> bool:
    """End a conversation that the caller leads."""
    _, session = access.conversation(call)
    if session.operator_id != call.user_id:
        raise RestError(*access.DENIED)
    sessions.finish(call.database, session, call.now)
    return True


@method("imopenlines.operator.another.finish", scope="imopenlines")
def operator_another_finish(call: Call) -> bool:
    """End a conversation, whoever leads it."""
    _, session = access.conversation(call)
    sessions.finish(call.database, session, call.now)
    return True


@method("imopenlines.operator.spam", scope="imopenlines")
def operator_spam(call: Call) -> bool:
    """End a conversation as spam."""
    _, session = access.conversation(call)
    sessions.finish(call.database, session, call.now, spam=True)
    return True


@method("imopenlines.operator.skip", scope="imopenlines")
def operator_skip(call: Call) -> bool:
    """Hand a conversation to the next operator of the queue."""
    chat, session = access.conversation(call)
    successor = _next_operator(call, session)
    if session.closed or successor is None:
        raise RestError("ACCESS_DENIED_KICK", "Insufficient permissions to remove participants from the chat")
    sessions.assign(call.database, chat, session, successor)
    return True


@method("imopenlines.operator.transfer", scope="imopenlines")
def operator_transfer(call: Call) -> bool:
    """Hand a conversation to a colleague, or to the queue of a channel."""
    user_id, config_id = _target(call)
    chat, session = access.running(call)
    if config_id:
        config = configs.find(call.database, config_id)
        session.config_id = config_id
        user_id = (config and config["ACTIVE"] == "Y" and _next_operator(call, session)) or 0
    if not _can_lead(call, user_id):
        raise RestError(*access.OPERATOR_WRONG)
    sessions.assign(call.database, chat, session, user_id)
    return True


def _named_chat(call: Call) -> Chat | None:
    if call.integer("CHAT_ID"):
        return chats.load(call.database, call.integer("CHAT_ID"))
    if call.text("DIALOG_ID"):
        number = to_integer(call.text("DIALOG_ID").removeprefix("chat"))
        return chats.load(call.database, number) if number else None
    if call.integer("SESSION_ID"):
        session = sessions.find(call.database, call.integer("SESSION_ID"))
        return chats.load(call.database, session.chat_id) if session else None
    return chats.of_entity(call.database, "LINES", call.text("USER_CODE")) if call.text("USER_CODE") else None


def _target(call: Call) -> tuple[int, int]:
    """The user or the channel that a conversation is handed to; one of the two is 0."""
    call.integer("CHAT_ID", required=access.CHAT_EMPTY[0], message=access.CHAT_EMPTY[1])
    if call.has("TRANSFER_ID"):
        named = call.text("TRANSFER_ID").lower()
        number = to_integer(named.removeprefix("queue")) or 0
        user_id, config_id = (0, number) if named.startswith("queue") else (number, 0)
    elif call.has("USER_ID"):
        return call.integer("USER_ID", required="USER_ID_EMPTY", message="User ID can't be empty"), 0
    elif call.has("QUEUE_ID"):
        return 0, call.integer("QUEUE_ID", required="QUEUE_ID_EMPTY", message="QUEUE ID can't be empty")
    else:
        user_id = config_id = 0
    if not user_id and not config_id:
        raise RestError("TRANSFER_ID_EMPTY", "Queue ID or User ID can't be empty")
    return user_id, config_id


def _next_operator(call: Call, session: Session) -> int | None:
    config = configs.find(call.database, session.config_id)
    queue = configs.operators(call.database, config) if config else []
    others = [number for number in queue if number != session.operator_id]
    if not others or session.operator_id not in queue:
        return others[0] if others else None
    return queue[(queue.index(session.operator_id) + 1) % len(queue)]


def _can_lead(call: Call, user_id: int) -> bool:
    person = people.find(call.database, user_id)
    return person is not None and bool(person.record.get("ACTIVE")) and not person.is_extranet
