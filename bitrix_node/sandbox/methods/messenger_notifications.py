"""`im.notify.*`: telling people something, and what they do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, messages, notification_views, notifications, people
from bitrix_node.sandbox.messenger.access_v1 import application_of, spoken_by_user
from bitrix_node.sandbox.messenger.drafts import block
from bitrix_node.sandbox.messenger.messages import Draft
from bitrix_node.sandbox.messenger.notifications import PERSONAL, SYSTEM, Notification
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from collections.abc import Iterable

LARGEST_ATTACHMENT = 60_000


@method("im.notify", scope="im")
def notify(call: Call) -> int | bool:
    """Tell a person something, in one's own name or, with `TYPE` `SYSTEM`, in that of the portal."""
    return _send(call, SYSTEM if call.text("TYPE").upper() == "SYSTEM" else PERSONAL)


@method("im.notify.personal.add", scope="im")
def add_personal(call: Call) -> int | bool:
    """Tell a person something in one's own name."""
    return _send(call, PERSONAL)


@method("im.notify.system.add", scope="im")
def add_system(call: Call) -> int | bool:
    """Tell a person something in the name of the portal."""
    return _send(call, SYSTEM)


@method("im.notify.delete", scope="im")
def delete(call: Call) -> bool:
    """Take back a notification of one's own list, or those that the calling application sent under a tag."""
    if call.integer("ID") > 0:
        own = notifications.find(call.database, call.user_id, call.integer("ID"))
        return own is not None and notifications.remove(call.database, [{"id": own.id}])
    name = next((name for name in ("TAG", "SUB_TAG") if call.text(name)), None)
    if name is None:
        raise RestError("PARAMS_ERROR", "Incorrect params")
    return notifications.remove(call.database, notifications.tagged(call.database, **{name.lower(): _tag(call, name)}))


@method("im.notify.read", scope="im")
def read(call: Call) -> bool:
    """Mark a notification, or it and all later ones, as read or unread."""
    number = to_integer(call.value("ID"))
    if number is None or number < 0:
        return True
    only = call.text("ONLY_CURRENT").upper() == "Y"
    own = notifications.of_person(call.database, call.user_id)
    chosen = [entry for entry in own if entry.id == number or (not only and entry.id > number)]
    notifications.mark(call.database, chosen, read=_reads(call))
    return True


@method("im.notify.read.list", scope="im")
def read_list(call: Call) -> bool:
    """Mark several notifications; a number that is none ends the list."""
    numbers = call.value("IDS")
    if not isinstance(numbers, (list, dict)):
        raise RestError("PARAMS_ERROR", "No IDS param or it is not an array")
    chosen = set()
    for entry in call.sequence("IDS"):
        number = to_integer(entry) or 0
        if number <= 0:
            break
        chosen.add(number)
    own = notifications.of_person(call.database, call.user_id)
    notifications.mark(call.database, [entry for entry in own if entry.id in chosen], read=_reads(call))
    return True


@method("im.notify.read.all", scope="im")
def read_all(call: Call) -> dict[str, Any]:
    """Mark everything as read."""
    notifications.mark(call.database, notifications.of_person(call.database, call.user_id), read=True)
    return {"result": True, "newCounter": 0}


@spoken_by_user("notify.answer")
def answer(call: Call, actor_id: int) -> dict[str, Any]:
    """Answer a notification in the chat that it came from; one that takes no answer is left alone."""
    number = _wanted(call)
    text = call.text("ANSWER_TEXT", required="ANSWER_TEXT_ERROR", message="ANSWER_TEXT can't be empty")
    found = notifications.find(call.database, actor_id, number)
    if found is None or not found.answers_into:
        return {"result_message": False}
    chat = chats.of_dialog(call.database, f"chat{found.answers_into}", actor_id, timestamp(call.now))
    messages.post(call.database, chat, actor_id, Draft(text), call.now)
    notifications.mark(call.database, [found], read=True)
    return {"result_message": ["Your answer was sent."]}


@method("im.notify.confirm", scope="im")
def confirm(call: Call) -> dict[str, Any]:
    """Press a button of a question, which is gone then; any other notification is left alone."""
    number = _wanted(call)
    value = call.text("NOTIFY_VALUE", required="NOTIFY_VALUE_ERROR", message="Notification Value can't be empty")
    found = notifications.find(call.database, call.user_id, number)
    button = found.buttons.get(value) if found else None
    if button is None:
        return {"result_message": False}
    notifications.remove(call.database, [{"id": number}])
    return {"result_message": [button["reply"]]}


@method("im.notify.schema.get", scope="im")
def schema(_call: Call) -> dict[str, Any]:
    """The kinds of notification by module."""
    return notification_views.kinds()


def authors(call: Call, entries: Iterable[Notification]) -> list[dict[str, Any]]:
    """The people who caused notifications."""
    numbers = dict.fromkeys(entry.author_id for entry in entries)
    return [person.describe_in_snake_case() for person in people.find_all(call.database, numbers)]


def _send(call: Call, kind: int) -> int | bool:
    user_id = call.integer("USER_ID")
    if user_id <= 0:
        raise RestError("USER_ID_EMPTY", "User ID can't be empty")
    text = call.text("MESSAGE").strip()
    if not text:
        raise RestError("MESSAGE_EMPTY", "Message can't be empty")
    attachment = block("ATTACH", call.value("ATTACH"), LARGEST_ATTACHMENT)
    if people.find(call.database, user_id) is None:
        return False
    params = {"ATTACH": attachment} if attachment else {}
    author = call.user_id if kind == PERSONAL else 0
    told = Notification(0, user_id, author, timestamp(call.now), kind, text, params=params)
    told.tag, told.sub_tag = _tag(call, "TAG"), _tag(call, "SUB_TAG")
    return notifications.send(call.database, told)


def _tag(call: Call, name: str) -> str:
    tag = call.text(name)
    return f"MP|{application_of(call)}|{tag}" if tag else ""


def _reads(call: Call) -> bool:
    return call.text("ACTION", "Y").upper() == "Y"


def _wanted(call: Call) -> int:
    number = call.integer("NOTIFY_ID")
    if number <= 0:
        raise RestError("ID_ERROR", "Notification ID can't be empty")
    return number
