"""Custom fields of CRM records, as the portal keeps their settings, turned into fields like any other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bitrix_node.sandbox.custom_fields.store import custom_field_rows
from bitrix_node.sandbox.fields import Field

if TYPE_CHECKING:
    from bitrix_node.sandbox.database import Database, Record

_NUMBERED = re.compile(r"^(.*?)(_\d+)?$")


def custom_fields(database: Database, entity: str) -> dict[str, Field]:
    """Read the custom fields of an entity.

    Args:
        database: the portal's data.
        entity: such as `CRM_DEAL`, or `CRM_7` for the smart process with the ID 7.

    Returns:
        fields by stored name, in the order of their sort index.
    """
    rows = sorted(custom_field_rows(database).find(ENTITY_ID=entity), key=lambda row: (row["SORT"], row["id"]))
    return {name: _field(name, row) for name, row in ((item_name(row["FIELD_NAME"]), row) for row in rows)}


def item_name(field_name: str) -> str:
    """Spell the name of a custom field as `crm.item.*` does; a number at its end keeps its underscore.

    Args:
        field_name: such as `UF_CRM_5_1700000000` or `UF_CRM_ORDER_NUMBER`.

    Returns:
        such as `ufCrm5_1700000000` or `ufCrmOrderNumber`.
    """
    match = _NUMBERED.match(field_name)
    assert match is not None
    first, *others = match[1].lower().split("_")
    return first + "".join(word.capitalize() for word in others) + (match[2] or "")


def _field(name: str, row: Record) -> Field:
    labels = [label for label in (row.get("EDIT_FORM_LABEL") or {}).values() if label]
    return Field(
        name=name,
        type=row["USER_TYPE_ID"],
        title=labels[0] if labels else row["FIELD_NAME"],
        required=row["MANDATORY"] == "Y",
        multiple=row["MULTIPLE"] == "Y",
        dynamic=True,
        classic=row["FIELD_NAME"],
        choices=tuple((int(choice["ID"]), choice["VALUE"]) for choice in row.get("LIST") or ()),
        default=_default(row),
    )


def _default(row: Record) -> object:
    if row["USER_TYPE_ID"] == "enumeration":
        chosen = [choice["ID"] for choice in row.get("LIST") or () if choice["DEF"] == "Y"]
        return (chosen if row["MULTIPLE"] == "Y" else chosen[0]) if chosen else None
    default = (row.get("SETTINGS") or {}).get("DEFAULT_VALUE")
    if row["USER_TYPE_ID"] == "boolean":
        return "Y" if default in (1, "1") else "N"
    return default if isinstance(default, (str, int, float)) and default not in ("", 0) else None
