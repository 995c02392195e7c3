"""Events of calendars, the answers to invitations, and who is busy."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.binding import whole_numbers
from bitrix_node.sandbox.calendar import arguments, events, refusals, sections, series, views
from bitrix_node.sandbox.calendar.owners import USER, Owner
from bitrix_node.sandbox.calendar.times import wall_time
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.portal_dates import portal_form
from bitrix_node.sandbox.registry import Call, method

if TYPE_CHECKING:
    from bitrix_node.sandbox.calendar.events import Event
    from bitrix_node.sandbox.database import Record

_MONTH_BACK = timedelta(days=30)
_MONTHS_AHEAD = timedelta(days=91)


@method("calendar.event.add", scope="calendar")
def event_add(call: Call) -> int:
    """Make an event, and invite people to it."""
    owner = Owner.of_call(call, own=False)
    for name in ("name", "from", "to"):
        if call.value(name) in (None, "") and call.value(f"{name}_ts") in (None, ""):
            raise refusals.not_set(call, name)
    owner.require_change(call)
    moment = portal_form(call.now)
    values = {**arguments.NEW, **arguments.event_values(call, dict(arguments.NEW))}
    values |= {"SECTION_ID": _section(call, owner), "DATE_CREATE": moment, "TIMESTAMP_X": moment}
    return events.add(call, owner, values, arguments.guests(call))


@method("calendar.event.update", scope="calendar")
def event_update(call: Call) -> int:
    """Change an event, or a part of its series."""
    event_id = to_integer(call.value("id"))
    if not event_id:
        raise refusals.not_set(call, "id")
    owner = Owner.of_call(call, own=False)
    owner.require_change(call)
    event = events.find(call, event_id)
    if event is None:
        raise refusals.failed("changing the event")
    _require_host(call, event)
    part = series.mode(call, event)
    changed = event if part == series.WHOLE else series.split(call, event, part)
    _change(call, changed)
    return changed.id


@method("calendar.event.get", scope="calendar")
def event_get(call: Call) -> list[dict[str, Any]]:
    """List the times of events in a period, the earliest first."""
    owner = Owner.of_call(call)
    first = _day(call, "from") or call.now.date() - _MONTH_BACK
    last = _day(call, "to") or call.now.date() + _MONTHS_AHEAD
    wanted = whole_numbers(call.sequence("section"))
    found = [event for event in events.of_owner(call, owner) if not wanted or event.entry["SECTION_ID"] in wanted]
    return _in_period(call, found, first, last)


@method("calendar.event.get.nearest", scope="calendar")
def event_get_nearest(call: Call) -> list[dict[str, Any]]:
    """List the next events, of the caller unless a calendar is named."""
    owner = Owner.of_call(call) if call.text("type") else Owner(USER, call.user_id)
    last = call.now.date() + timedelta(days=call.integer("days", 60))
    rows = _in_period(call, events.of_owner(call, owner), call.now.date(), last)
    ahead = [row for row in rows if int(row["DATE_TO_TS_UTC"]) >= call.now.timestamp()]
    return ahead[: call.integer("maxEventsCount") or None]


@method("calendar.event.getbyid", scope="calendar")
def event_get_by_id(call: Call) -> dict[str, Any] | None:
    """Fetch an event; nothing where there is none."""
    event_id = to_integer(call.value("id"))
    if not event_id:
        raise refusals.not_set(call, "id")
    event = events.find(call, event_id)
    return None if event is None else views.show(call, event)


@method("calendar.event.delete", scope="calendar")
def event_delete(call: Call) -> bool:
    """Remove an event; for a guest this declines the invitation."""
    event_id = to_integer(call.value("id"))
    if not event_id:
        raise RestError("", "Event id not specified")
    event = events.find(call, event_id)
    if event is None or not event.owner.may_change(call):
        raise refusals.failed("deleting the event")
    if event.main["IS_MEETING"] and not call.is_admin and call.user_id != event.main["MEETING_HOST"]:
        events.collection(call).update(event.id, {"MEETING_STATUS": events.DECLINED})
    else:
        events.delete(call, event)
    return True


@method("calendar.meeting.status.get", scope="calendar")
def meeting_status_get(call: Call) -> str:
    """Tell what the caller answered to an invitation."""
    return str(_own_entry(call, "retrieving the status")["MEETING_STATUS"])


@method("calendar.meeting.status.set", scope="calendar")
def meeting_status_set(call: Call) -> bool:
    """Answer an invitation; the organizer's part stays as it is."""
    status = call.text("status")
    if not status:
        raise refusals.not_set(call, "status")
    if to_integer(call.value("eventId")) is None:
        raise refusals.not_set(call, "eventId")
    if status not in events.ANSWERS:
        raise refusals.invalid("status")
    entry = _own_entry(call, "changing the status")
    if entry["MEETING_STATUS"] != events.HOST:
        events.collection(call).update(entry["id"], {"MEETING_STATUS": status})
    return True


