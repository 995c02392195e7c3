"""Chats and the dialog ids that lead to them."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.messenger import colors, people
from bitrix_node.sandbox.messenger.refusals import Reason, Refusal

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database

_CHAT = re.compile(r"chat([1-9]\d*)\Z")
_WORKGROUP = re.compile(r"sg([1-9]\d*)\Z")
_PERSON = re.compile(r"[1-9]\d*\Z")


class Kind(StrEnum):
    """What sort of chat it is; the value is Bitrix24's `type`."""

    PRIVATE = "private"
    GROUP = "chat"
    OPEN = "open"
    SUPPORT = "lines"


@dataclass(slots=True)
class Chat:
    """One chat as the portal keeps it.

    Attributes:
        members: ids of people, in the order in which they joined.
        managers: ids of members who may add and remove people besides the owner.
        spoke: id of each member's last message, by the member's id as text.
        read: id of the last message each member has read, by the member's id as text.
        entity_data_1: what the foreign object tells of itself; of an open line its session.
        entity_data_2: the same, continued; of an open line the linked CRM records.
    """

    id: int
    kind: Kind
    owner: int
    created: str
    title: str = ""
    description: str = ""
    color: str = ""
    avatar: str = ""
    members: list[int] = field(default_factory=list)
    managers: list[int] = field(default_factory=list)
    entity_type: str = ""
    entity_id: str = ""
    entity_data_1: str = ""
    entity_data_2: str = ""
    last_message_id: int = 0
    message_count: int = 0
    spoke: dict[str, int] = field(default_factory=dict)
    read: dict[str, int] = field(default_factory=dict)

    @property
    def dialog_id(self) -> str:
        """The address of a group chat in the API."""
        return f"chat{self.id}"

    def runs(self, person_id: int) -> bool:
        """Tell whether somebody may add and remove members."""
        return person_id == self.owner or person_id in self.managers

    def role_of(self, person_id: int) -> str:
        """The API's word for somebody's standing in the chat: `owner`, `manager`, `member` or `guest`."""
        if person_id == self.owner:
            return "owner"
        if person_id in self.managers:
            return "manager"
        return "member" if person_id in self.members else "guest"


def load(database: Database, chat_id: int) -> Chat | None:
    """The chat with this id, or None."""
    record = database.collection("chats").get(chat_id)
    return _from_record(record) if record else None


def save(database: Database, chat: Chat) -> None:
    """Write a chat back as it now is."""
    database.collection("chats").update(chat.id, asdict(chat))


def create(database: Database, chat: Chat) -> Chat:
    """Store a new chat.

    Args:
        database: the portal's data.
        chat: the chat with id 0.

    Returns:
        the same chat with its id and, where none was chosen, a title and a colour.
    """
    chats = database.collection("chats")
    record = {key: value for key, value in asdict(chat).items() if key != "id"}
    chat.id = chats.insert(record)
    chat.color = chat.color or colors.for_number(chat.id)
    chat.title = chat.title or _title(database, chat)
    save(database, chat)
    return chat


def at(database: Database, chat_id: int, person_id: int, *, reading: bool = False) -> Chat:
    """The chat with this id, for somebody who must be in it; an open chat can be read by anybody.

    Raises:
        Refusal: `CHAT_UNREACHABLE` when it does not exist or the person is not in it.
    """
    chat = load(database, chat_id)
    if chat is None:
        raise Refusal(Reason.CHAT_UNREACHABLE)
    if person_id not in chat.members and not (reading and chat.kind is Kind.OPEN):
        raise Refusal(Reason.CHAT_UNREACHABLE)
    return chat


def of_dialog(database: Database, dialog_id: str, person_id: int, now: str, *, reading: bool = False) -> Chat:
    """The chat a dialog id leads to, seen by one of its members.

    `chat5` is chat 5, `sg5` the chat of workgroup 5. A bare number is the private chat with the person of that number,
    opened when it is first asked for.

    Raises:
        Refusal: `CHAT_UNREACHABLE` when there is no such chat or the one who asks is not in it, `PERSON_UNKNOWN` when a
            bare number belongs to nobody.
    """
    if not _PERSON.match(dialog_id):
        return group_of_dialog(database, dialog_id, person_id, reading=reading)
    if people.find(database, int(dialog_id)) is None:
        raise Refusal(Reason.PERSON_UNKNOWN)
    return _private(database, person_id, int(dialog_id), now)


def group_of_dialog(database: Database, dialog_id: str, person_id: int, *, reading: bool = False) -> Chat:
    """The group chat a dialog id leads to; a bare number addresses a person and so never a group chat.

    Raises:
        Refusal: `CHAT_UNREACHABLE` as in `of_dialog`, `NOT_A_GROUP_CHAT` for a bare number.
    """
    if _PERSON.match(dialog_id):
        raise Refusal(Reason.NOT_A_GROUP_CHAT)
    match, workgroup = _CHAT.match(dialog_id), _WORKGROUP.match(dialog_id)
    if match:
        return at(database, int(match.group(1)), person_id, reading=reading)
    chat = of_entity(database, "SONET_GROUP", workgroup.group(1)) if workgroup else None
    if chat is None:
        raise Refusal(Reason.CHAT_UNREACHABLE)
    return at(database, chat.id, person_id, reading=reading)


def of_entity(database: Database, entity_type: str, entity_id: str) -> Chat | None:
    """The chat bound to a foreign object, such as an open-line session."""
    chats = database.collection("chats", index=("entity_id",))
    record = chats.first(entity_type=entity_type, entity_id=entity_id)
    return _from_record(record) if record else None


def of_member(database: Database, person_id: int) -> list[Chat]:
    """The chats that somebody is in, the one with the latest message first."""
    mine = [_from_record(record) for record in database.collection("chats").all() if person_id in record["members"]]
    return sorted(mine, key=lambda chat: (chat.last_message_id, chat.id), reverse=True)


def _private(database: Database, person_id: int, other_id: int, now: str) -> Chat:
    pair = "|".join(str(number) for number in sorted((person_id, other_id)))
    chat = of_entity(database, "PRIVATE", pair)
    if chat is not None:
        return chat
    members = list(dict.fromkeys((person_id, other_id)))
    opened = Chat(0, Kind.PRIVATE, person_id, now, members=members, entity_type="PRIVATE", entity_id=pair)
    return create(database, opened)


def _from_record(record: dict[str, Any]) -> Chat:
    return Chat(**{**record, "kind": Kind(record["kind"])})


def _title(database: Database, chat: Chat) -> str:
    names = [person.name for person in people.find_all(database, chat.members[:3])]
    return f"Chat with {', '.join(names)}"
