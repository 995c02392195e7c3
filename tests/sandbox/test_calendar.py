"""Calendars: what is refused, who sees what, time zones, and how events repeat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox.client import RestClient

if TYPE_CHECKING:
    import aiohttp

    from bitrix_node.sandbox import Sandbox

EVENT: dict[str, Any] = {
    "type": "user",
    "ownerId": 1,
    "name": "Lunch",
    "from": "2026-12-01T12:00:00",
    "to": "2026-12-01T13:00:00",
}


def _person(sandbox: Sandbox, session: aiohttp.ClientSession, user_id: int) -> RestClient:
    return RestClient(session, sandbox.webhook(user_id=user_id))


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("calendar.event.add", {}, 'parameter "type"'),
        ("calendar.event.add", {"type": "user"}, 'parameter "ownerId"'),
        ("calendar.event.add", {"type": "user", "ownerId": 1}, 'parameter "name"'),
        ("calendar.event.add", {"type": "user", "ownerId": 1, "name": "Lunch"}, 'parameter "from"'),
        ("calendar.event.add", {"type": "user", "ownerId": 1, "name": "Lunch", "from": "2026-12-01"}, 'parameter "to"'),
        ("calendar.event.add", {**EVENT, "name": ["Lunch"]}, 'Invalid value for the parameter "name"'),
        ("calendar.event.add", {**EVENT, "description": {"a": 1}}, 'Invalid value for the parameter "description"'),
        ("calendar.event.add", {**EVENT, "from": "noon"}, 'Invalid value for the parameter "from"'),
        ("calendar.event.add", {**EVENT, "timezone_from": "Moon/Sea"}, 'Invalid value for the parameter "timezone_'),
        ("calendar.event.add", {**EVENT, "rrule": {"FREQ": "HOURLY"}}, 'Invalid value for the parameter "rrule"'),
        ("calendar.event.add", {**EVENT, "crm_fields": "C_1"}, "must be an array"),
        ("calendar.event.add", {**EVENT, "section": 9999}, "invalid calendar section ID"),
        ("calendar.event.add", {**EVENT, "ownerId": 9999}, "Access denied"),
        ("calendar.event.update", {"type": "user", "ownerId": 1}, 'parameter "id"'),
        ("calendar.event.update", {"type": "user", "ownerId": 1, "id": 9999}, "An error occurred"),
        ("calendar.event.get", {}, 'parameter "type"'),
        ("calendar.event.getbyid", {}, 'parameter "id"'),
        ("calendar.event.delete", {}, "Event id not specified"),
        ("calendar.event.delete", {"id": 9999}, "An error occurred while deleting the event"),
        ("calendar.meeting.status.set", {"eventId": 1}, 'parameter "status"'),
        ("calendar.meeting.status.set", {"status": "Y"}, 'parameter "eventId"'),
        ("calendar.meeting.status.set", {"eventId": 1, "status": "M"}, 'Invalid value for the parameter "status"'),
        ("calendar.meeting.status.get", {}, 'parameter "eventId"'),
        ("calendar.accessibility.get", {"to": "2026-12-01", "users": [1]}, 'parameter "from"'),
        ("calendar.accessibility.get", {"from": "2026-12-01", "users": [1]}, 'parameter "to"'),
        ("calendar.accessibility.get", {"from": "2026-12-01", "to": "2026-12-01"}, 'parameter "users"'),
        ("calendar.section.get", {}, 'parameter "type"'),
        ("calendar.section.get", {"type": "group"}, 'parameter "ownerId"'),
        ("calendar.section.add", {"type": "user", "name": {"a": 1}}, 'Invalid value for the parameter "name"'),
        ("calendar.section.update", {"type": "user"}, "Section ID is not set"),
        ("calendar.section.delete", {"type": "user", "id": 9999}, "Access denied"),
    ],
)
async def test_what_is_refused(portal: RestClient, method: str, arguments: dict[str, Any], message: str) -> None:
    status, code, text = await portal.refusal(method, arguments)
    assert (status, code) == (400, "")
    assert message in text


async def test_a_time_without_an_offset_is_on_the_clocks_of_its_zone(portal: RestClient) -> None:
    berlin = await portal.result("calendar.event.add", {**EVENT, "timezone_from": "Europe/Berlin"})
    own = await portal.result("calendar.event.add", EVENT)
    moved = {"from": "2026-12-01T12:00:00+03:00", "to": "2026-12-01T13:00:00+03:00", "timezone_from": "Europe/Berlin"}
    shifted = await portal.result("calendar.event.add", {**EVENT, **moved})
    rows = [await portal.result("calendar.event.getbyid", {"id": made}) for made in (berlin, own, shifted)]
    assert [row["DATE_FROM"] for row in rows] == ["12/01/2026 12:00:00 pm"] * 2 + ["12/01/2026 10:00:00 am"]
    assert [row["DATE_FROM_TS_UTC"] for row in rows] == ["1796122800", "1796126400", "1796115600"]
    assert [row["TZ_TO"] for row in rows] == ["Europe/Berlin", "Europe/London", "Europe/Berlin"]
    assert rows[0]["TZ_OFFSET_FROM"] == "3600"


async def test_seconds_stand_for_a_date(portal: RestClient) -> None:
    sent = {"type": "user", "ownerId": 1, "name": "Lunch", "from_ts": 1796126400, "to_ts": 1796130000}
    made = await portal.result("calendar.event.add", sent)
    row = await portal.result("calendar.event.getbyid", {"id": made})
    assert (row["DATE_FROM"], row["DATE_TO_TS_UTC"]) == ("12/01/2026 12:00:00 pm", "1796130000")


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ({"FREQ": "DAILY", "INTERVAL": 2, "COUNT": 3}, ["12/01", "12/03", "12/05"]),
        ({"FREQ": "WEEKLY", "BYDAY": ["TH", "TU"], "COUNT": 3}, ["12/01", "12/03", "12/08"]),
        ({"FREQ": "WEEKLY", "INTERVAL": 2, "UNTIL": "2026-12-29"}, ["12/01", "12/15", "12/29"]),
        ({"FREQ": "MONTHLY", "COUNT": 2}, ["12/01", "01/01"]),
        ({"FREQ": "YEARLY"}, ["12/01"]),
        ({"FREQ": "NONE"}, ["12/01"]),
    ],
)
async def test_how_events_repeat(empty_portal: RestClient, rule: dict[str, Any], days: list[str]) -> None:
    await empty_portal.result("calendar.event.add", {**EVENT, "rrule": rule})
    period = {"type": "user", "ownerId": 1, "from": "2026-11-01", "to": "2027-01-31"}
    rows = await empty_portal.result("calendar.event.get", period)
    assert [row["DATE_FROM"][:5] for row in rows] == days


async def test_an_event_on_the_31st_skips_shorter_months(empty_portal: RestClient) -> None:
    moved = {"from": "2026-12-31T12:00:00", "to": "2026-12-31T13:00:00", "rrule": {"FREQ": "MONTHLY"}}
    await empty_portal.result("calendar.event.add", {**EVENT, **moved})
    period = {"type": "user", "ownerId": 1, "from": "2026-12-01", "to": "2027-05-31"}
    rows = await empty_portal.result("calendar.event.get", period)
    assert [row["DATE_FROM"][:5] for row in rows] == ["12/31", "01/31", "03/31", "05/31"]


async def test_guests_have_the_event_in_their_own_calendars(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    host, guest, stranger = (_person(sandbox, session, user_id) for user_id in (3, 5, 9))
    made = await host.result("calendar.event.add", {**EVENT, "ownerId": 3, "is_meeting": "Y", "attendees": [5]})
    row = await host.result("calendar.event.getbyid", {"id": made})
    assert [(entry["id"], entry["status"]) for entry in row["ATTENDEE_LIST"]] == [(3, "H"), (5, "Q")]
    period = {"type": "user", "ownerId": 5, "from": "2026-12-01", "to": "2026-12-01"}
    (invitation,) = await guest.result("calendar.event.get", period)
    assert (invitation["PARENT_ID"], invitation["MEETING_STATUS"]) == (str(made), "Q")
    await guest.result("calendar.meeting.status.set", {"eventId": made, "status": "Y"})
    assert await guest.result("calendar.meeting.status.get", {"eventId": invitation["ID"]}) == "Y"
    assert (await stranger.refusal("calendar.meeting.status.get", {"eventId": made}))[0] == 400
    changes = {"id": made, "type": "user", "ownerId": 3, "is_meeting": "Y", "attendees": [9]}
    assert await host.result("calendar.event.update", changes) == made
    assert await guest.result("calendar.event.get", period) == []
    assert await stranger.result("calendar.meeting.status.get", {"eventId": made}) == "Q"


async def test_a_guest_declines_by_deleting(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    host, guest = (_person(sandbox, session, user_id) for user_id in (3, 5))
    made = await host.result("calendar.event.add", {**EVENT, "ownerId": 3, "is_meeting": "Y", "attendees": [5]})
    period = {"type": "user", "ownerId": 5, "from": "2026-12-01", "to": "2026-12-01"}
    (invitation,) = await guest.result("calendar.event.get", period)
    assert await guest.result("calendar.event.delete", {"id": invitation["ID"]}) is True
    assert await guest.result("calendar.meeting.status.get", {"eventId": made}) == "N"
    assert await host.result("calendar.event.delete", {"id": made}) is True
    assert await guest.result("calendar.event.getbyid", {"id": invitation["ID"]}) is None


async def test_others_see_that_a_private_event_takes_time(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    period = {"type": "user", "ownerId": 3, "from": "2026-11-27", "to": "2026-11-27"}
    (own,) = await _person(sandbox, session, 3).result("calendar.event.get", period)
    (seen,) = await _person(sandbox, session, 9).result("calendar.event.get", period)
    assert (own["NAME"], seen["NAME"], seen["DATE_FROM"]) == ("Dentist", "Busy", own["DATE_FROM"])


async def test_calendars_are_changed_by_their_people(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    member, stranger = (_person(sandbox, session, user_id) for user_id in (2, 9))
    new = {"type": "group", "ownerId": 1, "name": "Fitters"}
    assert await member.result("calendar.section.add", new)
    assert (await stranger.refusal("calendar.section.add", new))[2] == "Access denied"
    assert (await stranger.refusal("calendar.event.add", EVENT))[2] == "Access denied"
    (_first, shown) = await stranger.result("calendar.section.get", {"type": "group", "ownerId": 1})
    assert (shown["NAME"], shown["PERM"]["view_full"], shown["PERM"]["edit"]) == ("Fitters", True, False)


async def test_the_next_events(empty: Sandbox, empty_portal: RestClient) -> None:
    now = int(empty.clock.time())
    for name, hours in (("Later", 50), ("Soon", 2), ("Over", -2), ("Far away", 24 * 20)):
        times = {"from_ts": now + hours * 3600, "to_ts": now + hours * 3600 + 60}
        await empty_portal.result("calendar.event.add", {"type": "user", "ownerId": 1, "name": name, **times})
    rows = await empty_portal.result("calendar.event.get.nearest", {"days": 10})
    assert [row["NAME"] for row in rows] == ["Soon", "Later"]
    rows = await empty_portal.result("calendar.event.get.nearest", {"maxEventsCount": 1, "type": "user"})
    assert [row["NAME"] for row in rows] == ["Soon"]


async def test_calendars_need_their_permission(sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
    stranger = RestClient(session, sandbox.webhook(user_id=1, scopes={"crm"}))
    assert (await stranger.refusal("calendar.section.get", {"type": "user"}))[1] == "insufficient_scope"
