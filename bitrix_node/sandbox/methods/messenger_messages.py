"""`im.message.*` and the old `imbot.message.*`: saying, changing and taking back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, messages
from bitrix_node.sandbox.messenger.access_v1 import spoken, spoken_by_bot, spoken_by_user
from bitrix_node.sandbox.messenger.drafts import draft_from_arguments
from bitrix_node.sandbox.messenger.refusals import Reason

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.messages import Message
    from bitrix_node.sandbox.registry import Call

_NOT_ADDED = ("WRONG_REQUEST", "Message isn't added")
_BOT_WORDS = dict.fromkeys((Reason.CHAT_UNREACHABLE, Reason.PERSON_UNKNOWN), _NOT_ADDED)


@spoken_by_user("message.add")
def add(call: Call, actor_id: int) -> int:
    """Say something in a chat or to a person."""
    return _post(call, actor_id, call.text("DIALOG_ID", required="USER_ID_EMPTY", message="User ID can't be empty"))


@spoken_by_bot("message.add", _BOT_WORDS)
def add_by_bot(call: Call, actor_id: int) -> int:
    """Let a bot say something in a chat or to a person."""
    return _post(call, actor_id, call.text("DIALOG_ID", required="DIALOG_ID_EMPTY", message="Dialog ID can't be empty"))


@spoken("message.update")
def update(call: Call, actor_id: int) -> bool:
    """Change one's own message; an empty text takes it back."""
    message = _message(call)
    if call.has("MESSAGE") and not call.text("MESSAGE").strip():
        messages.remove(call.database, message, actor_id)
        return True
    draft = draft_from_arguments(call.arguments)
    if not call.has("MESSAGE"):
        draft = replace(draft, text=message.text)
    if call.has("IS_EDITED") and not call.flag("IS_EDITED"):
        draft = replace(draft, params={**draft.params, "IS_EDITED": None})
    messages.edit(call.database, message, actor_id, draft, call.now)
    return True


@spoken("message.delete")
def delete(call: Call, actor_id: int) -> bool:
    """Take a message back: one's own, or any in a chat that one manages."""
    messages.remove(call.database, _message(call), actor_id, completely=call.flag("COMPLETE"))
    return True


def _post(call: Call, actor_id: int, dialog_id: str) -> int:
    chat = chats.of_dialog(call.database, dialog_id, actor_id, timestamp(call.now))
    return messages.post(call.database, chat, actor_id, draft_from_arguments(call.arguments), call.now).id


def _message(call: Call) -> Message:
    number = call.integer("MESSAGE_ID")
    if number <= 0:
        raise RestError("MESSAGE_ID_ERROR", "Message ID can't be empty")
    return messages.find(call.database, number)
