"""Who may have requisites and addresses, and what becomes of these when their record goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.families import family
from bitrix_node.sandbox.families.described import forget

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database

LEAD, CONTACT, COMPANY, REQUISITE = 1, 3, 4, 8
OWNER_TYPES = (CONTACT, COMPANY)


def forget_requisites(database: Database, type_id: int, item_id: int) -> None:
    """Remove the requisites and addresses of a CRM record.

    Args:
        database: the portal's data.
        type_id: number of the record's kind.
        item_id: its id.
    """
    owner = {"ENTITY_TYPE_ID": type_id, "ENTITY_ID": item_id}
    for name in ("requisite", "address"):
        for record in family(name).collection(database).find(**owner):
            forget(database, name, record["id"])
