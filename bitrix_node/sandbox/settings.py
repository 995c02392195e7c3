"""Switches of the portal itself, kept in its database so that a program in any language can turn them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database

OLDER_PORTAL = "older_portal"
"""The portal has not got task chats yet: `tasks.task.chat.message.send` does not exist there."""

KNOWN = frozenset({OLDER_PORTAL})


def is_on(database: Database, name: str) -> bool:
    """Tell whether a switch is on; all are off in a new portal."""
    record = database.collection("settings").first(name=name)
    return bool(record and record["on"])


def switch(database: Database, name: str, *, on: bool) -> None:
    """Turn a switch.

    Args:
        database: the portal's data.
        name: one of `KNOWN`.
        on: its new position.

    Raises:
        ValueError: there is no such switch; the text names those there are.
    """
    if name not in KNOWN:
        raise ValueError(f"There is no switch '{name}'. Known: {', '.join(sorted(KNOWN))}.")
    settings = database.collection("settings")
    record = settings.first(name=name)
    if record is None:
        settings.insert({"name": name, "on": on})
    else:
        settings.update(record["id"], {"on": on})
