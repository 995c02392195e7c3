"""The channels: their settings and their queues."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.families import family

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bitrix_node.sandbox.database import Database, Record

CONFIGS = family("openline_config")
QUEUE = "queue"
"""Where a record keeps its queue: entries of `ENTITY_TYPE` and `ENTITY_ID`, as they are sent."""

_QUEUE_KINDS = ("user", "department")


def find(database: Database, config_id: int) -> Record | None:
    """The channel with this id, or None."""
    return CONFIGS.collection(database).get(config_id)


def cleaned(sent: Mapping[str, Any], *, new: bool) -> Record:
    """Bring the settings of a channel to their stored form.

    Args:
        sent: settings by name, the queue among them.
        new: whether the channel is being made.

    Returns:
        what to store; no queue where none was sent.

    Raises:
        ValueError: a setting is not of its type.
    """
    values = dict(sent)
    if isinstance(values.get("WORKTIME_HOLIDAYS"), str):
        values["WORKTIME_HOLIDAYS"] = values["WORKTIME_HOLIDAYS"].split(",")
    record = CONFIGS.clean(values, new=new)
    if new or "QUEUE" in values:
        record[QUEUE] = list(_queue(values.get("QUEUE")))
    return record


def operators(database: Database, config: Record) -> list[int]:
    """The people of a channel's queue, in order; departments stand for whoever works there.

    Returns:
        ids of active users, nobody twice.
    """
    people = database.collection("users")
    found: list[int] = []
    for entry in config.get(QUEUE) or []:
        number = int(entry["ENTITY_ID"])
        if entry["ENTITY_TYPE"] == "user":
            user = people.get(number)
            found += [number] if user and user.get("ACTIVE") else []
        else:
            found += [user["id"] for user in people.find(ACTIVE=True) if number in (user.get("UF_DEPARTMENT") or [])]
    return list(dict.fromkeys(found))


def queue_fields(database: Database, config: Record) -> dict[str, dict[str, Any]]:
    """What is shown of the people of a queue in place of their profiles; nothing is set apart in the sandbox.

    Returns:
        fields by the user's id as text.
    """
    empty = {"USER_NAME": None, "USER_WORK_POSITION": None, "USER_AVATAR": None, "USER_AVATAR_ID": "0"}
    return {str(number): dict(empty) for number in operators(database, config)}


def _queue(sent: Any) -> Iterator[dict[str, str]]:
    entries = list(sent.values()) if isinstance(sent, dict) else sent if isinstance(sent, list) else []
    for entry in entries:
        kind, number = (
            (entry.get("ENTITY_TYPE"), to_integer(entry.get("ENTITY_ID"))) if isinstance(entry, dict) else ("", 0)
        )
        if kind in _QUEUE_KINDS and number:
            yield {"ENTITY_TYPE": str(kind), "ENTITY_ID": str(number)}
