"""Entries of the timeline (comments and log messages share one numbering), and the records they stand on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp
from bitrix_node.sandbox.crm.owners import Owner

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.registry import Call

COMMENT, LOG_MESSAGE = "comment", "logMessage"


def entries(database: Database) -> Collection:
    """All entries of all timelines."""
    return database.collection("timeline_entries", ("KIND",))


def bindings(database: Database) -> Collection:
    """Which entry stands on which record."""
    return database.collection("timeline_bindings", ("OWNER_ID", "ENTITY_ID"))


def add(call: Call, kind: str, owner: Owner, values: dict[str, Any]) -> Record:
    """Write an entry into the timeline of a record.

    Args:
        call: in whose name and when.
        kind: `COMMENT` or `LOG_MESSAGE`.
        owner: the record.
        values: what the entry says.

    Returns:
        the stored entry.
    """
    application = call.application.client_id if call.application else ""
    stamp = {"CREATED": timestamp(call.now), "AUTHOR_ID": call.user_id, "APPLICATION": application}
    record = {"KIND": kind, **stamp, **values}
    entry_id = entries(call.database).insert(record)
    bind(call.database, entry_id, owner)
    return {"id": entry_id, **record}


def find(database: Database, kind: str, entry_id: int) -> Record | None:
    """An entry of this kind, or None."""
    record = entries(database).get(entry_id)
    return record if record is not None and record["KIND"] == kind else None


def remove(database: Database, entry_id: int) -> None:
    """Take an entry out of every timeline, with its note and its content blocks."""
    for binding in bindings(database).find(OWNER_ID=entry_id):
        bindings(database).delete(binding["id"])
    for note in database.collection("timeline_notes").find(itemType=1, itemId=entry_id):
        database.collection("timeline_notes").delete(note["id"])
    for layout in database.collection("timeline_layouts").find(timelineId=entry_id):
        database.collection("timeline_layouts").delete(layout["id"])
    entries(database).delete(entry_id)


def owners_of(database: Database, entry_id: int) -> list[Owner]:
    """The records an entry stands on, the one it was written for first."""
    return [Owner(row["ENTITY_TYPE_ID"], row["ENTITY_ID"]) for row in bindings(database).find(OWNER_ID=entry_id)]


def entries_of(database: Database, owner: Owner) -> list[int]:
    """The numbers of the entries in the timeline of a record."""
    found = bindings(database).find(ENTITY_ID=owner.id, ENTITY_TYPE_ID=owner.type_id)
    return [row["OWNER_ID"] for row in found]


def bind(database: Database, entry_id: int, owner: Owner) -> None:
    """Show an entry on a record; nothing changes where it stands there already."""
    if owner not in owners_of(database, entry_id):
        binding = {"OWNER_ID": entry_id, "ENTITY_ID": owner.id, "ENTITY_TYPE_ID": owner.type_id}
        bindings(database).insert(binding)


def unbind(database: Database, entry_id: int, owner: Owner) -> bool:
    """Stop showing an entry on a record.

    Returns:
        whether it stood there.
    """
    found = bindings(database).first(OWNER_ID=entry_id, ENTITY_ID=owner.id, ENTITY_TYPE_ID=owner.type_id)
    return found is not None and bindings(database).delete(found["id"])
