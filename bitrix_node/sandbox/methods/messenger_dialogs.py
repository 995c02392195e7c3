"""`im.dialog.*` and `im.user.get`: reading chats and the people in them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, messages, people, views
from bitrix_node.sandbox.messenger.access_v1 import USER_WORDS, spoken_by_user
from bitrix_node.sandbox.messenger.refusals import Reason
from bitrix_node.sandbox.messenger.translation import refusals_in
from bitrix_node.sandbox.registry import Call, Page, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.messenger.chats import Chat
    from bitrix_node.sandbox.messenger.people import Person

_NO_ACCESS = ("ACCESS_ERROR", "You do not have access to the specified dialog")
_DENIED = dict.fromkeys((Reason.CHAT_UNREACHABLE, Reason.PERSON_UNKNOWN), (*_NO_ACCESS, int(HTTPStatus.FORBIDDEN)))
_REFUSED = dict.fromkeys((Reason.CHAT_UNREACHABLE, Reason.PERSON_UNKNOWN), _NO_ACCESS)
_DEFAULT_MESSAGES, _MOST_MESSAGES = 20, 50
_DEFAULT_PEOPLE, _MOST_PEOPLE = 50, 200


@spoken_by_user("dialog.get", _DENIED)
def get(call: Call, actor_id: int) -> dict[str, Any]:
    """Describe a chat."""
    chat = _chat(call, actor_id)
    readers = people.find_all(call.database, (int(number) for number in chat.read if int(number) != actor_id))
    unread = messages.count_unread(call.database, chat, actor_id)
    return views.dialog(chat, actor_id, unread=unread, readers=readers)


@method("imbot.dialog.get", scope="imbot")
def get_with_bot_scope(call: Call) -> dict[str, Any]:
    """Describe a chat of the calling user, for applications that have the permission for bots alone."""
    with refusals_in({**USER_WORDS, **_REFUSED}):
        described: dict[str, Any] = get(call, call.user_id)
    return described


@spoken_by_user("dialog.messages.get", _DENIED)
def get_messages(call: Call, actor_id: int) -> dict[str, Any]:
    """Read a chat back: the latest messages, or those before `LAST_ID` or after `FIRST_ID`."""
    chat = _chat(call, actor_id)
    before = _edge(call, "LAST_ID", "Last ID can't be string")
    after = _edge(call, "FIRST_ID", "First ID can't be string")
    limit = min(max(call.integer("LIMIT", _DEFAULT_MESSAGES), 1), _MOST_MESSAGES)
    found = messages.history(call.database, chat, before=before, after=after, limit=limit)
    read = chat.read.get(str(actor_id), 0)
    authors = dict.fromkeys(entry.author_id for entry in found)
    return {
        "chat_id": chat.id,
        "messages": [views.message(entry, unread=entry.id > read and entry.author_id != actor_id) for entry in found],
        "users": [person.describe_in_snake_case() for person in people.find_all(call.database, authors)],
        "files": [],
    }


@spoken_by_user("dialog.users.list", _REFUSED)
def list_people(call: Call, actor_id: int) -> Page:
    """List the people of a chat by id, in pages of `LIMIT`."""
    everyone = people.find_all(call.database, sorted(_chat(call, actor_id).members))
    shown = [person for person in everyone if _is_wanted(call, person) and person.id > call.integer("LAST_ID")]
    offset = max(call.integer("OFFSET"), call.start, 0)
    limit = min(max(call.integer("LIMIT", _DEFAULT_PEOPLE), 1), _MOST_PEOPLE)
    page = [person.describe_in_snake_case() for person in shown[offset : offset + limit]]
    return Page(page, len(shown), offset + limit if offset + limit < len(shown) else None)


@spoken_by_user("user.get")
def get_person(call: Call, actor_id: int) -> dict[str, Any]:
    """Describe a person; the caller when no `ID` is given."""
    number = call.integer("ID", actor_id)
    if number <= 0:
        raise RestError("ID_EMPTY", "User ID can't be empty")
    person = people.find(call.database, number)
    if person is None:
        raise RestError("USER_NOT_EXISTS", "User does not exist")
    return person.describe_in_snake_case()


def _chat(call: Call, actor_id: int) -> Chat:
    dialog_id = call.text("DIALOG_ID", required="DIALOG_ID_EMPTY", message="Dialog ID can't be empty")
    return chats.of_dialog(call.database, dialog_id, actor_id, timestamp(call.now), reading=True)


def _edge(call: Call, name: str, text: str) -> int:
    value = call.text(name, "0")
    if not value.lstrip("-").isdigit():
        raise RestError(f"{name}_STRING", text)
    return max(int(value), 0)


def _is_wanted(call: Call, person: Person) -> bool:
    if not call.flag("SKIP_EXTERNAL") or not (person.is_bot or person.is_extranet):
        return True
    return person.origin in call.text("SKIP_EXTERNAL_EXCEPT_TYPES").replace(" ", "").split(",")
