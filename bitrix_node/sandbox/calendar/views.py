"""How events look in answers: the documented fields, each time of a repeated event on its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.calendar import events
from bitrix_node.sandbox.calendar.owners import USER, zone_of
from bitrix_node.sandbox.calendar.recurrence import Repetition
from bitrix_node.sandbox.calendar.times import offset, seconds_utc, spoken_form
from bitrix_node.sandbox.portal_dates import portal_day, portal_form

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.sandbox.calendar.events import Event
    from bitrix_node.sandbox.registry import Call

_DAY = 24 * 60 * 60
_HIDDEN = {"NAME": "Busy", "DESCRIPTION": "", "~DESCRIPTION": "", "LOCATION": "", "UF_CRM_CAL_EVENT": False}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time at which an event takes place.

    Attributes:
        start: beginning, on the clocks of the event's zone.
        end: its end likewise; the last day of an event of whole days.
        start_seconds: beginning, in seconds since the epoch.
        end_seconds: its end likewise.
        length: how long it takes, in seconds.
    """

    start: datetime
    end: datetime
    start_seconds: int
    end_seconds: int
    length: int

    def overlaps(self, first: date, last: date) -> bool:
        """Whether it takes place on one of these days, in UTC."""
        end = datetime.fromtimestamp(self.start_seconds + max(self.length, 1) - 1, UTC).date()
        return datetime.fromtimestamp(self.start_seconds, UTC).date() <= last and end >= first


def occurrences(event: Event, last: date) -> Iterator[Occurrence]:
    """The times of an event, in their order.

    Args:
        event: the event.
        last: day after which to stop looking.
    """
    main = event.main
    start, end = datetime.fromisoformat(main["FROM"]), datetime.fromisoformat(main["TO"])
    repetition = Repetition.parse(main["RRULE"] or {})
    starts = [start] if repetition is None else repetition.starts(start, last)
    for moment in starts:
        if moment.date().isoformat() not in main["EXDATE"]:
            yield _occurrence(event, moment, moment + (end - start))


def show(call: Call, event: Event, at: Occurrence | None = None) -> dict[str, Any]:
    """Write an event.

    Args:
        call: for whom.
        event: the event.
        at: which of its times; the first when left out.
    """
    when = at or _occurrence(
        event, datetime.fromisoformat(event.main["FROM"]), datetime.fromisoformat(event.main["TO"])
    )
    row = {**_own_fields(event), **_times(call, event, when), **_meeting(call, event), **_repetition(event)}
    foreign = event.owner.type == USER and event.owner.id != call.user_id
    return row | _HIDDEN if event.main["PRIVATE_EVENT"] and foreign else row


def show_busy(call: Call, event: Event, when: Occurrence) -> dict[str, Any]:
    """Write when an event takes a person's time."""
    row = show(call, event, when)
    names = ("ID", "NAME", "DATE_FROM", "DATE_TO", "DATE_FROM_TS_UTC", "DATE_TO_TS_UTC", "~USER_OFFSET_FROM")
    more = ("~USER_OFFSET_TO", "DT_SKIP_TIME", "TZ_FROM", "TZ_TO", "ACCESSIBILITY", "IMPORTANCE", "EVENT_TYPE")
    moments = {"DATE_FROM": when.start, "DATE_TO": when.end}
    return {name: row[name] for name in (*names, *more)} | {
        name: moment.strftime("%d.%m.%Y %H:%M:%S") for name, moment in moments.items()
    }


def _own_fields(event: Event) -> dict[str, Any]:
    main, section = event.main, str(event.entry["SECTION_ID"])
    as_kept = ("NAME", "DESCRIPTION", "PRIVATE_EVENT", "ACCESSIBILITY", "IMPORTANCE", "LOCATION", "REMIND", "COLOR")
    return {
        "ID": str(event.id),
        "PARENT_ID": str(main["id"]),
        "DELETED": "N",
        "CAL_TYPE": event.owner.type,
        "OWNER_ID": str(event.owner.id),
        **{name: main[name] for name in as_kept},
        "TEXT_COLOR": main["TEXT_COLOR"],
        "EVENT_TYPE": None,
        "CREATED_BY": str(main["CREATED_BY"]),
        "DATE_CREATE": main["DATE_CREATE"],
        "TIMESTAMP_X": main["TIMESTAMP_X"],
        "DAV_XML_ID": f"event-{main['id']}@sandbox",
        "G_EVENT_ID": "",
        "DAV_EXCH_LABEL": "",
        "CAL_DAV_LABEL": "",
        "VERSION": str(main["VERSION"]),
        "SECTION_ID": section,
        "SECT_ID": section,
        "SYNC_STATUS": None,
        "UF_CRM_CAL_EVENT": main["UF_CRM_CAL_EVENT"] or False,
        "UF_WEBDAV_CAL_EVENT": False,
        "SECTION_DAV_XML_ID": None,
        "COLLAB_ID": None,
        "~DESCRIPTION": main["DESCRIPTION"],
    }


