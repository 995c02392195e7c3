"""The records that activities and entries of the timeline belong to, named by number (2) or in words (`deal`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bitrix_node.sandbox.arguments import to_integer
from bitrix_node.sandbox.crm.entity_types import entity_types
from bitrix_node.sandbox.errors import RestError

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database

_SMART_PROCESS = re.compile(r"^dynamic_(\d+)$")
_OTHER_KINDS = {"order": 14}


@dataclass(frozen=True, slots=True)
class Owner:
    """One CRM record.

    Attributes:
        type_id: number of its kind, `entityTypeId`.
        id: its own number.
    """

    type_id: int
    id: int

    @property
    def type_name(self) -> str:
        """The kind in words, as `deal` or `dynamic_1046`."""
        words = {number: word for word, number in _numbers().items()}
        return words.get(self.type_id, f"dynamic_{self.type_id}")

    def exists(self, database: Database) -> bool:
        """Whether the portal has such a record."""
        known = self.type_id in entity_types() or _is_smart_process(database, self.type_id)
        return known and database.collection(f"crm_items_{self.type_id}").get(self.id) is not None


def type_number(name: Any) -> int | None:
    """The number of a kind of record.

    Args:
        name: the kind in words, in any case.

    Returns:
        its number, or None for a word that means no kind.
    """
    word = str(name).lower()
    smart_process = _SMART_PROCESS.match(word)
    return int(smart_process[1]) if smart_process else _numbers().get(word)


def require_owner(database: Database, type_id: Any, item_id: Any) -> Owner:
    """The record with these numbers.

    Args:
        database: the portal's data.
        type_id: number of its kind, or None for an unknown kind.
        item_id: its own number.

    Returns:
        the record.

    Raises:
        RestError: OWNER_NOT_FOUND when there is none.
    """
    owner = Owner(to_integer(type_id) or 0, to_integer(item_id) or 0)
    if not owner.exists(database):
        raise RestError("OWNER_NOT_FOUND", "Owner was not found")
    return owner


def _numbers() -> dict[str, int]:
    return {kind.name.lower(): kind.id for kind in entity_types().values()} | _OTHER_KINDS


def _is_smart_process(database: Database, type_id: int) -> bool:
    return database.collection("crm_smart_process_types").first(entityTypeId=type_id) is not None
