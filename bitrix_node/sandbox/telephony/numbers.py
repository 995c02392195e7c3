"""Phone numbers, and the CRM records that they belong to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.crm.entity_types import entity_types

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bitrix_node.sandbox.database import Database, Record

CRM_TYPES = {"CONTACT": 3, "COMPANY": 4, "LEAD": 1}
"""Kinds of CRM record that have phone numbers, in the order in which a call looks for its own."""

_NOT_DIALLED = re.compile(r"[\s().\-/]")
_NUMBER = re.compile(r"\+?\d{3,20}\Z")
_SHORTEST_SAME_END = 7


def normal(number: str) -> str | None:
    """A number without spaces and signs; None for what is no number."""
    bare = _NOT_DIALLED.sub("", number)
    return bare if _NUMBER.match(bare) else None


def owners(database: Database, number: str) -> Iterator[tuple[str, Record]]:
    """The CRM records with a phone number; with or without the country's code counts as the same.

    Args:
        database: the portal's data.
        number: as it was dialled.

    Yields:
        kind and record; contacts first, then companies, then leads.
    """
    for name, number_of_type in CRM_TYPES.items():
        for record in entity_types()[number_of_type].collection(database).find(hasPhone="Y"):
            if any(_same(number, str(entry["value"])) for entry in record["fm"] if entry["typeId"] == "PHONE"):
                yield name, record


def name_of(record: Record) -> str:
    """What a CRM record is called: a person's name, or its title."""
    parts: list[Any] = [record.get("name"), record.get("lastName")]
    return " ".join(str(part) for part in parts if part) or str(record.get("title") or "")


def _same(one: str, other: str) -> bool:
    digits = sorted((re.sub(r"\D", "", one), re.sub(r"\D", "", other)), key=len)
    return digits[0] == digits[1] or (len(digits[0]) >= _SHORTEST_SAME_END and digits[1].endswith(digits[0]))
