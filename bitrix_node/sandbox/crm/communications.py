"""How phone numbers and e-mail addresses are compared: as what they mean, however they are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bitrix_node.sandbox.crm.entity_types import EntityType
    from bitrix_node.sandbox.database import Database

_EXTENSION = re.compile(r"(?:ext\.?|x|;|,|#).*$", re.IGNORECASE)
_COUNTRY = "44"
"""What a number that begins with a single zero lacks: the demo company is British."""


def comparable(kind: str, value: Any) -> str:
    """Bring a value to the form in which it is compared.

    Args:
        kind: `PHONE`, `EMAIL`, …
        value: such as `+44 20 7946 0110 ext. 5`.

    Returns:
        digits with the country's code and without an extension; lower-case text for everything but phones.
    """
    text = str(value).strip()
    if kind != "PHONE":
        return text.casefold()
    digits = re.sub(r"\D", "", _EXTENSION.sub("", text))
    if digits.startswith("00"):
        return digits[2:]
    return _COUNTRY + digits[1:] if digits.startswith("0") else digits


def comparable_field(kind: str) -> str:
    """Name the stored field with the comparable values of one kind.

    Args:
        kind: `PHONE`, `EMAIL`, …

    Returns:
        the field's name.
    """
    return f"fmComparable{kind}"


def records_with(database: Database, entity: EntityType, kind: str, values: Iterable[Any]) -> list[int]:
    """Find the records that can be reached by one of these values.

    Args:
        database: the portal's data.
        entity: type of the records.
        kind: `PHONE` or `EMAIL`.
        values: numbers or addresses, however they are written.

    Returns:
        ids in ascending order.
    """
    wanted = [text for text in (comparable(kind, value) for value in values) if text]
    if not wanted:
        return []
    found, _ = entity.collection(database).query({f"@{comparable_field(kind)}": wanted}, limit=-1, start=-1)
    return [record["id"] for record in found]
