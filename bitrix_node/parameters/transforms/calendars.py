"""Events and calendars: the fields of calendar.event.add and calendar.section.add, as a person writes them."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.dates import iso_date, iso_day
from bitrix_node.parameters.transforms.general import integer, integer_list, json_object, name_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Converters = dict[str, "Callable[[Any], Any]"]

_DAY = len("2026-11-23")
_REMINDER = re.compile(r"(\d+)\s*(min|hour|day)\w*", re.IGNORECASE)
_FLAGS = {"y": "Y", "yes": "Y", "true": "Y", "1": "Y", "n": "N", "no": "N", "false": "N", "0": "N"}


def reminders(value: Any) -> list[dict[str, Any]]:
    """Reminders as objects with type and count, from such objects or from text such as `15 min, 1 day`."""
    entries = value if isinstance(value, list) else str(value).split(",")
    return [_reminder(entry) for entry in entries]


def _reminder(entry: Any) -> dict[str, Any]:
    if isinstance(entry, dict):
        return entry
    match = _REMINDER.fullmatch(str(entry).strip())
    if not match:
        raise UnusableValue("reminders such as 15 min, 2 hours, 1 day, separated by commas")
    return {"type": match.group(2).lower(), "count": int(match.group(1))}


def flag(value: Any) -> str:
    """`Y` or `N`, from either of them or from a boolean in any spelling."""
    try:
        return _FLAGS[str(value).strip().lower()]
    except KeyError:
        raise UnusableValue("true or false") from None


def crm_links(value: Any) -> list[str]:
    """Records of the CRM such as `C_5` (contact), `CO_7` (company), `D_10` (deal) and `L_11` (lead)."""
    links = [name.upper() for name in name_list(value)]
    if not all(re.fullmatch(r"(CO|C|D|L)_\d+", link) for link in links):
        raise UnusableValue("CRM records such as C_5, CO_7, D_10, L_11, separated by commas")
    return links


def _one_of(*known: str) -> Callable[[Any], str]:
    def choice(value: Any) -> str:
        if str(value).lower() not in known:
            raise UnusableValue(f"one of {', '.join(known)}")
        return str(value).lower()

    return choice


def _recurrence(value: Any) -> dict[str, Any]:
    rule = json_object(value)
    return {**rule, "UNTIL": iso_day(rule["UNTIL"])} if rule.get("UNTIL") else rule


EVENT: Converters = {
    "id": integer,
    "type": str,
    "ownerId": integer,
    "name": str,
    "from": iso_date,
    "to": iso_date,
    "from_ts": integer,
    "to_ts": integer,
    "section": integer,
    "auto_detect_section": flag,
    "skip_time": flag,
    "timezone_from": str,
    "timezone_to": str,
    "description": str,
    "color": str,
    "text_color": str,
    "accessibility": _one_of("absent", "busy", "free", "quest"),
    "importance": _one_of("high", "low", "normal"),
    "private_event": flag,
    "recurrence_mode": _one_of("all", "next", "this"),
    "current_date_from": iso_day,
    "rrule": _recurrence,
    "is_meeting": flag,
    "location": str,
    "remind": reminders,
    "attendees": integer_list,
    "host": integer,
    "meeting": json_object,
    "crm_fields": crm_links,
}
"""What an event has (calendar.event.add, calendar.event.update)."""

CALENDAR: Converters = {
    "id": integer,
    "type": str,
    "ownerId": integer,
    "name": str,
    "description": str,
    "color": str,
    "text_color": str,
    "export": json_object,
}
"""What a calendar has (calendar.section.add, calendar.section.update)."""


def calendar_event(value: Any) -> dict[str, Any]:
    """The fields of an event, with every value in the form that the method wants.

    A moment keeps its offset, which Bitrix24 honours over `timezone_from`. Whole days make an event of whole days
    (`skip_time`), and invited people make it a meeting (`is_meeting`), where the fields do not say otherwise.
    """
    event = _fields(value, EVENT)
    days = [name for name in ("from", "to") if event.get(name)]
    if days and "skip_time" not in event and all(len(event[name]) == _DAY for name in days):
        event["skip_time"] = "Y"
    if event.get("skip_time") == "Y":
        event |= {name: event[name][:_DAY] for name in days}
    if event.get("attendees"):
        event.setdefault("is_meeting", "Y")
    return event


def calendar_section(value: Any) -> dict[str, Any]:
    """The fields of a calendar."""
    return _fields(value, CALENDAR)


def _fields(value: Any, known: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UnusableValue('a JSON object such as {"name": "Review"}')
    spelled = {name.lower(): name for name in known}
    fields = {}
    for given, entry in value.items():
        name = spelled.get(given.lower())
        if name is None:
            nearest = get_close_matches(given.lower(), spelled, n=1)
            hint = f" (did you mean {spelled[nearest[0]]}?)" if nearest else ""
            raise UnusableValue(f"an object of known fields, and {given} is none{hint}; they are {', '.join(known)}")
        fields[name] = _field(name, entry, known[name])
    return fields


def _field(name: str, entry: Any, convert: Callable[[Any], Any]) -> Any:
    """An empty value stays one: it empties the field."""
    if entry in (None, "", []):
        return ""
    try:
        return convert(entry)
    except UnusableValue as fault:
        raise UnusableValue(f"an object whose {name} is {fault}") from None


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "calendarEvent": calendar_event,
    "calendarSection": calendar_section,
    "crmLinks": crm_links,
    "reminders": reminders,
}
