"""Groups with the people in them; a group's chat has the same people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.messenger import chats
from bitrix_node.sandbox.messenger.chats import Chat, Kind

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

WORKGROUPS = family("workgroup")
OWNER, MODERATOR, MEMBER = "A", "E", "K"
_CHAT = "SONET_GROUP"
_LISTS = ("members", "moderators", "invited", "requesting")


def collection(database: Database) -> Collection:
    """The stored groups."""
    return WORKGROUPS.collection(database)


def whole(group: Record) -> Record:
    """A stored group with everything that was never written to it."""
    defaults = {name: field.default for name, field in WORKGROUPS.fields.items() if name != WORKGROUPS.key}
    return {**defaults, **{name: [] for name in _LISTS}, **group}


def create(call: Call, fields: Record) -> Record:
    """Make a group with its chat.

    Args:
        call: the call that asks for it.
        fields: stored values; `OWNER_ID` among them.

    Returns:
        the stored group.
    """
    moment = timestamp(call.now)
    dates = dict.fromkeys(("DATE_CREATE", "DATE_UPDATE", "DATE_ACTIVITY"), moment)
    group = whole({**fields, **dates, "members": [fields["OWNER_ID"]]})
    group["id"] = collection(call.database).insert(group)
    chat = Chat(0, Kind.GROUP, group["OWNER_ID"], moment, group["NAME"])
    chat.members, chat.entity_type, chat.entity_id = list(group["members"]), _CHAT, str(group["id"])
    chats.create(call.database, chat)
    return group


def change(call: Call, group: Record, changes: Record) -> None:
    """Change a group, and its chat with it."""
    moment = timestamp(call.now)
    changed = {**group, **changes}
    dates = {"DATE_UPDATE": moment, "DATE_ACTIVITY": moment}
    collection(call.database).update(group["id"], {**changes, **dates})
    chat = chat_of(call.database, group)
    if chat is not None:
        chat.members, chat.owner, chat.title = list(changed["members"]), changed["OWNER_ID"], changed["NAME"]
        chats.save(call.database, chat)


def chat_of(database: Database, group: Record) -> Chat | None:
    """The chat of a group, or None for a group that was there before it had one."""
    return chats.of_entity(database, _CHAT, str(group["id"]))


def found(call: Call, group_id: int, *, seen: bool = False) -> Record:
    """The group with this id.

    Args:
        call: the call that asks.
        group_id: its id.
        seen: whether the caller has to see it, which hidden groups grant to their members alone.

    Returns:
        the stored group.

    Raises:
        RestError: the id is none, or there is no such group.
    """
    if group_id <= 0:
        raise RestError("", "Wrong group ID")
    group = collection(call.database).get(group_id)
    if group is None or (seen and not is_seen(call, whole(group))):
        raise RestError("", "Socialnetwork group not found")
    return whole(group)


def is_seen(call: Call, group: Record) -> bool:
    """Whether the caller sees a group."""
    return group["VISIBLE"] == "Y" or call.user_id in group["members"]


def runs(call: Call, group: Record) -> bool:
    """Whether the caller owns a group, or administers the portal."""
    return call.is_admin or call.user_id == group["OWNER_ID"]


def role_of(group: Record, user_id: int) -> str:
    """The letter of somebody's role in a group; empty for people who are not in it."""
    if user_id == group["OWNER_ID"]:
        return OWNER
    if user_id in group["moderators"]:
        return MODERATOR
    return MEMBER if user_id in group["members"] else ""


def may_invite(call: Call, group: Record) -> bool:
    """Whether the caller may ask people into a group."""
    allowed = {OWNER: OWNER, MODERATOR: OWNER + MODERATOR}.get(group["INITIATE_PERMS"], OWNER + MODERATOR + MEMBER)
    role = role_of(group, call.user_id)
    return call.is_admin or (role != "" and role in allowed)


def without(people: list[int], gone: Any) -> list[int]:
    """A list of people without some of them."""
    return [user_id for user_id in people if user_id not in gone]
