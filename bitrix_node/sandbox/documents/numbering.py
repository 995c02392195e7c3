"""Numerators: the next number of a document, in the form that the numerator gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bitrix_node.sandbox.arguments import is_true, to_integer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bitrix_node.sandbox.database import Collection, Database, Record

GENERATOR = "Bitrix_Main_Numerator_Generator_SequentNumberGenerator"
_PERIODS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def numerators(database: Database) -> Collection:
    """All numerators."""
    return database.collection("document_numerators")


def settings(sent: Any, former: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read the settings of a numerator, as its methods take them; what is left out stays as it was, or is the usual.

    Raises:
        ValueError: a number, the period or the time zone is none.
    """
    inner = sent.get(GENERATOR) if isinstance(sent, dict) else None
    given = inner if isinstance(inner, dict) else {}
    usual = {"start": 1, "step": 1, "length": 0, "padString": "0", "periodicBy": None, "timezone": None}
    merged = {**usual, "isDirectNumeration": False, **(former or {}), **given}
    for name in ("start", "step", "length"):
        number = to_integer(merged[name])
        if number is None:
            raise ValueError(f"{name} is no number")
        merged[name] = number
    merged["periodicBy"] = merged["periodicBy"] or None
    if merged["periodicBy"] not in (None, *_PERIODS):
        raise ValueError("periodicBy is none of day, month, year")
    if merged["timezone"]:
        ZoneInfo(str(merged["timezone"]))
    return {**merged, "isDirectNumeration": is_true(merged["isDirectNumeration"])}


def shown(record: Record) -> dict[str, Any]:
    """A numerator as its methods write it."""
    return {
        "name": record["name"],
        "template": record["template"],
        "id": str(record["id"]),
        "code": record.get("code"),
        "settings": {GENERATOR: record["settings"]},
    }


def next_number(database: Database, numerator_id: int, now: datetime, *, taken: bool = True) -> str | None:
    """The number of the next document.

    Args:
        database: the portal's data.
        numerator_id: what counts.
        now: the moment, for counters that begin anew.
        taken: whether the number is given out, rather than looked at.

    Returns:
        the number in its form; None when there is no such numerator.
    """
    numerator = numerators(database).get(numerator_id)
    if numerator is None:
        return None
    rules = numerator["settings"]
    zone = ZoneInfo(rules["timezone"]) if rules["timezone"] else now.tzinfo
    period = now.astimezone(zone).strftime(_PERIODS[rules["periodicBy"]]) if rules["periodicBy"] else ""
    begins = numerator.get("next") is None or numerator.get("period", "") != period
    count: int = rules["start"] if begins else numerator["next"]
    if taken:
        numerators(database).update(numerator_id, {"next": count + rules["step"], "period": period})
    pad = str(rules["padString"])[:1] or "0"
    return str(numerator["template"]).replace("{NUMBER}", str(count).rjust(rules["length"], pad))
