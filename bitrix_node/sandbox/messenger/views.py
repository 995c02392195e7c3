"""Chats and messages as the new bot API (`imbot.v2.*`) and as `im.*` write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.answers import php_array
from bitrix_node.sandbox.messenger.chats import Chat, Kind

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.messages import Message
    from bitrix_node.sandbox.messenger.people import Person

_MESSAGE_TYPES = {Kind.PRIVATE: "P", Kind.GROUP: "C", Kind.OPEN: "O", Kind.SUPPORT: "L"}
_PERMISSIONS = {
    "manage_users_add": "member",
    "manage_users_delete": "manager",
    "manage_ui": "member",
    "manage_settings": "owner",
    "manage_messages": "member",
    "can_post": "member",
}


def dialog_id(chat: Chat, viewer_id: int) -> str:
    """The address of a chat for one of its members: a private chat is addressed by the other person."""
    if chat.kind is not Kind.PRIVATE:
        return chat.dialog_id
    return str(next((number for number in chat.members if number != viewer_id), viewer_id))


def message_type(chat: Chat) -> str:
    """The letter that the API has for a kind of chat: `P`, `C`, `O` or `L`."""
    return _MESSAGE_TYPES[chat.kind]


def chat_for_bot(chat: Chat, viewer_id: int, *, is_new: bool = False) -> dict[str, Any]:
    """The chat object of `imbot.v2.*`."""
    return {
        "id": chat.id,
        "dialogId": dialog_id(chat, viewer_id),
        "name": chat.title,
        "description": chat.description,
        "type": chat.kind.value,
        "messageType": message_type(chat),
        "owner": chat.owner,
        "color": chat.color,
        "avatar": chat.avatar,
        "extranet": chat.kind is Kind.SUPPORT,
        "containsCollaber": False,
        "entityType": chat.entity_type,
        "entityId": chat.entity_id,
        "entityData1": chat.entity_data_1,
        "entityData2": chat.entity_data_2,
        "entityData3": "",
        "entityLink": {},
        "diskFolderId": 0,
        "role": chat.role_of(viewer_id),
        "permissions": {},
        "muteList": [],
        "parentChatId": None,
        "parentMessageId": None,
        "isNew": is_new,
        "textFieldEnabled": "Y",
        "backgroundId": None,
        "dateCreate": chat.created,
        "lastMessageId": chat.last_message_id,
        "lastMessageViews": "{}",
        "lastId": chat.read.get(str(viewer_id)),
        "managerList": chat.managers,
        "markedId": None,
        "messageCount": chat.message_count,
        "public": "",
        "unreadId": None,
        "userCounter": len(chat.members),
    }


def dialog(chat: Chat, viewer_id: int, *, unread: int, readers: list[Person]) -> dict[str, Any]:
    """The dialog object of `im.dialog.get`.

    Args:
        chat: the chat.
        viewer_id: who looks.
        unread: number of messages the viewer has not read.
        readers: the others who have read something there.

    Returns:
        the object.
    """
    read = chat.read.get(str(viewer_id), 0)
    return {
        "id": chat.id,
        "parent_chat_id": 0,
        "parent_message_id": 0,
        "name": chat.title,
        "description": chat.description,
        "owner": chat.owner,
        "extranet": chat.kind is Kind.SUPPORT,
        "avatar": chat.avatar,
        "color": chat.color,
        "type": chat.kind.value,
        "counter": unread,
        "user_counter": len(chat.members),
        "message_count": chat.message_count,
        "unread_id": 0,
        "restrictions": _restrictions(chat),
        "last_message_id": chat.last_message_id,
        "last_id": read,
        "marked_id": 0,
        "disk_folder_id": 0,
        "entity_type": chat.entity_type,
        "entity_id": chat.entity_id,
        "entity_data_1": chat.entity_data_1,
        "entity_data_2": chat.entity_data_2,
        "entity_data_3": "",
        "mute_list": [],
        "date_create": chat.created,
        "message_type": message_type(chat),
        "public": "",
        "role": chat.role_of(viewer_id),
        "entity_link": {"type": chat.entity_type, "url": "", "id": chat.entity_id},
        "text_field_enabled": True,
        "background_id": None,
        "permissions": _PERMISSIONS,
        "is_new": False,
        "readed_list": [
            {"user_id": reader.id, "user_name": reader.name, "message_id": chat.read[str(reader.id)], "date": None}
            for reader in readers
        ],
        "manager_list": chat.managers,
        "last_message_views": {"message_id": chat.last_message_id, "first_viewers": [], "count_of_viewers": 0},
        "dialog_id": dialog_id(chat, viewer_id),
    }


def message_for_bot(message: Message, chat: Chat) -> dict[str, Any]:
    """The message object of `imbot.v2.*`."""
    others = {number: read_to for number, read_to in chat.read.items() if int(number) not in (0, message.author_id)}
    return {
        "id": message.id,
        "chatId": message.chat_id,
        "authorId": message.author_id,
        "date": message.date,
        "text": message.text,
        "isSystem": message.author_id == 0,
        "uuid": message.uuid,
        "forward": None,
        "params": php_array(message.params),
        "viewedByOthers": any(read_to >= message.id for read_to in others.values()),
    }


def message(entry: Message, *, unread: bool) -> dict[str, Any]:
    """The message object of `im.dialog.messages.get`."""
    params = entry.params | ({"REPLY_ID": entry.reply_id} if entry.reply_id else {})
    return {
        "id": entry.id,
        "chat_id": entry.chat_id,
        "author_id": entry.author_id,
        "date": entry.date,
        "text": entry.text,
        "unread": unread,
        "uuid": entry.uuid or None,
        "replaces": [],
        "params": php_array(params),
        "disappearing_date": None,
    }


def _restrictions(chat: Chat) -> dict[str, Any]:
    group = chat.kind is not Kind.PRIVATE
    return {
        "avatar": group,
        "rename": group,
        "extend": group,
        "call": True,
        "mute": True,
        "leave": group,
        "leave_owner": group and chat.kind is not Kind.SUPPORT,
        "send": True,
        "user_list": True,
        "path": "",
        "path_title": "",
    }
