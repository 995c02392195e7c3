"""`im.chat.*` and the old `imbot.chat.*`: group chats, their people and their looks."""

from __future__ import annotations

from bitrix_node.sandbox.binding import whole_numbers
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, colors, input_actions, membership, messages, people
from bitrix_node.sandbox.messenger.access_v1 import spoken, spoken_by_bot, spoken_by_user
from bitrix_node.sandbox.messenger.avatars import store
from bitrix_node.sandbox.messenger.chats import Chat, Kind
from bitrix_node.sandbox.messenger.messages import Draft
from bitrix_node.sandbox.messenger.refusals import Reason
from bitrix_node.sandbox.registry import Call, method

_KINDS = {"OPEN": Kind.OPEN, "CHAT": Kind.GROUP}
_LEAVE_WORDS = {
    Reason.MEMBER_NOT_FOUND: ("ACCESS_DENIED_KICK", "Access denied to kick user from chat"),
    Reason.OWNER_MUST_STAY: ("ACCESS_DENIED_KICK", "Access denied to kick user from chat"),
}
_BOT_LEAVE_WORDS = {
    Reason.CHAT_UNREACHABLE: ("WRONG_REQUEST", "You don't have access or user isn't a member in chat"),
}
_NO_ACCESS = ("ACCESS_ERROR", "You don't have access to this chat")


@spoken("chat.add")
def add(call: Call, actor_id: int) -> int:
    """Create a chat owned by the one who calls."""
    kind = _KINDS.get(call.text("TYPE", "CHAT").upper(), Kind.GROUP)
    wanted = dict.fromkeys([actor_id, *_people_named(call, "INVALID_FORMAT", "Parameter USERS has wrong type")])
    members = [person.id for person in people.find_all(call.database, wanted)]
    new = Chat(0, kind, actor_id, timestamp(call.now), call.text("TITLE").strip(), call.text("DESCRIPTION"))
    new.members, new.managers = members, [actor_id]
    new.color = colors.COLORS.get(call.text("COLOR").upper(), "")
    new.entity_type, new.entity_id = call.text("ENTITY_TYPE"), call.text("ENTITY_ID")
    if call.text("AVATAR"):
        new.avatar = store(call.database, call.text("AVATAR"))
    chat = chats.create(call.database, new)
    if call.text("MESSAGE"):
        messages.post(call.database, chat, actor_id, Draft(call.text("MESSAGE")), call.now)
    return chat.id


@method("im.chat.get", scope="im")
@method("imbot.chat.get", scope="imbot")
def get(call: Call) -> dict[str, int] | None:
    """Find the chat of a foreign object; null when there is none."""
    entity_type, entity_id = call.text("ENTITY_TYPE"), call.text("ENTITY_ID")
    chat = chats.of_entity(call.database, entity_type, entity_id) if entity_type and entity_id else None
    if chat is None:
        return None
    if call.method.startswith("imbot.") and call.user_id not in chat.members and not call.is_admin:
        raise RestError(*_NO_ACCESS)
    return {"ID": chat.id}


@spoken("chat.leave", user_words=_LEAVE_WORDS, bot_words=_BOT_LEAVE_WORDS)
def leave(call: Call, actor_id: int) -> bool:
    """Leave a chat."""
    membership.leave(call.database, _chat(call, actor_id), actor_id)
    return True


@spoken("chat.setOwner")
def set_owner(call: Call, actor_id: int) -> bool:
    """Hand a chat to one of its members."""
    chat = _chat(call, actor_id, by_dialog=True)
    membership.set_owner(call.database, chat, actor_id, _person(call))
    return True


@spoken("chat.updateTitle")
def update_title(call: Call, actor_id: int) -> bool:
    """Rename a chat."""
    membership.rename(call.database, _chat(call, actor_id, by_dialog=True), call.text("TITLE"))
    return True


@spoken("chat.updateColor")
def update_color(call: Call, actor_id: int) -> bool:
    """Give a chat another colour."""
    membership.paint(call.database, _chat(call, actor_id, by_dialog=True), call.text("COLOR"))
    return True


@spoken("chat.updateAvatar")
def update_avatar(call: Call, actor_id: int) -> bool:
    """Give a chat a picture."""
    membership.picture(call.database, _chat(call, actor_id, by_dialog=True), call.text("AVATAR"))
    return True


@spoken_by_user("chat.user.add")
def add_people(call: Call, actor_id: int) -> bool:
    """Let people join; who is in already stays in."""
    membership.add(call.database, _chat(call, actor_id), _people_named(call, "PARAMS_ERROR", "Incorrect params"))
    return True


@spoken_by_bot("chat.user.add")
def add_people_by_bot(call: Call, actor_id: int) -> bool:
    """Let people join; refused when nobody new is among them."""
    wanted = _people_named(call, "WRONG_REQUEST", "User IDs must be passed in array format")
    if not membership.add(call.database, _chat(call, actor_id), wanted):
        raise RestError("WRONG_REQUEST", "You don't have access or user already member in chat")
    return True


@spoken("chat.user.list")
def list_people(call: Call, actor_id: int) -> list[int]:
    """List the ids of a chat's people."""
    return sorted(_chat(call, actor_id).members)


@spoken("chat.user.delete")
def delete_person(call: Call, actor_id: int) -> bool:
    """Remove one person from a chat."""
    chat = _chat(call, actor_id)
    membership.remove(call.database, chat, actor_id, _person(call))
    return True


@spoken_by_bot("chat.sendTyping")
def send_typing(call: Call, actor_id: int) -> bool:
    """Show that the bot is writing."""
    dialog_id = call.text("DIALOG_ID", required="DIALOG_ID_EMPTY", message="Dialog ID can't be empty")
    chat = chats.of_dialog(call.database, dialog_id, actor_id, timestamp(call.now))
    input_actions.show(call.database, chat, actor_id, call.now)
    return True


def _chat(call: Call, actor_id: int, *, by_dialog: bool = False) -> Chat:
    if by_dialog and call.text("DIALOG_ID"):
        return chats.group_of_dialog(call.database, call.text("DIALOG_ID"), actor_id)
    chat_id = call.integer("CHAT_ID", required="CHAT_ID_EMPTY", message="Chat ID can't be empty")
    return chats.at(call.database, chat_id, actor_id)


def _person(call: Call) -> int:
    return call.integer("USER_ID", required="USER_ID_EMPTY", message="User ID can't be empty")


def _people_named(call: Call, code: str, message: str) -> list[int]:
    value = call.value("USERS")
    if value in (None, ""):
        return []
    if not isinstance(value, (list, dict)):
        raise RestError(code, message)
    return whole_numbers(value)
