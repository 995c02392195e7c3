"""What happens to the values when a custom field of CRM records is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bitrix_node.sandbox.crm.custom_fields import item_name
from bitrix_node.sandbox.crm.entity_types import all_entity_types
from bitrix_node.sandbox.custom_fields.store import custom_field_rows

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database, Record


def delete_custom_field(database: Database, row: Record) -> None:
    """Delete a custom field with its values in all records.

    Args:
        database: the portal's data.
        row: the settings of the field.
    """
    custom_field_rows(database).delete(row["id"])
    name = item_name(row["FIELD_NAME"])
    for kind in all_entity_types(database):
        if kind.user_fields == row["ENTITY_ID"]:
            items = kind.collection(database)
            filled, _ = items.query({f"!{name}": None}, limit=-1, start=-1)
            for record in filled:
                items.update(record["id"], {name: None})
