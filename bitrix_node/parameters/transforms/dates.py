"""Transforms for dates and moments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable


class Moment(str):
    """A day or a moment in ISO 8601, told apart from any other text."""

    __slots__ = ()

    @property
    def is_local(self) -> bool:
        """Whether it has no offset, and so is in the portal's time zone."""
        return datetime.fromisoformat(self).tzinfo is None


def iso_date(value: Any) -> str:
    """A moment in ISO 8601, from any of its forms; one without an offset stays in the portal's time zone."""
    text = str(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UnusableValue("a date in ISO 8601 form, such as 2026-11-23 or 2026-11-23T16:30:00+01:00") from None
    if len(text) <= len("2026-11-23"):
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds")


def iso_day(value: Any) -> str:
    """A day in ISO 8601, from a date or a moment."""
    return iso_date(value)[:10]


def rfc3339(value: Any) -> str:
    """A moment with its offset, from any form of ISO 8601; a day begins at midnight, and without an offset it is UTC.

    For methods that refuse anything but RFC 3339 (im.notify.history.search), so that the portal's time zone cannot
    fill in for an offset.
    """
    moment = datetime.fromisoformat(iso_date(value))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat(timespec="seconds")


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "isoDate": iso_date,
    "isoDay": iso_day,
    "rfc3339": rfc3339,
}
