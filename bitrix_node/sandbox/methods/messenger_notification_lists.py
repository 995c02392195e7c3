"""`im.notify.get` and `im.notify.history.search`: notifications read back, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.fields import store_date
from bitrix_node.sandbox.messenger import notification_views, notifications
from bitrix_node.sandbox.messenger.notifications import QUESTION, Notification
from bitrix_node.sandbox.methods.messenger_notifications import authors
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Test = Callable[[Notification], bool]

_MOST = 50
_SHORTEST_SEARCH = 3
_AFTER_QUESTIONS = 3


@method("im.notify.get", scope="im")
def get(call: Call) -> dict[str, Any]:
    """Read one's notifications: first the questions, then all others, each from the newest on."""
    if call.has("LAST_ID") != call.has("LAST_TYPE"):
        raise RestError("LAST_ID_AND_LAST_TYPE", "Parameters LAST_ID and LAST_TYPE should be used together")
    last, own = _last(call), notifications.of_person(call.database, call.user_id)
    questions = [entry for entry in own if entry.type == QUESTION]
    others = [entry for entry in own if entry.type != QUESTION]
    if last is not None and call.integer("LAST_TYPE") == _AFTER_QUESTIONS:
        questions, others = [], _after(others, last)
    elif last is not None:
        questions = _after(questions, last)
    return {
        "total_count": len(own),
        "total_unread_count": sum(not entry.read for entry in own),
        "chat_id": notifications.chat_id(call.user_id),
        **_page(call, [*questions, *others]),
    }


@method("im.notify.history.search", scope="im")
def search(call: Call) -> dict[str, Any]:
    """Find notifications by text, kind, time and author, the newest first."""
    last, tests = _last(call), _tests(call)
    text = call.text("SEARCH_TEXT")
    if not tests and len(text) < _SHORTEST_SEARCH:
        raise RestError("SEARCH_TEXT_ERROR", "SEARCH_TEXT can't be less than 3 symbols")
    found = [
        entry
        for entry in notifications.of_person(call.database, call.user_id)
        if text.casefold() in entry.text.casefold() and all(test(entry) for test in tests)
    ]
    answer = {"chat_id": notifications.chat_id(call.user_id)}
    answer |= {} if last is not None else {"total_results": len(found)}
    return answer | _page(call, found if last is None else _after(found, last))


def _tests(call: Call) -> list[Test]:
    tests: list[Test] = []
    kinds = [str(kind) for kind in (*call.sequence("SEARCH_TYPE"), *call.sequence("SEARCH_TYPES"))]
    if kinds:
        tests.append(lambda entry: entry.module in kinds or entry.setting in kinds)
    wrote = {int(number) for number in call.sequence("SEARCH_AUTHORS") if str(number).isdigit()}
    if wrote:
        tests.append(lambda entry: entry.author_id in wrote)
    if call.text("SEARCH_DATE"):
        day = _moment(call, "SEARCH_DATE")[:10]
        tests.append(lambda entry: entry.date.startswith(day))
    if call.text("SEARCH_DATE_FROM") and call.text("SEARCH_DATE_TO"):
        first, last = _moment(call, "SEARCH_DATE_FROM"), _moment(call, "SEARCH_DATE_TO")
        tests.append(lambda entry: first <= entry.date <= last)
    return tests


def _moment(call: Call, name: str) -> str:
    try:
        return store_date(call.text(name))
    except ValueError:
        raise RestError("PARAMS_ERROR", f"{name} is no date") from None


def _page(call: Call, found: Sequence[Notification]) -> dict[str, Any]:
    limit = min(max(call.integer("LIMIT", _MOST), 1), _MOST)
    shown, as_html = found[:limit], call.text("CONVERT_TEXT").upper() == "Y"
    return {
        "notifications": [notification_views.notification(entry, as_html=as_html) for entry in shown],
        "users": authors(call, shown),
    }


def _after(entries: Iterable[Notification], last: int) -> list[Notification]:
    return [entry for entry in entries if entry.id < last]


def _last(call: Call) -> int | None:
    given = call.value("LAST_ID")
    if given is None:
        return None
    if not str(given).isdigit():
        raise RestError("LAST_ID_STRING", "Last notification ID can't be string")
    return int(given)
