"""`im.recent.list` and `im.search.chat.list`: somebody's chats, the latest first, and those with certain words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.messenger import chats, messages, people, views
from bitrix_node.sandbox.messenger.access_v1 import spoken_by_user
from bitrix_node.sandbox.messenger.chats import Kind
from bitrix_node.sandbox.registry import Call, Page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bitrix_node.sandbox.database import Database
    from bitrix_node.sandbox.messenger.chats import Chat

_DEFAULT_RECENT, _MOST_RECENT = 50, 200
_DEFAULT_FOUND, _MOST_FOUND = 10, 50
_SHORTEST_PHRASE = 2
_SKIPPED = {
    "SKIP_OPENLINES": {Kind.SUPPORT},
    "SKIP_DIALOG": {Kind.PRIVATE},
    "SKIP_CHAT": {Kind.GROUP, Kind.OPEN},
}


@spoken_by_user("recent.list")
def recent(call: Call, actor_id: int) -> Page:
    """List the chats of the one who calls, the one with the latest message first."""
    skipped = {kind for name, kinds in _SKIPPED.items() if call.flag(name) for kind in kinds}
    mine = [chat for chat in chats.of_member(call.database, actor_id) if chat.kind not in skipped]
    page, following = _page(call, mine, _DEFAULT_RECENT, _MOST_RECENT)
    items = [_item(call.database, chat, actor_id) for chat in page]
    has_more = following is not None
    return Page({"items": items, "hasMorePages": has_more, "hasMore": has_more}, len(mine), following)


@spoken_by_user("search.chat.list")
def search(call: Call, actor_id: int) -> Page:
    """Find chats of the one who calls by words of their titles; `FIND_LINES` looks among open channels alone."""
    lines, phrase = call.text("FIND_LINES").strip(), call.text("FIND").strip()
    if len(lines or phrase) < _SHORTEST_PHRASE:
        raise RestError("FIND_SHORT", "Too short a search phrase")
    words = (lines or phrase).lower().split()
    found = [
        chat
        for chat in chats.of_member(call.database, actor_id)
        if chat.kind is not Kind.PRIVATE
        and (chat.kind is Kind.SUPPORT or not lines)
        and all(word in chat.title.lower() for word in words)
    ]
    page, following = _page(call, found, _DEFAULT_FOUND, _MOST_FOUND)
    return Page([_described(call.database, chat, actor_id) for chat in page], len(found), following)


def _page(call: Call, found: Sequence[Chat], default: int, most: int) -> tuple[Sequence[Chat], int | None]:
    offset = max(call.integer("OFFSET"), 0)
    end = offset + min(max(call.integer("LIMIT", default), 1), most)
    return found[offset:end], end if end < len(found) else None


def _item(database: Database, chat: Chat, actor_id: int) -> dict[str, Any]:
    """A chat as the list of chats shows it: a private one bears the other person's name."""
    dialog_id = views.dialog_id(chat, actor_id)
    other = people.find(database, int(dialog_id)) if chat.kind is Kind.PRIVATE else None
    last = messages.find(database, chat.last_message_id) if chat.last_message_id else None
    item: dict[str, Any] = {
        "id": int(dialog_id) if other else dialog_id,
        "chat_id": chat.id,
        "type": "user" if other else "chat",
        "avatar": {"url": chat.avatar, "color": chat.color},
        "title": other.name if other else chat.title,
        "message": {"id": last.id, "text": last.text, "author_id": last.author_id, "date": last.date} if last else [],
        "counter": messages.count_unread(database, chat, actor_id),
        "last_id": chat.read.get(str(actor_id), 0),
        "pinned": False,
        "unread": False,
        "chat": _described(database, chat, actor_id),
        "options": [],
    }
    return {**item, "user": other.describe_in_snake_case()} if other else item


def _described(database: Database, chat: Chat, actor_id: int) -> dict[str, Any]:
    unread = messages.count_unread(database, chat, actor_id)
    return views.dialog(chat, actor_id, unread=unread, readers=[])
