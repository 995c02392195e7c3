"""Events and calendars as people write them, and as Bitrix24 wants them."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.calendars import calendar_event, calendar_section, crm_links, reminders


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (
            {"from": "2026-11-23T16:30:00.000+01:00", "to": "2026-11-23T17:30:00+01:00"},
            {"from": "2026-11-23T16:30:00+01:00", "to": "2026-11-23T17:30:00+01:00"},
        ),
        ({"from": "2026-11-23 16:30", "to": "20261124"}, {"from": "2026-11-23T16:30:00", "to": "2026-11-24"}),
        (
            {"from": "2026-11-23", "to": "2026-11-24"},
            {"from": "2026-11-23", "to": "2026-11-24", "skip_time": "Y"},
        ),
        (
            {"from": "2026-11-23T10:00:00Z", "to": "2026-11-23T11:00:00Z", "skip_time": True},
            {"from": "2026-11-23", "to": "2026-11-23", "skip_time": "Y"},
        ),
        ({"from": "2026-11-23", "skip_time": "n"}, {"from": "2026-11-23", "skip_time": "N"}),
        ({"attendees": "1, 2"}, {"attendees": [1, 2], "is_meeting": "Y"}),
        ({"attendees": [1], "is_meeting": 0}, {"attendees": [1], "is_meeting": "N"}),
        ({"attendees": []}, {"attendees": ""}),
        ({"NAME": "Talk", "OwnerID": "7"}, {"name": "Talk", "ownerId": 7}),
        ({"description": "", "location": None}, {"description": "", "location": ""}),
        (
            {"rrule": {"FREQ": "DAILY", "UNTIL": "2026-12-24T00:00:00"}},
            {"rrule": {"FREQ": "DAILY", "UNTIL": "2026-12-24"}},
        ),
        ({"rrule": {"FREQ": "DAILY", "COUNT": 3}}, {"rrule": {"FREQ": "DAILY", "COUNT": 3}}),
        ({"importance": "High", "accessibility": "busy"}, {"importance": "high", "accessibility": "busy"}),
    ],
)
def test_an_event_in_the_form_that_the_method_wants(given: dict[str, Any], sent: dict[str, Any]) -> None:
    assert calendar_event(given) == sent
    assert calendar_event(sent) == sent


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"title": "Talk"}, "and title is none"),
        ({"attendee": [1]}, r"and attendee is none \(did you mean attendees\?\)"),
        ({"from": "tomorrow"}, "an object whose from is a date in ISO 8601 form"),
        ({"importance": "urgent"}, "an object whose importance is one of high, low, normal"),
        ({"private_event": "perhaps"}, "an object whose private_event is true or false"),
        ({"rrule": "daily"}, "an object whose rrule is a JSON object"),
        (["Talk"], "a JSON object"),
    ],
)
def test_an_event_that_cannot_be_meant(given: Any, fault: str) -> None:
    with pytest.raises(UnusableValue, match=fault):
        calendar_event(given)


def test_a_calendar() -> None:
    assert calendar_section({"Name": "Trips", "export": {"ALLOW": False}}) == {
        "name": "Trips",
        "export": {"ALLOW": False},
    }
    with pytest.raises(UnusableValue, match="and location is none"):
        calendar_section({"location": "Riga"})


def test_reminders() -> None:
    written = [{"type": "min", "count": 15}, {"type": "hour", "count": 2}, {"type": "day", "count": 1}]
    assert reminders("15 min, 2 hours, 1 Day") == reminders(written) == written
    with pytest.raises(UnusableValue, match="15 min, 2 hours, 1 day"):
        reminders("a week before")


def test_links_to_the_crm() -> None:
    assert crm_links("c_5, CO_7") == ["C_5", "CO_7"]
    with pytest.raises(UnusableValue, match="C_5, CO_7, D_10, L_11"):
        crm_links("deal 10")
