"""What is said in chats: posting, editing, removing, reading back."""

from __future__ import annotations

import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.messenger import chats
from bitrix_node.sandbox.messenger.refusals import Reason, Refusal

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database
    from bitrix_node.sandbox.messenger.chats import Chat

LONGEST_TEXT = 20_000
EDITABLE_FOR = timedelta(days=3)
_SYSTEM_AUTHOR = 0


@dataclass(slots=True)
class Message:
    """One message as the portal keeps it.

    Attributes:
        author_id: who wrote it; 0 for a system message, which therefore nobody can edit.
        params: attachments, keyboard and marks, keyed as the API spells them.
    """

    id: int
    chat_id: int
    author_id: int
    date: str
    text: str
    reply_id: int = 0
    uuid: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to say.

    Attributes:
        text: the text; may be empty when `params` holds an attachment.
        params: attachments and keyboard.
        system: whether it appears without an author.
        reply_id: the message it answers, or 0.
    """

    text: str
    params: dict[str, Any] = field(default_factory=dict)
    system: bool = False
    reply_id: int = 0


def post(database: Database, chat: Chat, author_id: int, draft: Draft, now: datetime) -> Message:
    """Say something in a chat.

    Args:
        database: the portal's data.
        chat: a chat the author is in.
        author_id: who speaks.
        draft: what is said; a text over 20,000 characters is cut and marked with ` (...)`.
        now: the moment.

    Returns:
        the stored message.

    Raises:
        Refusal: `MESSAGE_EMPTY`, `REPLY_UNKNOWN` or `REPLY_ELSEWHERE`.
    """
    text = draft.text.strip()
    if not text and not draft.params.get("ATTACH"):
        raise Refusal(Reason.MESSAGE_EMPTY)
    if draft.reply_id:
        _require_reply(database, chat, draft.reply_id)
    author = _SYSTEM_AUTHOR if draft.system else author_id
    message = Message(
        0, chat.id, author, timestamp(now), _shorten(text), draft.reply_id, str(uuid.uuid4()), dict(draft.params)
    )
    _store(database, message)
    _note(database, chat, message)
    return message


def find(database: Database, message_id: int) -> Message:
    """The message with this id.

    Raises:
        Refusal: `MESSAGE_UNKNOWN`.
    """
    record = _messages(database).get(message_id)
    if record is None:
        raise Refusal(Reason.MESSAGE_UNKNOWN)
    return Message(**record)


def edit(database: Database, message: Message, actor_id: int, draft: Draft, now: datetime) -> None:
    """Change a message's text, attachments or keyboard.

    Args:
        database: the portal's data.
        message: the message as it is stored.
        actor_id: who edits.
        draft: the new text and the params to lay over the old ones; a param of None is removed.
        now: the moment; a message older than three days cannot be edited.

    Raises:
        Refusal: `MESSAGE_NOT_EDITABLE` when it is somebody else's, a system message, or too old.
    """
    old = now - datetime.fromisoformat(message.date) > EDITABLE_FOR
    if message.author_id != actor_id or old:
        raise Refusal(Reason.MESSAGE_NOT_EDITABLE)
    message.text = _shorten(draft.text.strip())
    params = {**message.params, "IS_EDITED": "Y", **draft.params}
    message.params = {key: value for key, value in params.items() if value is not None}
    _save(database, message)


def remove(database: Database, message: Message, actor_id: int, *, completely: bool = False) -> None:
    """Take a message back.

    Args:
        database: the portal's data.
        message: the message as it is stored.
        actor_id: its author, or somebody who runs the chat.
        completely: leave no trace instead of an empty message marked as deleted.

    Raises:
        Refusal: `MESSAGE_NOT_EDITABLE` for anybody else.
    """
    chat = chats.load(database, message.chat_id)
    if message.author_id != actor_id and not (chat and chat.runs(actor_id)):
        raise Refusal(Reason.MESSAGE_NOT_EDITABLE)
    if completely:
        _messages(database).delete(message.id)
        return
    message.text = ""
    message.params = {"IS_DELETED": "Y"}
    _save(database, message)


def history(database: Database, chat: Chat, *, before: int = 0, after: int = 0, limit: int = 20) -> list[Message]:
    """Read a chat back.

    Args:
        database: the portal's data.
        chat: the chat.
        before: only messages older than this id.
        after: only messages newer than this id; then the oldest of them come first.
        limit: how many at most.

    Returns:
        the messages, newest first, or oldest first when `after` is given.
    """
    conditions: dict[str, Any] = {"chat_id": chat.id, ">id": after}
    if before:
        conditions["<id"] = before
    records, _ = _messages(database).query(conditions, {"id": "ASC" if after else "DESC"}, start=-1, limit=limit)
    return [Message(**record) for record in records]


def count_unread(database: Database, chat: Chat, reader_id: int) -> int:
    """How many messages of others somebody has not read yet."""
    conditions = {"chat_id": chat.id, ">id": chat.read.get(str(reader_id), 0), "!author_id": reader_id}
    return _messages(database).query(conditions, limit=0)[1]


def mark_read(database: Database, chat: Chat, reader_id: int, message_id: int) -> list[int]:
    """Note that somebody has read a chat up to a message.

    Args:
        database: the portal's data.
        chat: the chat.
        reader_id: who read.
        message_id: the last message read; 0 means all.

    Returns:
        the ids of the messages that were unread until now.

    Raises:
        Refusal: `MESSAGE_UNKNOWN` when the message is not in this chat.
    """
    if message_id and find(database, message_id).chat_id != chat.id:
        raise Refusal(Reason.MESSAGE_UNKNOWN)
    last = message_id or chat.last_message_id
    seen = chat.read.get(str(reader_id), 0)
    unread = [
        item for item in history(database, chat, after=max(seen, 1) - 1, limit=LONGEST_TEXT) if seen < item.id <= last
    ]
    chat.read[str(reader_id)] = max(seen, last)
    chats.save(database, chat)
    return [item.id for item in unread if item.author_id != reader_id]


def _messages(database: Database) -> Collection:
    return database.collection("messages", index=("chat_id", "author_id"))


def _require_reply(database: Database, chat: Chat, reply_id: int) -> None:
    try:
        answered = find(database, reply_id)
    except Refusal:
        raise Refusal(Reason.REPLY_UNKNOWN) from None
    if answered.chat_id != chat.id:
        raise Refusal(Reason.REPLY_ELSEWHERE)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} (...)"


def _store(database: Database, message: Message) -> None:
    record = {key: value for key, value in asdict(message).items() if key != "id"}
    message.id = _messages(database).insert(record)


def _save(database: Database, message: Message) -> None:
    _messages(database).update(message.id, asdict(message))


def _note(database: Database, chat: Chat, message: Message) -> None:
    chat.last_message_id = message.id
    chat.message_count += 1
    chat.spoke[str(message.author_id)] = message.id
    chat.read[str(message.author_id)] = message.id
    chats.save(database, chat)
