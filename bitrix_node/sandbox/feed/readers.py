"""Who a post is for: a list of codes (UA everyone, U12 a person, SG57 a group, DR4 a department with all below it)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database, Record

EVERYONE = "UA"
_CODE = re.compile(r"^(?P<kind>U|SG|DR)(?P<number>[1-9]\d*)$")
_COLLECTIONS = {"U": "users", "SG": "workgroups", "DR": "departments"}


def valid_codes(database: Database, sent: list[Any]) -> list[str] | None:
    """Read a list of codes.

    Args:
        database: the portal's data.
        sent: the codes as they came.

    Returns:
        the codes, each once; None when one is no code or names nobody.
    """
    codes = [str(entry).upper() for entry in sent]
    if all(code == EVERYONE or _names_somebody(database, code) for code in codes):
        return list(dict.fromkeys(codes))
    return None


def codes_of(database: Database, user_id: int) -> frozenset[str]:
    """The codes that a person is meant by."""
    departments = database.collection("departments")
    user = database.collection("users").get(user_id) or {}
    codes = {EVERYONE, f"U{user_id}"}
    codes |= {f"SG{group['id']}" for group in database.collection("workgroups").all() if user_id in group["members"]}
    for number in user.get("UF_DEPARTMENT") or []:
        department = departments.get(number)
        while department is not None and f"DR{department['id']}" not in codes:
            codes.add(f"DR{department['id']}")
            department = departments.get(department.get("PARENT") or 0)
    return frozenset(codes)


def may_read(database: Database, post: Record, user_id: int) -> bool:
    """Whether a post is for a person, or theirs."""
    return post["AUTHOR_ID"] == user_id or not codes_of(database, user_id).isdisjoint(post["DEST"])


def _names_somebody(database: Database, code: str) -> bool:
    match = _CODE.match(code)
    return match is not None and database.collection(_COLLECTIONS[match["kind"]]).get(int(match["number"])) is not None
