"""That somebody is busy in a chat: what its members would see as "is typing"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.clock import timestamp

if TYPE_CHECKING:
    from datetime import datetime

    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.messenger.chats import Chat

LONGEST = 600
USUAL = 60


def show(
    database: Database, chat: Chat, person_id: int, now: datetime, *, code: str = "", seconds: int = USUAL
) -> None:
    """Note that somebody is busy, as the chat's members would see it.

    Args:
        database: the portal's data.
        chat: where.
        person_id: who.
        now: the moment.
        code: what they are doing; typing when empty.
        seconds: how long it is shown, brought into 1 to 600.
    """
    record = {
        "chat_id": chat.id,
        "person_id": person_id,
        "code": code,
        "seconds": min(max(seconds, 1), LONGEST),
        "date": timestamp(now),
    }
    database.collection("input_actions", index=("chat_id",)).insert(record)
