"""Transforms for dates and moments."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable


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


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "isoDate": iso_date,
    "isoDay": iso_day,
}
