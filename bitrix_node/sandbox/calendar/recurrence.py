"""Events that repeat: FREQ, INTERVAL, BYDAY, COUNT and UNTIL of the iCalendar standard."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.calendar.times import utc_day, wall_time
from bitrix_node.sandbox.portal_dates import portal_day

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_FOREVER = date(2038, 1, 1)
_SPOKEN = {"DAILY": "every day", "WEEKLY": "every week", "MONTHLY": "every month", "YEARLY": "every year"}


@dataclass(frozen=True, slots=True)
class Repetition:
    """How an event repeats.

    Attributes:
        frequency: DAILY, WEEKLY, MONTHLY or YEARLY.
        interval: how many days, weeks, months or years lie between two of them.
        days: weekdays of a weekly event, Monday first; empty for the day of the first.
        times: how often it takes place; None without such a limit.
        until: last day on which it may; None without such a limit.
    """

    frequency: str
    interval: int = 1
    days: tuple[str, ...] = ()
    times: int | None = None
    until: date | None = None

    @classmethod
    def parse(cls, rule: Mapping[str, Any]) -> Repetition | None:
        """Read a rule as sent, or as stored.

        Args:
            rule: with FREQ and perhaps INTERVAL, BYDAY, COUNT, UNTIL; COUNT goes before UNTIL.

        Returns:
            the repetition; None when the rule says that the event does not repeat.

        Raises:
            ValueError: a member is of no use.
        """
        frequency = str(rule.get("FREQ") or "").upper()
        if frequency in {"", "NONE"}:
            return None
        if frequency not in _FREQUENCIES:
            raise ValueError(f"{frequency} is no frequency.")
        given = rule.get("BYDAY") or ()
        wanted = given.values() if isinstance(given, Mapping) else given.split(",") if isinstance(given, str) else given
        days = {str(day).strip().upper() for day in wanted}
        times = to_integer(rule.get("COUNT")) or None
        until = wall_time(rule["UNTIL"], "UTC").date() if rule.get("UNTIL") and times is None else None
        interval = max(to_integer(rule.get("INTERVAL")) or 1, 1)
        return cls(frequency, interval, tuple(day for day in DAYS if day in days), times, until)

    def stored(self) -> dict[str, Any]:
        """The rule in the form that `parse` reads."""
        rule: dict[str, Any] = {"FREQ": self.frequency, "INTERVAL": self.interval}
        if self.days:
            rule["BYDAY"] = list(self.days)
        if self.times is not None:
            rule["COUNT"] = self.times
        if self.until is not None:
            rule["UNTIL"] = self.until.isoformat()
        return rule

    def shown(self) -> dict[str, Any]:
        """The rule as events show it."""
        rule: dict[str, Any] = {"FREQ": self.frequency, "INTERVAL": self.interval}
        if self.days:
            rule["BYDAY"] = {day: day for day in self.days}
        if self.times is not None:
            rule["COUNT"] = self.times
        last = datetime.combine(self.until or _FOREVER, datetime.min.time())
        rule |= {"UNTIL": portal_day(last), "~UNTIL": portal_day(last) if self.until else "", "UNTIL_TS": utc_day(last)}
        return rule

    def spoken(self, first: datetime) -> str:
        """The rule in words.

        Args:
            first: beginning of the first event.
        """
        names = ", ".join(day.title() for day in self.days)
        end = f" to {portal_day(datetime.combine(self.until, datetime.min.time()))}" if self.until else ""
        return f"{_SPOKEN[self.frequency]}{' on: ' + names + ',' if names else ''} from {portal_day(first)}{end}"

    def starts(self, first: datetime, last_day: date) -> Iterator[datetime]:
        """When the event takes place.

        Args:
            first: beginning of the first event.
            last_day: where to stop looking.

        Yields:
            beginnings, the earliest first.
        """
        last = min(last_day, self.until or last_day)
        left = self.times
        for day in self._days(first.date()):
            if day > last or left == 0:
                return
            left = None if left is None else left - 1
            yield datetime.combine(day, first.time())

    def _days(self, first: date) -> Iterator[date]:
        if self.frequency == "DAILY":
            yield from (first + timedelta(days=self.interval * step) for step in count())
        elif self.frequency == "WEEKLY":
            yield from self._weekdays(first)
        else:
            yield from self._days_of_months(first, self.interval * (12 if self.frequency == "YEARLY" else 1))

    def _weekdays(self, first: date) -> Iterator[date]:
        monday = first - timedelta(days=first.weekday())
        wanted = [DAYS.index(day) for day in self.days] or [first.weekday()]
        for week in count(step=self.interval):
            days = (monday + timedelta(weeks=week, days=day) for day in wanted)
            yield from (day for day in days if day >= first)

    @staticmethod
    def _days_of_months(first: date, step: int) -> Iterator[date]:
        for months in count(step=step):
            year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
            if first.day <= monthrange(year, month + 1)[1]:
                yield date(year, month + 1, first.day)
