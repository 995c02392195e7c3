"""The queue in which an application's offline events wait until it fetches them."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.clock import timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bitrix_node.sandbox.database import Collection, Database, Record
    from bitrix_node.sandbox.events.catalogue import Occurrence
    from bitrix_node.sandbox.events.subscriptions import Subscription

_FIELDS = ("ID", "TIMESTAMP_X", "EVENT_NAME", "EVENT_DATA", "EVENT_ADDITIONAL", "MESSAGE_ID")
_STATES = ("PROCESS_ID", "ERROR")


def queue(database: Database) -> Collection:
    """All waiting events of all applications."""
    return database.collection("offline_events", ("APPLICATION",))


def put(database: Database, subscription: Subscription, occurrence: Occurrence, now: datetime) -> None:
    """Let an event wait; the same event that waits already is only dated anew.

    Args:
        database: the portal's data.
        subscription: whose queue it goes to.
        occurrence: what happened.
        now: when.
    """
    identity = json.dumps([occurrence.code, occurrence.data], sort_keys=True)
    message_id = hashlib.md5(identity.encode(), usedforsecurity=False).hexdigest()
    key = {"APPLICATION": subscription.application, "CONNECTOR": subscription.connector, "MESSAGE_ID": message_id}
    waiting = queue(database).first(**key, PROCESS_ID="")
    if waiting is not None:
        queue(database).update(waiting["id"], {"TIMESTAMP_X": timestamp(now)})
        return
    content = {"EVENT_NAME": occurrence.code, "EVENT_DATA": occurrence.data, "EVENT_ADDITIONAL": False}
    queue(database).insert({**key, **content, "TIMESTAMP_X": timestamp(now), "PROCESS_ID": "", "ERROR": "0"})


def reserve(database: Database, rows: list[Record]) -> str:
    """Mark events as being worked on.

    Returns:
        the number of the work, `process_id`.
    """
    process_id = secrets.token_hex(16)
    for row in rows:
        queue(database).update(row["id"], {"PROCESS_ID": process_id})
    return process_id


def stored_name(name: str) -> str:
    """The stored name of a field that filters and orders may use.

    Raises:
        ValueError: there is no such field.
    """
    upper = name.upper()
    if upper not in (*_FIELDS, *_STATES, "APPLICATION", "CONNECTOR"):
        raise ValueError(name)
    return "id" if upper == "ID" else upper


def shown(row: Mapping[str, Any], *, states: bool = False) -> dict[str, Any]:
    """Write a waiting event.

    Args:
        row: the stored event.
        states: whether to tell about the work on it, too.

    Returns:
        the event with its number as text.
    """
    wanted = _FIELDS + (_STATES if states else ())
    return {name: str(row["id"]) if name == "ID" else row[name] for name in wanted}
