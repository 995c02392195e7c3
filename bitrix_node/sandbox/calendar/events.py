"""Events as they are kept: one with all its fields, and for each invited person a record with that person's answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.calendar import sections
from bitrix_node.sandbox.calendar.owners import USER, Owner

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Collection, Record
    from bitrix_node.sandbox.registry import Call

HOST = "H"
INVITED = "Q"
ACCEPTED = "Y"
DECLINED = "N"
ANSWERS = (ACCEPTED, DECLINED, INVITED)


@dataclass(frozen=True, slots=True)
class Event:
    """An event in one calendar.

    Attributes:
        entry: the record in that calendar: whose it is, and what that person answered.
        main: the record with the event's fields; the same one in the organizer's calendar.
    """

    entry: Record
    main: Record

    @property
    def id(self) -> int:
        """Id of the record in that calendar."""
        return int(self.entry["id"])

    @property
    def owner(self) -> Owner:
        """Whose calendar it is in."""
        return Owner(self.entry["CAL_TYPE"], self.entry["OWNER_ID"])

    @property
    def status(self) -> str | None:
        """What the owner answered to the invitation; None where there is none."""
        status: str | None = self.entry.get("MEETING_STATUS")
        return status


def collection(call: Call) -> Collection:
    """The stored events and invitations."""
    return call.database.collection("calendar_events")


def find(call: Call, event_id: int) -> Event | None:
    """The event with this id, or None."""
    entry = collection(call).get(event_id)
    return None if entry is None else _whole(call, entry)


def of_owner(call: Call, owner: Owner) -> list[Event]:
    """The events in an owner's calendars."""
    return [_whole(call, entry) for entry in collection(call).find(**owner.key)]


def entries(call: Call, main_id: int) -> list[Record]:
    """The records of an event in all calendars, the main one first."""
    main = collection(call).get(main_id)
    return [*([main] if main else []), *collection(call).find(PARENT_ID=main_id)]


def answers(call: Call, main_id: int) -> list[Record]:
    """The records that hold an answer to the invitation, the organizer's first."""
    invited = [entry for entry in entries(call, main_id) if entry.get("MEETING_STATUS")]
    return sorted(invited, key=lambda entry: entry["MEETING_STATUS"] != HOST)


def entry_of(call: Call, event: Event, user_id: int) -> Record | None:
    """The record with a person's answer, or None for people who are not invited."""
    invited = answers(call, event.main["id"])
    return next((entry for entry in invited if entry["OWNER_ID"] == user_id), None)


def add(call: Call, owner: Owner, values: Record, guests: Iterable[int]) -> int:
    """Make an event.

    Args:
        call: who makes it, and when.
        owner: whose calendar takes it.
        values: its fields in their stored form.
        guests: the people to invite, if it is a meeting.

    Returns:
        its id.
    """
    record = {**owner.key, "CREATED_BY": call.user_id, "MEETING_HOST": call.user_id, "VERSION": 1, **values}
    event_id = collection(call).insert(record)
    invite(call, event_id, guests)
    return event_id


def invite(call: Call, event_id: int, guests: Iterable[int]) -> None:
    """Make an event a meeting of these people and its organizer, or, without `IS_MEETING`, nobody's.

    Who stays keeps the answer given; with `REINVITE` everybody is asked again.

    Args:
        call: the call that invites.
        event_id: the event.
        guests: ids of people; unknown ones are passed over.
    """
    main = collection(call).get(event_id) or {}
    host = main["MEETING_HOST"]
    in_own_calendar = (main["CAL_TYPE"], main["OWNER_ID"]) == (USER, host)
    collection(call).update(event_id, {"MEETING_STATUS": HOST if main["IS_MEETING"] and in_own_calendar else None})
    wanted = {host, *guests} if main["IS_MEETING"] else set()
    wanted -= {host} if in_own_calendar else set()
    asked_again = bool(main["MEETING"].get("REINVITE"))
    for entry in collection(call).find(PARENT_ID=event_id):
        if entry["OWNER_ID"] not in wanted:
            collection(call).delete(entry["id"])
        elif asked_again and entry["MEETING_STATUS"] != HOST:
            collection(call).update(entry["id"], {"MEETING_STATUS": INVITED})
        wanted.discard(entry["OWNER_ID"])
    for user_id in sorted(wanted):
        _add_entry(call, event_id, Owner(USER, user_id), HOST if user_id == host else INVITED)


def delete(call: Call, event: Event) -> None:
    """Remove an event from all calendars."""
    for entry in entries(call, event.main["id"]):
        collection(call).delete(entry["id"])


def remove_entry(call: Call, entry: Record) -> None:
    """Remove a record: the whole event with its main one, a guest's part with any other."""
    if entry.get("PARENT_ID"):
        collection(call).delete(entry["id"])
    else:
        delete(call, _whole(call, entry))


def _add_entry(call: Call, event_id: int, owner: Owner, status: str) -> None:
    if not owner.exists(call):
        return
    section_id = sections.first(call, owner)["id"]
    entry: dict[str, Any] = {"PARENT_ID": event_id, **owner.key, "SECTION_ID": section_id, "MEETING_STATUS": status}
    collection(call).insert(entry)


def _whole(call: Call, entry: Record) -> Event:
    parent = entry.get("PARENT_ID")
    main = collection(call).get(parent) if parent else None
    return Event(entry, main or entry)
