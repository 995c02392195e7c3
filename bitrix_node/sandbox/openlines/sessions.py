"""Sessions: one request of a customer in a chat, from its first message to its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.messenger import chats, membership, messages
from bitrix_node.sandbox.messenger.messages import Draft, Message

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database
    from bitrix_node.sandbox.messenger.chats import Chat

CRM_TYPES = ("LEAD", "COMPANY", "CONTACT", "DEAL")


@dataclass(slots=True)
class Session:
    """One session as the portal keeps it.

    Attributes:
        after: id of the last message before the session.
        closed: when it ended; empty while it runs.
        answered: whether an operator has taken it.
        LEAD, COMPANY, CONTACT, DEAL: ids of the CRM records linked to it, or 0.
        vote_head: mark that a superior gave, 0 for none.
    """

    id: int
    chat_id: int
    config_id: int
    operator_id: int
    created: str
    after: int = 0
    closed: str = ""
    answered: bool = False
    spam: bool = False
    LEAD: int = 0
    COMPANY: int = 0
    CONTACT: int = 0
    DEAL: int = 0
    vote_head: int = 0
    comment_head: str | None = None

    @property
    def crm(self) -> tuple[str, int]:
        """The first CRM record linked to it: its type and id, `NONE` and 0 for none."""
        return next(((name, getattr(self, name)) for name in CRM_TYPES if getattr(self, name)), ("NONE", 0))

    def entity_data(self) -> tuple[str, str]:
        """What a chat says of its session in its first and second line of data.

        Returns:
            whether there are CRM records, the first of them, two flags, the session and the second of its beginning;
            and every CRM record by type.
        """
        kind, number = self.crm
        began = int(datetime.fromisoformat(self.created).timestamp())
        first = f"{'Y' if number else 'N'}|{kind}|{number}|N|N|{self.id}|{began}|0|0|0"
        return first, "|".join(f"{name}|{getattr(self, name)}" for name in CRM_TYPES)


def collection(database: Database) -> Collection:
    """The sessions."""
    return database.collection("openline_sessions", index=("chat_id",))


def find(database: Database, session_id: int) -> Session | None:
    """The session with this id, or None."""
    record = collection(database).get(session_id)
    return Session(**record) if record else None


def latest(database: Database, chat_id: int) -> Session | None:
    """The last session of a chat, or None."""
    records, _ = collection(database).query({"chat_id": chat_id}, {"id": "DESC"}, start=-1, limit=1)
    return Session(**records[0]) if records else None


def linked(database: Database, kind: str, record_id: int) -> list[Session]:
    """The sessions that a CRM record is linked to, oldest first.

    Args:
        database: the portal's data.
        kind: one of `CRM_TYPES`.
        record_id: its id.
    """
    return [Session(**record) for record in collection(database).find(**{kind: record_id})]


def save(database: Database, session: Session) -> None:
    """Write a session back, and into its chat what the chat says of it."""
    collection(database).update(session.id, asdict(session))
    chat = chats.load(database, session.chat_id)
    if chat is not None:
        describe(database, chat, session)


def describe(database: Database, chat: Chat, session: Session) -> None:
    """Let a chat speak of this session."""
    chat.entity_data_1, chat.entity_data_2 = session.entity_data()
    chats.save(database, chat)


def start(
    database: Database, chat: Chat, operator_id: int, now: datetime, *, message: Message | None = None
) -> Session:
    """Begin a new session and end the one that runs.

    Args:
        database: the portal's data.
        chat: the chat of an open line.
        operator_id: who leads it.
        now: the moment.
        message: the message that the session begins with; without one it begins with what is said from now on.

    Returns:
        the new session.
    """
    before = latest(database, chat.id)
    if before is not None:
        finish(database, before, now)
    after = message.id - 1 if message else chat.last_message_id
    config_id = before.config_id if before else line_of(chat)
    session = Session(0, chat.id, config_id, operator_id, timestamp(now), after, answered=True)
    if before is not None:
        session.LEAD, session.COMPANY, session.CONTACT, session.DEAL = (getattr(before, name) for name in CRM_TYPES)
    stored = {name: value for name, value in asdict(session).items() if name != "id"}
    session.id = collection(database).insert(stored)
    assign(database, chat, session, operator_id)
    messages.post(database, chat, operator_id, Draft(f"Conversation #{session.id} started", system=True), now)
    return session


def finish(database: Database, session: Session, now: datetime, *, spam: bool = False) -> None:
    """End a session; one that has ended stays as it is."""
    if not session.closed:
        session.closed, session.spam = timestamp(now), spam
        save(database, session)


def assign(database: Database, chat: Chat, session: Session, operator_id: int) -> None:
    """Make somebody the operator: they join and own the chat, and the one before leaves."""
    former = session.operator_id
    session.operator_id, session.answered = operator_id, True
    membership.add(database, chat, [operator_id])
    chat.owner = operator_id
    chat.managers = list(dict.fromkeys([operator_id, *(number for number in chat.managers if number != former)]))
    if former != operator_id and former in chat.members:
        chat.members.remove(former)
    collection(database).update(session.id, asdict(session))
    describe(database, chat, session)


def said(database: Database, session: Session) -> list[Message]:
    """The messages of a session, newest first."""
    later = [other for other in collection(database).find(chat_id=session.chat_id) if other["id"] > session.id]
    conditions: dict[str, Any] = {"chat_id": session.chat_id, ">id": session.after}
    if later:
        conditions["<=id"] = later[0]["after"]
    records, _ = database.collection("messages").query(conditions, {"id": "DESC"}, start=-1, limit=-1)
    return [Message(**record) for record in records]


def line_of(chat: Chat) -> int:
    """The channel that a chat came in by: the second part of its address."""
    parts = chat.entity_id.split("|")
    return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
