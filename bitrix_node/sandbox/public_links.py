"""Short addresses that open a page to anybody: of files and folders of the drive, and of documents."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Collection, Database, Record


def path(database: Database, kind: str, number: int) -> str:
    """Give a record its public address.

    Args:
        database: the portal's data.
        kind: `disk` or `document`.
        number: the record.

    Returns:
        the path; asked for again, it is the same.
    """
    known = known_path(database, kind, number)
    if known is not None:
        return known
    code = secrets.token_urlsafe(6)
    _links(database).insert({"KIND": kind, "NUMBER": number, "CODE": code})
    return f"/~{code}"


def known_path(database: Database, kind: str, number: int) -> str | None:
    """The public address that a record has, or None."""
    known = _links(database).first(KIND=kind, NUMBER=number)
    return f"/~{known['CODE']}" if known else None


def find(database: Database, code: str) -> Record | None:
    """What a public address opens: `KIND` and `NUMBER`, or None."""
    return _links(database).first(CODE=code)


def close(database: Database, kind: str, number: int) -> None:
    """Take a record's public address away."""
    for record in _links(database).find(KIND=kind, NUMBER=number):
        _links(database).delete(record["id"])


def _links(database: Database) -> Collection:
    return database.collection("public_links", index=("CODE", "NUMBER"))
