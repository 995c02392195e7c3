"""The history of a session as the portal writes it: its messages, its people and its chat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.answers import php_array
from bitrix_node.sandbox.messenger import people
from bitrix_node.sandbox.openlines import sessions

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.messenger.chats import Chat
    from bitrix_node.sandbox.messenger.messages import Message
    from bitrix_node.sandbox.messenger.people import Person
    from bitrix_node.sandbox.openlines.sessions import Session

_PERMISSIONS = {
    "manageUsersAdd": "member",
    "manageUsersDelete": "manager",
    "manageUi": "member",
    "manageSettings": "owner",
    "manageMessages": "member",
    "canPost": "member",
}


def history(database: Database, chat: Chat, session: Session, *, viewer_id: int, judges: bool) -> dict[str, Any]:
    """The answer of `imopenlines.session.history.get`.

    Args:
        database: the portal's data.
        chat: the chat.
        session: one of its sessions.
        viewer_id: who reads.
        judges: whether the reader may give marks.

    Returns:
        the object; maps are keyed by id, and an empty one is a list, as PHP has it.
    """
    found = sessions.said(database, session)
    speakers = dict.fromkeys([*(entry.author_id for entry in found), *chat.members])
    known = {person.id: person for person in people.find_all(database, speakers)}
    key = str(chat.id)
    return {
        "chatId": chat.id,
        "canJoin": "N" if viewer_id in chat.members else "Y",
        "canVoteHead": "Y" if judges else "N",
        "sessionId": session.id,
        "sessionVoteHead": session.vote_head,
        "sessionCommentHead": session.comment_head,
        "userId": chat.dialog_id,
        "message": php_array({str(entry.id): _message(entry) for entry in found}),
        "usersMessage": {chat.dialog_id: [str(entry.id) for entry in found]},
        "users": php_array({str(number): _person(person) for number, person in known.items()}),
        "openlines": {"canvoteashead": {str(session.config_id): judges}},
        "userInGroup": php_array(_by_department(known.values())),
        "woUserInGroup": [],
        "chat": {key: _chat(chat)},
        "userBlockChat": {key: {str(number): False for number in chat.members}},
        "userInChat": {key: chat.members},
        "files": [],
    }


def _message(entry: Message) -> dict[str, Any]:
    return {
        "id": str(entry.id),
        "chatid": str(entry.chat_id),
        "senderid": str(entry.author_id),
        "recipientid": f"chat{entry.chat_id}",
        "date": entry.date,
        "text": entry.text,
        "textlegacy": entry.text,
        "params": php_array(entry.params),
    }


def _person(person: Person) -> dict[str, Any]:
    described = person.describe()
    return {
        **described,
        "id": str(person.id),
        "avatarId": None,
        "phoneDevice": False,
        "network": False,
        "profile": f"/company/personal/user/{person.id}/",
        "mobileLastDate": False,
        "desktopLastDate": False,
        "services": None,
        "botData": None,
        "type": "user" if described["type"] == "employee" else described["type"],
    }


def _by_department(known: Any) -> dict[str, Any]:
    groups: dict[str, Any] = {}
    for person in known:
        for number in person.record.get("UF_DEPARTMENT") or []:
            groups.setdefault(str(number), {"id": int(number), "users": []})["users"].append(str(person.id))
    return groups


def _chat(chat: Chat) -> dict[str, Any]:
    return {
        "id": str(chat.id),
        "parentChatId": 0,
        "parentMessageId": 0,
        "name": chat.title,
        "owner": str(chat.owner),
        "color": chat.color,
        "extranet": True,
        "avatar": chat.avatar,
        "call": "0",
        "callNumber": "",
        "entityType": chat.entity_type,
        "entityId": chat.entity_id,
        "entityData1": chat.entity_data_1,
        "entityData2": chat.entity_data_2,
        "entityData3": "",
        "messageCount": chat.message_count,
        "public": "",
        "muteList": {str(number): False for number in chat.members},
        "managerList": chat.managers,
        "dateCreate": chat.created,
        "type": chat.kind.value,
        "entityLink": {"type": chat.entity_type, "url": "", "id": chat.entity_id},
        "permissions": _PERMISSIONS,
        "textFieldEnabled": True,
        "backgroundId": None,
        "messageType": "L",
        "isNew": False,
    }
