"""`imopenlines.crm.*`: the chats of CRM records, and who takes part in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.entity_types import entity_types
from bitrix_node.sandbox.crm.items import Items
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, membership, messages, people
from bitrix_node.sandbox.messenger.messages import Draft
from bitrix_node.sandbox.openlines import access, sessions
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.chats import Chat

_TYPES = {"LEAD": 1, "DEAL": 2, "CONTACT": 3, "COMPANY": 4}
_CONNECTORS = {
    "livechat": "Live Chat",
    "whatsappbytwilio": "WhatsApp",
    "telegrambot": "Telegram",
    "viber": "Viber",
    "fbinstagramdirect": "Instagram Direct",
}
_NO_ENTITY = ("ACCESS_DENIED", "Access denied! You don't have access to this CRM entity", 403)
_NOT_LINKED = ("CHAT_NOT_IN_CRM", "Chat does not belong to the CRM entity being checked")
_MISTYPED = ("ERROR_ARGUMENT", "The value of an argument 'CRM_ENTITY' has an invalid type")
_NOT_ACTIVE = ("CRM_CHAT_USER_NOT_ACTIVE", "User not active")


@method("imopenlines.crm.chat.get", scope="imopenlines")
def chat_get(call: Call) -> list[dict[str, str]]:
    """List the chats of a CRM record; only those whose session runs, unless `ACTIVE_ONLY` is N."""
    kind, number = _entity(call, required=("CRM_ENTITY_TYPE", "CRM_ENTITY"))
    found: dict[int, dict[str, str]] = {}
    for session in sessions.linked(call.database, kind, number):
        chat = chats.load(call.database, session.chat_id)
        if chat is None or (session.closed and call.flag("ACTIVE_ONLY", default=True)):
            continue
        connector = chat.entity_id.partition("|")[0]
        title = _CONNECTORS.get(connector, connector)
        found[chat.id] = {"CHAT_ID": str(chat.id), "CONNECTOR_ID": connector, "CONNECTOR_TITLE": title}
    return list(found.values())


@method("imopenlines.crm.chat.getLastId", scope="imopenlines")
def chat_get_last_id(call: Call) -> int:
    """Find the last chat of a CRM record."""
    if not call.text("CRM_ENTITY_TYPE") or call.value("CRM_ENTITY") in (None, ""):
        raise RestError("CRM_CHAT_EMPTY_CRM_DATA", "Empty CRM data")
    number = to_integer(call.value("CRM_ENTITY"))
    if number is None:
        raise RestError(*_MISTYPED)
    kind = call.text("CRM_ENTITY_TYPE").upper()
    found = sessions.linked(call.database, kind, number) if kind in _TYPES else []
    if not found:
        raise RestError("CRM_CHAT_EMPTY_CRM_DATA", "Could not find CRM object")
    return found[-1].chat_id


@method("imopenlines.crm.chat.user.add", scope="imopenlines")
def chat_user_add(call: Call) -> int:
    """Let somebody take part in a CRM record's chat; 0 when it has none."""
    chat = _linked_chat(call, *_entity(call, required=("CRM_ENTITY_TYPE", "CRM_ENTITY")))
    user_id = call.integer("USER_ID", required="ERROR_ARGUMENT", message="Argument 'Empty USER_ID' is null or empty")
    if chat is None:
        return 0
    _require_active(call, user_id)
    if not membership.add(call.database, chat, [user_id]):
        raise RestError("WRONG_REQUEST", "You don't have access or user already member in chat")
    return chat.id


@method("imopenlines.crm.chat.user.delete", scope="imopenlines")
def chat_user_delete(call: Call) -> int:
    """Take somebody out of a CRM record's chat; 0 when it has none."""
    if not call.text("CRM_ENTITY_TYPE") or call.value("CRM_ENTITY") in (None, ""):
        raise RestError("CRM_CHAT_EMPTY_CRM_DATA", "Empty CRM data")
    user_id = call.integer("USER_ID", required="CRM_CHAT_EMPTY_USER", message="Empty User ID")
    chat = _linked_chat(call, *_entity(call))
    if chat is None:
        return 0
    _require_active(call, user_id)
    if user_id not in chat.members:
        raise RestError("WRONG_REQUEST", "You don't have access or user already not in chat")
    if user_id == chat.owner or not (call.is_admin or chat.runs(call.user_id)):
        text = "You don't have access to delete a user from this chat"
        raise RestError("CHAT_DELETE_USER_PERMISSION_DENIED", text, 403)
    membership.remove(call.database, chat, chat.owner, user_id)
    return chat.id


@method("imopenlines.crm.message.add", scope="imopenlines")
def message_add(call: Call) -> int:
    """Say something in a CRM record's chat in the name of somebody who is in it."""
    required = ("CRM_ENTITY_TYPE", "CRM_ENTITY", "USER_ID", "CHAT_ID", "MESSAGE")
    kind, number = _entity(call, required=required, status=400)
    chat = _linked_chat(call, kind, number)
    author_id = call.integer("USER_ID")
    if chat is None or author_id not in chat.members:
        raise RestError("CANCELED", "You cannot send messages to the specified chat")
    return messages.post(call.database, chat, author_id, Draft(call.text("MESSAGE")), call.now).id


@method("imopenlines.crm.lead.create", scope="imopenlines")
def lead_create(call: Call) -> bool:
    """Make a lead of a conversation; a conversation that has a CRM record keeps it."""
    chat, session = access.conversation(call)
    if session.operator_id != call.user_id:
        text = "Attempt to save a CRM object by a user who is not an operator"
        raise RestError("ERROR_USER_NOT_OPERATOR", text)
    if not session.LEAD:
        lead = Items.of(call, entity_types()[_TYPES["LEAD"]]).add({"title": chat.title, "sourceId": "WEB"})
        session.LEAD = lead["id"]
        sessions.save(call.database, session)
    return True


def _entity(call: Call, required: tuple[str, ...] = (), status: int = 403) -> tuple[str, int]:
    """Type and id of the CRM record that a call names."""
    for name in required:
        if call.value(name) in (None, ""):
            raise RestError("ERROR_ARGUMENT", f"Argument '{name}' is null or empty")
    kind, number = call.text("CRM_ENTITY_TYPE").upper(), to_integer(call.value("CRM_ENTITY"))
    if number is None:
        raise RestError(*_MISTYPED)
    if kind not in _TYPES or entity_types()[_TYPES[kind]].collection(call.database).get(number) is None:
        raise RestError(*_NO_ENTITY[:2], status)
    return kind, number


def _linked_chat(call: Call, kind: str, number: int) -> Chat | None:
    """The chat that a call names by `CHAT_ID`, or the record's last one."""
    chat_ids = [session.chat_id for session in sessions.linked(call.database, kind, number)]
    wanted: Any = call.integer("CHAT_ID")
    if wanted and wanted not in chat_ids:
        raise RestError(*_NOT_LINKED)
    return chats.load(call.database, wanted or chat_ids[-1]) if chat_ids else None


def _require_active(call: Call, user_id: int) -> None:
    person = people.find(call.database, user_id)
    if person is None or not person.record.get("ACTIVE"):
        raise RestError(*_NOT_ACTIVE)
