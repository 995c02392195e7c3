"""Activities of CRM records: how they are stored, what the portal fills in by itself, and how they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox import attachments
from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.errors import RestError
from bitrix_node.sandbox.families import family

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

ACTIVITIES = family("activity")
MEETING, CALL, TASK, EMAIL, PROVIDED = 1, 2, 3, 4, 6
PROVIDERS = {
    MEETING: ("CRM_MEETING", "MEETING"),
    CALL: ("VOXIMPLANT_CALL", "CALL"),
    TASK: ("CRM_TASKS_TASK", "TASKS_TASK"),
    EMAIL: ("CRM_EMAIL", "EMAIL"),
}
"""Provider and its type of the kinds that need not name one."""

OF_APPLICATIONS = frozenset({"REST_APP", "CONFIGURABLE_REST_APP"})
_WAITING, _COMPLETED = 1, 2
_ON_REQUEST = ("COMMUNICATIONS", "FILES", "BINDINGS", "WEBDAV_ELEMENTS")


def activities(database: Database) -> Collection:
    """All activities of all records."""
    return database.collection("crm_activities", ("OWNER_ID",))


def insert(call: Call, record: Record) -> int:
    """Keep a new activity.

    Args:
        call: in whose name and when.
        record: its values; what is missing gets its default.

    Returns:
        its id.
    """
    moment = timestamp(call.now)
    stamp = {"CREATED": moment, "LAST_UPDATED": moment, "AUTHOR_ID": call.user_id, "EDITOR_ID": call.user_id}
    whole = {**ACTIVITIES.clean({}, new=True), **record, **stamp}
    return activities(call.database).insert(_followed(whole, record))


def save(call: Call, activity: Record, changes: Record) -> None:
    """Change an activity.

    Args:
        call: in whose name and when.
        activity: as it is stored.
        changes: new values; others stay.
    """
    stamp = {"LAST_UPDATED": timestamp(call.now), "EDITOR_ID": call.user_id}
    changed = _followed({**activity, **changes, **stamp}, changes)
    activities(call.database).update(activity["id"], changed)


def require(call: Call, activity_id: int) -> Record:
    """The activity with this id, when the caller may have it.

    Raises:
        RestError: with an empty code, when there is none, or when it belongs to an application and a webhook asks.
    """
    activity = activities(call.database).get(activity_id)
    if activity is None:
        raise RestError("", "Activity is not found.")
    if activity["PROVIDER_ID"] in OF_APPLICATIONS and call.application is None:
        raise RestError("", "Application context required.")
    return activity


def show(call: Call, activity: Record, select: Iterable[str] = ()) -> dict[str, Any]:
    """Write an activity as a row.

    Args:
        call: who asks.
        activity: as it is stored.
        select: wanted names; files, communications and bindings come only when they are named.

    Returns:
        the row.
    """
    wanted = list(select)
    row = ACTIVITIES.show(activity, wanted)
    shown = {name: value for name, value in row.items() if name not in _ON_REQUEST or name in wanted}
    if "FILES" in shown:
        shown["FILES"] = attachments.links(call, activity.get("FILES") or [])
    if "COMMUNICATIONS" in shown:
        shown["COMMUNICATIONS"] = [_communication(entry) for entry in activity.get("COMMUNICATIONS") or []]
    if "BINDINGS" in shown:
        shown["BINDINGS"] = [{"OWNER_TYPE_ID": kind, "OWNER_ID": number} for kind, number in _bindings(activity)]
    return shown


def _followed(record: Record, given: Record) -> Record:
    """Let status and deadline follow what was given."""
    if "COMPLETED" in given:
        record["STATUS"] = _COMPLETED if record["COMPLETED"] == "Y" else _WAITING
    source = {MEETING: "START_TIME", CALL: "START_TIME", TASK: "END_TIME"}.get(record["TYPE_ID"])
    if source in given:
        record["DEADLINE"] = record[source]
    return record


def _communication(entry: Any) -> dict[str, Any]:
    value = str(entry.get("VALUE") or "")
    guessed = "" if not value else "EMAIL" if "@" in value else "PHONE"
    return {
        "TYPE": str(entry.get("TYPE") or guessed),
        "VALUE": value,
        "ENTITY_ID": str(entry.get("ENTITY_ID") or ""),
        "ENTITY_TYPE_ID": str(entry.get("ENTITY_TYPE_ID") or ""),
    }


def _bindings(activity: Record) -> list[tuple[str, str]]:
    owners = [(activity.get("OWNER_TYPE_ID"), activity.get("OWNER_ID"))]
    talks = [
        (to_integer(entry.get("ENTITY_TYPE_ID")), to_integer(entry.get("ENTITY_ID")))
        for entry in activity.get("COMMUNICATIONS") or []
    ]
    return [(str(kind), str(number)) for kind, number in dict.fromkeys(owners + talks) if kind and number]
