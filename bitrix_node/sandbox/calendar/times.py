"""Moments of events: wall-clock time with a time zone, as typed, shown and compared."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bitrix_node.sandbox import portal_dates
from bitrix_node.sandbox.arguments import to_integer


def zone(name: str) -> ZoneInfo:
    """Look a time zone up.

    Args:
        name: of the time zone database, `Europe/Berlin`.

    Raises:
        ValueError: there is no such zone.
    """
    try:
        return ZoneInfo(name)
    except (KeyError, OSError) as problem:
        raise ValueError(f"{name} is no time zone.") from problem


def wall_time(value: object, zone_name: str) -> datetime:
    """Read a moment as the clocks of a zone show it.

    Args:
        value: ISO 8601 with or without time and offset, `31.12.2026 17:00:00` or `12/31/2026 05:00:00 pm`.
        zone_name: zone of the clocks; a time with an offset is converted to it.

    Returns:
        the date and time, without a zone.

    Raises:
        ValueError: it is no date.
    """
    moment = portal_dates.read(value)
    return moment.astimezone(zone(zone_name)).replace(tzinfo=None) if moment.tzinfo else moment


def wall_time_of(seconds: object, zone_name: str) -> datetime:
    """The same of seconds since the epoch.

    Raises:
        ValueError: it is no number.
    """
    number = to_integer(seconds)
    if number is None:
        raise ValueError(f"{seconds} is no time.")
    return datetime.fromtimestamp(number, zone(zone_name)).replace(tzinfo=None)


def seconds_utc(moment: datetime, zone_name: str) -> int:
    """Seconds since the epoch of a wall-clock time; whole days are told with the zone `UTC`."""
    return int(moment.replace(tzinfo=zone(zone_name)).timestamp())


def offset(moment: datetime, zone_name: str) -> int:
    """Seconds that the zone's clocks are ahead of UTC at that time."""
    ahead = moment.replace(tzinfo=zone(zone_name)).utcoffset()
    return int(ahead.total_seconds()) if ahead is not None else 0


def spoken_form(moment: datetime) -> str:
    """Write a date and time as calendars show it, `Wed Dec 11 2026 17:59:00`."""
    return moment.strftime("%a %b %d %Y %H:%M:%S")


def utc_day(moment: datetime) -> int:
    """Seconds since the epoch of the day's beginning in UTC."""
    return int(moment.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC).timestamp())
