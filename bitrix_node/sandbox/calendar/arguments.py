"""The fields of an event, from the arguments of a call to their stored form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import is_true, to_integer
from bitrix_node.sandbox.binding import whole_numbers
from bitrix_node.sandbox.calendar import refusals
from bitrix_node.sandbox.calendar.owners import zone_of
from bitrix_node.sandbox.calendar.recurrence import Repetition
from bitrix_node.sandbox.calendar.times import wall_time, wall_time_of, zone
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bitrix_node.sandbox.database import Record
    from bitrix_node.sandbox.registry import Call

_TEXTS = {
    "name": "NAME",
    "description": "DESCRIPTION",
    "color": "COLOR",
    "text_color": "TEXT_COLOR",
    "location": "LOCATION",
}
_CHOICES = {
    "accessibility": ("ACCESSIBILITY", ("busy", "absent", "quest", "free")),
    "importance": ("IMPORTANCE", ("normal", "high", "low")),
}
_MEETING = ("NOTIFY", "REINVITE", "ALLOW_INVITE", "HIDE_GUESTS")
_UNITS = ("min", "hour", "day")

NEW: Mapping[str, Any] = {
    "DESCRIPTION": "",
    "COLOR": "",
    "TEXT_COLOR": "",
    "LOCATION": "",
    "ACCESSIBILITY": "busy",
    "IMPORTANCE": "normal",
    "PRIVATE_EVENT": "",
    "IS_MEETING": False,
    "MEETING": dict.fromkeys(_MEETING, False),
    "REMIND": [],
    "RRULE": None,
    "EXDATE": [],
    "UF_CRM_CAL_EVENT": [],
    "SKIP_TIME": "N",
}


def event_values(call: Call, before: Record) -> Record:
    """The fields that a call names, in their stored form.

    Args:
        call: calendar.event.add or calendar.event.update.
        before: the event's fields so far, `NEW` for a new one.

    Raises:
        RestError: a value cannot stand.
    """
    values: Record = {stored: _text(call, name) for name, stored in _TEXTS.items() if call.has(name)}
    for name, (stored, choices) in _CHOICES.items():
        if call.has(name):
            values[stored] = call.text(name) if call.text(name) in choices else choices[0]
    for name, (stored, read) in _READ.items():
        if call.has(name):
            values[stored] = read(call, before)
    return values | _period(call, before)


def guests(call: Call) -> list[int]:
    """The people whom a call invites."""
    return whole_numbers(call.sequence("attendees"))


def _period(call: Call, before: Record) -> Record:
    """Start, end and their zones; nothing where the call names none of them."""
    names = ("from", "to", "from_ts", "to_ts", "skip_time", "timezone_from", "timezone_to")
    if not any(call.has(name) for name in names):
        return {}
    skip_time = "Y" if call.flag("skip_time", default=before.get("SKIP_TIME") == "Y") else "N"
    start_zone = _zone(call, "timezone_from") or before.get("TZ_FROM") or zone_of(call)
    end_zone = _zone(call, "timezone_to") or _zone(call, "timezone_from") or before.get("TZ_TO") or start_zone
    start = _moment(call, "from", start_zone) or before["FROM"]
    end = _moment(call, "to", end_zone) or before["TO"]
    if skip_time == "Y":
        start, end = start[:10] + "T00:00:00", end[:10] + "T00:00:00"
    return {"FROM": start, "TO": max(start, end), "TZ_FROM": start_zone, "TZ_TO": end_zone, "SKIP_TIME": skip_time}


def _moment(call: Call, name: str, zone_name: str) -> str | None:
    sent, seconds = call.value(name), call.value(f"{name}_ts")
    try:
        if seconds not in (None, ""):
            return wall_time_of(seconds, zone_name).isoformat(timespec="seconds")
        return None if sent in (None, "") else wall_time(sent, zone_name).isoformat(timespec="seconds")
    except (ValueError, OverflowError) as problem:
        raise refusals.invalid(name) from problem


def _zone(call: Call, name: str) -> str:
    try:
        return zone(call.text(name)).key if call.text(name) else ""
    except ValueError as problem:
        raise refusals.invalid(name) from problem


def _text(call: Call, name: str) -> str:
    if isinstance(call.value(name), (dict, list)):
        raise refusals.invalid(name)
    return call.text(name)


def _meeting(call: Call, before: Record) -> dict[str, bool]:
    given = {name.upper(): is_true(value) for name, value in call.mapping("meeting").items()}
    return {name: given.get(name, before["MEETING"][name]) for name in _MEETING}


def _reminders(call: Call, _before: Record) -> list[dict[str, Any]]:
    return [_reminder(entry) for entry in call.sequence("remind") if isinstance(entry, dict)]


def _reminder(entry: Mapping[str, Any]) -> dict[str, Any]:
    unit = str(entry.get("type"))
    return {"type": unit if unit in _UNITS else _UNITS[0], "count": to_integer(entry.get("count")) or 0}


def _links(call: Call, _before: Record) -> list[str]:
    value = call.value("crm_fields")
    if value == "":
        return []
    if not isinstance(value, (dict, list)):
        raise RestError("", "The list of event links to CRM must be an array")
    return [str(link) for link in (value.values() if isinstance(value, dict) else value)]


def _rule(call: Call, _before: Record) -> dict[str, Any] | None:
    try:
        repetition = Repetition.parse(call.mapping("rrule"))
    except (ValueError, AttributeError) as problem:
        raise refusals.invalid("rrule") from problem
    return repetition.stored() if repetition else None


_READ: dict[str, tuple[str, Callable[[Call, Record], Any]]] = {
    "private_event": ("PRIVATE_EVENT", lambda call, _before: "1" if call.flag("private_event") else ""),
    "is_meeting": ("IS_MEETING", lambda call, _before: call.flag("is_meeting")),
    "meeting": ("MEETING", _meeting),
    "remind": ("REMIND", _reminders),
    "crm_fields": ("UF_CRM_CAL_EVENT", _links),
    "rrule": ("RRULE", _rule),
}
