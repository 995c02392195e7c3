"""Dates as older methods read and show them: in the format of the portal's language, or in others that people type."""

from __future__ import annotations

import re
from datetime import datetime

_EUROPEAN = re.compile(r"^(\d{2})\.(\d{2})\.(\d{4})(.*)$")
_AMERICAN = re.compile(r"^(\d{2})/(\d{2})/(\d{4})(.*)$")
_TWELVE_HOURS = re.compile(r"^(\S+)\s+(\d{1,2}:\d{2})(:\d{2})?\s*([ap]m)$", re.IGNORECASE)


def read(value: object) -> datetime:
    """Read a date, with or without a time.

    Args:
        value: ISO 8601 with or without an offset, `31.12.2026 17:00:00` or `12/31/2026 05:00:00 pm`.

    Returns:
        the moment; without a zone where none was written.

    Raises:
        ValueError: it is no date.
    """
    text = str(value).strip()
    twelve = _TWELVE_HOURS.match(text)
    if twelve:
        day, hours, seconds, half = twelve.groups()
        time = datetime.strptime(f"{hours} {half}", "%I:%M %p").strftime("%H:%M")  # noqa: DTZ007 - a time of day
        text = f"{day} {time}{seconds or ''}"
    return datetime.fromisoformat(_AMERICAN.sub(r"\3-\1-\2\4", _EUROPEAN.sub(r"\3-\2-\1\4", text)))


def portal_form(moment: datetime) -> str:
    """Write a date and time in the portal's format, `12/11/2026 05:59:00 pm`."""
    return moment.strftime("%m/%d/%Y %I:%M:%S ") + moment.strftime("%p").lower()


def portal_day(moment: datetime) -> str:
    """Write a date in the portal's format, `12/24/2026`."""
    return moment.strftime("%m/%d/%Y")
