"""Calls of the portal to addresses of applications: robots, activities and message providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database
    from bitrix_node.sandbox.registry import Call

COLLECTION = "application_letters"


def letters(database: Database) -> Collection:
    """The calls that wait to be made; they are posted when the command that left them is done."""
    return database.collection(COLLECTION)


def post(call: Call, address: str, name: str, body: dict[str, Any], user_id: int | None = None) -> None:
    """Call an application when the running command is done.

    Args:
        call: the command.
        address: URL of the application's handler.
        name: what it is about, for the log.
        body: what is posted.
        user_id: in whose name the application may act; the caller by default.
    """
    letter = {"ADDRESS": address, "EVENT": name, "BODY": {**body, "ts": int(call.now.timestamp())}}
    letters(call.database).insert({**letter, "USER_ID": user_id or call.user_id})