@method("calendar.accessibility.get", scope="calendar")
def accessibility_get(call: Call) -> dict[str, list[dict[str, Any]]]:
    """Tell when people are busy: every event that is not free and that they did not decline."""
    for name in ("from", "to", "users"):
        if call.value(name) in (None, "", []):
            raise refusals.not_set(call, name)
    first, last = _day(call, "from") or date.min, _day(call, "to") or date.max
    return {str(user_id): _busy(call, user_id, first, last) for user_id in whole_numbers(call.sequence("users"))}


def _busy(call: Call, user_id: int, first: date, last: date) -> list[dict[str, Any]]:
    taken = [
        (when, event)
        for event in events.of_owner(call, Owner(USER, user_id))
        if event.main["ACCESSIBILITY"] != "free" and event.status != events.DECLINED
        for when in views.occurrences(event, last)
        if when.overlaps(first, last)
    ]
    return [views.show_busy(call, event, when) for when, event in sorted(taken, key=lambda pair: pair[0].start_seconds)]


def _in_period(call: Call, found: list[Event], first: date, last: date) -> list[dict[str, Any]]:
    times = [(when, event) for event in found for when in views.occurrences(event, last) if when.overlaps(first, last)]
    return [views.show(call, event, when) for when, event in sorted(times, key=lambda pair: pair[0].start_seconds)]


def _change(call: Call, event: Event) -> None:
    values = arguments.event_values(call, event.main)
    values |= {"TIMESTAMP_X": portal_form(call.now), "VERSION": event.main["VERSION"] + 1}
    events.collection(call).update(event.main["id"], values)
    if call.has("section"):
        events.collection(call).update(event.id, {"SECTION_ID": _section(call, event.owner)})
    if call.has("is_meeting"):
        events.invite(call, event.main["id"], arguments.guests(call))


def _require_host(call: Call, event: Event) -> None:
    """Meetings are changed by their organizer, and by whoever knows who that is."""
    host = event.main["MEETING_HOST"]
    if event.main["IS_MEETING"] and host not in (call.user_id, to_integer(call.value("host"))):
        raise refusals.denied()


def _section(call: Call, owner: Owner) -> int:
    """The calendar a call names, or the one that takes what names none."""
    section_id = to_integer(call.value("section"))
    if not section_id or call.flag("auto_detect_section"):
        return int(sections.first(call, owner)["id"])
    section: Record = sections.collection(call).get(section_id) or {}
    if not owner.key.items() <= section.items():
        message = "You specified an invalid calendar section ID or the user does not have access to it"
        raise RestError("", message)
    return section_id


def _own_entry(call: Call, work: str) -> Record:
    event_id = to_integer(call.value("eventId"))
    if not event_id:
        raise refusals.not_set(call, "eventId")
    event = events.find(call, event_id)
    entry = events.entry_of(call, event, call.user_id) if event else None
    if entry is None:
        raise refusals.failed(work)
    return entry


def _day(call: Call, name: str) -> date | None:
    sent = call.value(name)
    try:
        return None if sent in (None, "") else wall_time(sent, "UTC").date()
    except ValueError as problem:
        raise refusals.invalid(name) from problem