def _times(call: Call, event: Event, when: Occurrence) -> dict[str, Any]:
    main = event.main
    zones = {"FROM": main["TZ_FROM"], "TO": main["TZ_TO"]}
    own = zone_of(call)
    row: dict[str, Any] = {"DT_SKIP_TIME": main["SKIP_TIME"], "DT_LENGTH": when.length}
    row |= {"ORIGINAL_DATE_FROM": main.get("ORIGINAL_DATE_FROM")}
    for side, moment, seconds in (("FROM", when.start, when.start_seconds), ("TO", when.end, when.end_seconds)):
        ahead = offset(moment, zones[side])
        row |= {
            f"DATE_{side}": portal_form(moment),
            f"DATE_{side}_TS_UTC": str(seconds),
            f"DATE_{side}_FORMATTED": spoken_form(moment),
            f"TZ_{side}": zones[side],
            f"TZ_OFFSET_{side}": str(ahead),
            f"~USER_OFFSET_{side}": 0 if main["SKIP_TIME"] == "Y" else ahead - offset(moment, own),
        }
    return row


def _meeting(call: Call, event: Event) -> dict[str, Any]:
    main = event.main
    if not main["IS_MEETING"]:
        return {"IS_MEETING": False, "MEETING_STATUS": None, "MEETING_HOST": str(main["MEETING_HOST"])}
    invited = events.answers(call, main["id"])
    host = call.database.collection("users").get(main["MEETING_HOST"]) or {}
    people = [entry["OWNER_ID"] for entry in invited]
    named = {"HOST_NAME": f"{host.get('NAME', '')} {host.get('LAST_NAME', '')}".strip()}
    return {
        "IS_MEETING": True,
        "MEETING_STATUS": event.status or events.HOST,
        "MEETING_HOST": str(main["MEETING_HOST"]),
        "MEETING": {
            **named,
            **main["MEETING"],
            "MEETING_CREATOR": main["CREATED_BY"],
            "LANGUAGE_ID": "en",
            "MAIL_FROM": "",
        },
        "ATTENDEES_CODES": [f"U{user_id}" for user_id in people],
        "ATTENDEE_LIST": [
            {"id": entry["OWNER_ID"], "entryId": str(entry["id"]), "status": entry["MEETING_STATUS"]}
            for entry in invited
        ],
        "attendeesEntityList": [{"entityId": "user", "id": user_id} for user_id in people],
    }


def _repetition(event: Event) -> dict[str, Any]:
    main = event.main
    excluded = [portal_day(datetime.fromisoformat(day)) for day in main["EXDATE"]]
    repetition = Repetition.parse(main["RRULE"] or {})
    row = {
        "RRULE": repetition.shown() if repetition else "",
        "EXDATE": ";".join(excluded),
        "RECURRENCE_ID": main.get("RECURRENCE_ID"),
        "RELATIONS": main.get("RELATIONS") or "",
    }
    if repetition:
        row["~RRULE_DESCRIPTION"] = repetition.spoken(datetime.fromisoformat(main["FROM"]))
    return row


def _occurrence(event: Event, start: datetime, end: datetime) -> Occurrence:
    main = event.main
    if main["SKIP_TIME"] == "Y":
        first, last = seconds_utc(start, "UTC"), seconds_utc(end, "UTC")
        return Occurrence(start, end, first, last, (end - start) // timedelta(seconds=1) + _DAY)
    first, last = seconds_utc(start, main["TZ_FROM"]), seconds_utc(end, main["TZ_TO"])
    return Occurrence(start, end, first, last, last - first)
