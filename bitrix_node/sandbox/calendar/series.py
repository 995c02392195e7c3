"""Changes to a part of a series: one date of it, or that date and all after it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.calendar import events, refusals
from bitrix_node.sandbox.calendar.recurrence import Repetition
from bitrix_node.sandbox.calendar.times import wall_time
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.portal_dates import portal_day, portal_form

if TYPE_CHECKING:
    from bitrix_node.sandbox.calendar.events import Event
    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call

WHOLE = "all"
_OWN = frozenset({"id", "MEETING_STATUS", "PARENT_ID"})


def mode(call: Call, event: Event) -> str:
    """Which part of its series a call changes: `this`, `next` or `all`, the last for events that do not repeat.

    Raises:
        RestError: the call names another part.
    """
    wanted = call.text("recurrence_mode") or WHOLE
    if wanted not in {WHOLE, "this", "next"}:
        raise RestError("", "An invalid editing type for the recurring event is specified.")
    return wanted if event.main["RRULE"] else WHOLE


def split(call: Call, event: Event, part: str) -> Event:
    """Take a part out of a series and make it an event of its own.

    Args:
        call: names the date as `current_date_from`.
        event: the series.
        part: `this` or `next`.

    Returns:
        the new event, which begins on that date.

    Raises:
        RestError: the date is missing.
    """
    day = _date(call)
    main = event.main
    shift = day.date() - datetime.fromisoformat(main["FROM"]).date()
    copy: Record = {name: value for name, value in main.items() if name not in _OWN}
    copy |= {name: (datetime.fromisoformat(main[name]) + shift).isoformat() for name in ("FROM", "TO")}
    copy |= {"VERSION": 1, "EXDATE": [], **(_single(event, day) if part == "this" else _rest(event, day))}
    _shorten(call, event, part, day)
    guests = [entry["OWNER_ID"] for entry in events.answers(call, main["id"])]
    found = events.find(call, events.add(call, event.owner, copy, guests))
    assert found is not None
    return found


def _date(call: Call) -> datetime:
    if not call.text("current_date_from"):
        raise refusals.not_set(call, "current_date_from")
    try:
        return wall_time(call.text("current_date_from"), "UTC")
    except ValueError as problem:
        raise refusals.invalid("current_date_from") from problem


def _single(event: Event, day: datetime) -> dict[str, Any]:
    start = datetime.fromisoformat(event.main["FROM"])
    moment = datetime.combine(day.date(), start.time())
    relations = {"COMMENT_XML_ID": f"EVENT_{event.main['id']}_{portal_day(day)}"}
    return {
        "RRULE": None,
        "RECURRENCE_ID": event.main["id"],
        "ORIGINAL_DATE_FROM": portal_form(moment),
        "RELATIONS": relations,
    }


def _rest(event: Event, day: datetime) -> dict[str, Any]:
    rule = dict(event.main["RRULE"])
    if "COUNT" in rule:
        rule["COUNT"] = max(rule["COUNT"] - _times_before(event, day), 1)
    excluded = [date for date in event.main["EXDATE"] if date >= day.date().isoformat()]
    return {"RRULE": rule, "EXDATE": excluded, "RELATIONS": {"ORIGINAL_RECURSION_ID": event.main["id"]}}


def _shorten(call: Call, event: Event, part: str, day: datetime) -> None:
    if part == "this":
        changes: Record = {"EXDATE": [*event.main["EXDATE"], day.date().isoformat()]}
    else:
        rule = {name: value for name, value in event.main["RRULE"].items() if name != "COUNT"}
        changes = {"RRULE": {**rule, "UNTIL": (day - timedelta(days=1)).date().isoformat()}}
    events.collection(call).update(event.main["id"], changes)


def _times_before(event: Event, day: datetime) -> int:
    repetition = Repetition.parse(event.main["RRULE"])
    start = datetime.fromisoformat(event.main["FROM"])
    return sum(1 for _ in repetition.starts(start, day.date() - timedelta(days=1))) if repetition else 0
