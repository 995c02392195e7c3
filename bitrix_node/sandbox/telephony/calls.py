"""Calls of own exchanges: registered while they ring, and kept in the statistics when they are over."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.telephony.numbers import CRM_TYPES

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record

STATISTICS = family("call_statistic")
ACTIVITIES = family("activity")
OUTGOING = (1, 4, 5)
"""Types of calls that go out: by hand, as a callback, with an announcement."""

TYPES = (1, 2, 3, 4, 5)
SUCCESS = "200"
_MISSED = "304"
_SAME_CALL = timedelta(minutes=30)
_CALL_ACTIVITY, _INCOMING, _OUTGOING = 2, 1, 2


def ringing(database: Database) -> Collection:
    """Calls that have not ended."""
    return database.collection("telephony_ringing", index=("CALL_ID",))


def finished(database: Database, call_id: str) -> Record | None:
    """The entry of a call in the statistics, or None."""
    return STATISTICS.collection(database).first(CALL_ID=call_id)


def registered_before(database: Database, external_id: str, now: datetime) -> Record | None:
    """The call that an exchange has registered under this id within half an hour, or None."""
    known = ringing(database).first(EXTERNAL_CALL_ID=external_id) if external_id else None
    if known is None or now - datetime.fromisoformat(known["REGISTERED"]) > _SAME_CALL:
        return None
    return known


def register(database: Database, call: Record, now: datetime) -> Record:
    """Note that a call has begun.

    Args:
        database: the portal's data.
        call: what is known of it, under the names of the statistics.
        now: the moment.

    Returns:
        the call with its `CALL_ID`.
    """
    call_id = f"externalCall.{secrets.token_hex(16)}.{int(now.timestamp())}"
    record = {**call, "CALL_ID": call_id, "REGISTERED": timestamp(now)}
    return {"id": ringing(database).insert(record), **record}


def finish(database: Database, call: Record, outcome: Record, now: datetime) -> Record:
    """End a call: it leaves an entry in the statistics and, where a CRM record is linked, an activity there.

    Args:
        database: the portal's data.
        call: the call as it was registered.
        outcome: what is known of its end, under the names of the statistics.
        now: the moment.

    Returns:
        the entry.
    """
    defaults = STATISTICS.clean({}, new=True)
    known = {name: value for name, value in call.items() if name in STATISTICS.fields}
    entry: Record = {**defaults, **known, **outcome}
    entry["CALL_FAILED_CODE"] = entry.get("CALL_FAILED_CODE") or (SUCCESS if entry["CALL_DURATION"] else _MISSED)
    if entry.get("CRM_ENTITY_ID"):
        entry["CRM_ACTIVITY_ID"] = ACTIVITIES.collection(database).insert(_activity(entry, now))
    ringing(database).delete(call["id"])
    entry["id"] = STATISTICS.collection(database).insert(entry)
    return entry


def _activity(entry: Record, now: datetime) -> dict[str, Any]:
    outgoing = entry["CALL_TYPE"] in OUTGOING
    missed = not outgoing and entry["CALL_FAILED_CODE"] != SUCCESS
    began = datetime.fromisoformat(entry["CALL_START_DATE"])
    subject = f"{'Outgoing call to' if outgoing else 'Incoming call from'} {entry['PHONE_NUMBER']}"
    return {
        **ACTIVITIES.clean({}, new=True),
        "OWNER_TYPE_ID": CRM_TYPES[entry["CRM_ENTITY_TYPE"]],
        "OWNER_ID": entry["CRM_ENTITY_ID"],
        "TYPE_ID": _CALL_ACTIVITY,
        "PROVIDER_ID": "VOXIMPLANT_CALL",
        "PROVIDER_TYPE_ID": "CALL",
        "SUBJECT": subject,
        "DIRECTION": _OUTGOING if outgoing else _INCOMING,
        "RESPONSIBLE_ID": entry["PORTAL_USER_ID"],
        "AUTHOR_ID": entry["PORTAL_USER_ID"],
        "EDITOR_ID": entry["PORTAL_USER_ID"],
        "COMPLETED": "N" if missed else "Y",
        "STATUS": 1 if missed else 2,
        "START_TIME": timestamp(began),
        "END_TIME": timestamp(began + timedelta(seconds=entry["CALL_DURATION"])),
        "DEADLINE": timestamp(began),
        "CREATED": timestamp(now),
        "LAST_UPDATED": timestamp(now),
        "ORIGIN_ID": f"VI_{entry['CALL_ID']}",
        "SETTINGS": {"MISSED_CALL": True} if missed else [],
    }
