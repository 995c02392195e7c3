"""Notifications: what the portal and its applications tell one person, outside of chats."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Collection, Database

QUESTION, PERSONAL, SYSTEM = 1, 2, 4
"""Types of notification: one that asks and has buttons, one from a colleague, one from the portal."""
_CHATS = 1_000_000


@dataclass(slots=True)
class Notification:
    """One notification as the portal keeps it.

    Attributes:
        user_id: who is told.
        author_id: who caused it; 0 for the portal itself.
        date: moment, as stored everywhere.
        type: one of `QUESTION`, `PERSONAL`, `SYSTEM`.
        module: the part of the portal that it comes from.
        event: what happened there.
        tag: under which there is one notification for a person.
        sub_tag: which several may share.
        params: attachments and marks, keyed as the API spells them.
        buttons: of a question: its buttons by value, each with `text` and `reply`.
        answers_into: of one that takes a quick answer: the chat that the answer goes to, or 0.
    """

    id: int
    user_id: int
    author_id: int
    date: str
    type: int
    text: str
    module: str = "rest"
    event: str = "rest_notify"
    tag: str = ""
    sub_tag: str = ""
    title: str = ""
    read: bool = False
    params: dict[str, Any] = field(default_factory=dict)
    buttons: dict[str, dict[str, str]] = field(default_factory=dict)
    answers_into: int = 0

    @property
    def setting(self) -> str:
        """Name of its kind, `module|event`."""
        return f"{self.module}|{self.event}"


def send(database: Database, notification: Notification) -> int:
    """Tell somebody something; an older notification with the same tag makes room.

    Args:
        database: the portal's data.
        notification: what to tell; its id is given here.

    Returns:
        the id.
    """
    if notification.tag:
        remove(database, _stored(database).find(user_id=notification.user_id, tag=notification.tag))
    record = asdict(notification)
    del record["id"]
    return _stored(database).insert(record)


def of_person(database: Database, user_id: int) -> list[Notification]:
    """What a person was told, the newest first."""
    found = [Notification(**record) for record in _stored(database).find(user_id=user_id)]
    return sorted(found, key=lambda each: (each.date, each.id), reverse=True)


def find(database: Database, user_id: int, number: int) -> Notification | None:
    """The notification with this id, when it belongs to this person."""
    record = _stored(database).get(number)
    return Notification(**record) if record is not None and record["user_id"] == user_id else None


def tagged(database: Database, **tags: str) -> list[dict[str, Any]]:
    """The records with a `tag` or `sub_tag`, of all people."""
    return _stored(database).find(**tags)


def remove(database: Database, records: Iterable[dict[str, Any]]) -> bool:
    """Take notifications back; tells whether there were any."""
    removed = [_stored(database).delete(record["id"]) for record in records]
    return any(removed)


def mark(database: Database, notifications: Iterable[Notification], *, read: bool) -> None:
    """Mark notifications as read or unread."""
    for notification in notifications:
        _stored(database).update(notification.id, {"read": read})


def chat_id(user_id: int) -> int:
    """Number of the chat in which the messenger shows a person's notifications."""
    return _CHATS + user_id


def _stored(database: Database) -> Collection:
    return database.collection("notifications", index=("user_id", "tag", "sub_tag"))
