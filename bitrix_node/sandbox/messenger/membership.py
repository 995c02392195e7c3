"""Who joins, who leaves, who owns: the rules for the people of a chat and for its looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.messenger import avatars, chats, colors, people
from bitrix_node.sandbox.messenger.chats import Chat, Kind
from bitrix_node.sandbox.messenger.refusals import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Database


def add(database: Database, chat: Chat, person_ids: Iterable[int]) -> list[int]:
    """Let people join.

    Args:
        database: the portal's data.
        chat: a group chat.
        person_ids: who joins; people who are in already and ids that belong to nobody are passed over.

    Returns:
        the ids that joined.

    Raises:
        Refusal: `NOT_A_GROUP_CHAT` for a private dialog.
    """
    _require_group(chat)
    wanted = [number for number in dict.fromkeys(person_ids) if number not in chat.members]
    joined = [person.id for person in people.find_all(database, wanted)]
    chat.members.extend(joined)
    chats.save(database, chat)
    return joined


def remove(database: Database, chat: Chat, actor_id: int, person_id: int) -> None:
    """Take one person out of a chat.

    Raises:
        Refusal: `NOT_A_GROUP_CHAT`; `NOT_A_MANAGER` when the actor may not remove people, or wants to remove the owner;
            `MEMBER_NOT_FOUND` when the person is not in the chat.
    """
    _require_group(chat)
    if not chat.runs(actor_id):
        raise Refusal(Reason.NOT_A_MANAGER)
    if person_id not in chat.members:
        raise Refusal(Reason.MEMBER_NOT_FOUND)
    if person_id == chat.owner:
        raise Refusal(Reason.OWNER_MUST_STAY if person_id == actor_id else Reason.NOT_A_MANAGER)
    _drop(database, chat, person_id)


def leave(database: Database, chat: Chat, person_id: int) -> None:
    """Let somebody go.

    The owner of an ordinary chat hands it to the member who joined first; the owner of an open-line chat has to
    name the next owner before.

    Raises:
        Refusal: `NOT_A_GROUP_CHAT`, `MEMBER_NOT_FOUND` or `OWNER_MUST_STAY`.
    """
    _require_group(chat)
    if person_id not in chat.members:
        raise Refusal(Reason.MEMBER_NOT_FOUND)
    if person_id == chat.owner:
        chat.owner = _heir(chat)
    _drop(database, chat, person_id)


def set_owner(database: Database, chat: Chat, actor_id: int, person_id: int) -> None:
    """Hand a chat over.

    Raises:
        Refusal: `NOT_A_GROUP_CHAT`, `NOT_THE_OWNER` or `NEW_OWNER_NOT_A_MEMBER`.
    """
    _require_group(chat)
    if actor_id != chat.owner:
        raise Refusal(Reason.NOT_THE_OWNER)
    if person_id not in chat.members:
        raise Refusal(Reason.NEW_OWNER_NOT_A_MEMBER)
    chat.owner = person_id
    chat.managers = list(dict.fromkeys([person_id, *chat.managers]))
    chats.save(database, chat)


def set_managers(database: Database, chat: Chat, actor_id: int, person_ids: Iterable[int], *, managing: bool) -> None:
    """Make members managers of the chat, or plain members again.

    Raises:
        Refusal: `NOT_A_GROUP_CHAT`, or `NOT_THE_OWNER` when the actor is not the owner.
    """
    _require_group(chat)
    if actor_id != chat.owner:
        raise Refusal(Reason.NOT_THE_OWNER)
    named = [number for number in person_ids if number in chat.members]
    kept = [number for number in chat.managers if number not in named]
    chat.managers = [*kept, *named] if managing else kept
    chats.save(database, chat)


def rename(database: Database, chat: Chat, title: str) -> None:
    """Give a chat a title.

    Raises:
        Refusal: `TITLE_EMPTY`, or `NOT_A_GROUP_CHAT` for a private dialog.
    """
    _require_group(chat)
    if not title.strip():
        raise Refusal(Reason.TITLE_EMPTY)
    chat.title = title.strip()
    chats.save(database, chat)


def describe(database: Database, chat: Chat, description: str) -> None:
    """Give a chat a description."""
    chat.description = description
    chats.save(database, chat)


def paint(database: Database, chat: Chat, color: str) -> None:
    """Give a chat a colour by its name.

    Raises:
        Refusal: `COLOR_UNKNOWN`, or `COLOR_UNCHANGED` when the chat has it already.
    """
    value = colors.named(color)
    if value == chat.color:
        raise Refusal(Reason.COLOR_UNCHANGED)
    chat.color = value
    chats.save(database, chat)


def picture(database: Database, chat: Chat, image: str) -> None:
    """Give a chat an avatar.

    Args:
        database: the portal's data.
        chat: a group chat.
        image: an image in Base64.

    Raises:
        Refusal: `AVATAR_NOT_AN_IMAGE`, or `NOT_A_GROUP_CHAT` for a private dialog.
    """
    _require_group(chat)
    chat.avatar = avatars.store(database, image)
    chats.save(database, chat)


def _require_group(chat: Chat) -> None:
    if chat.kind is Kind.PRIVATE:
        raise Refusal(Reason.NOT_A_GROUP_CHAT)


def _heir(chat: Chat) -> int:
    others = [number for number in chat.members if number != chat.owner]
    if chat.kind is Kind.SUPPORT:
        raise Refusal(Reason.OWNER_MUST_STAY)
    return others[0] if others else 0


def _drop(database: Database, chat: Chat, person_id: int) -> None:
    chat.members.remove(person_id)
    chat.managers = [number for number in chat.managers if number != person_id]
    chats.save(database, chat)
