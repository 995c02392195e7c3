"""Money as people write it: `1500|EUR`, an object with amount and currency, or an amount such as `1 500,50`.

CRM records keep the amount of their own fields (opportunity, revenue, taxValue) apart from `currencyId`; custom fields
of the kind money want both in one text, `1500|EUR`.
"""

from __future__ import annotations

import re
from typing import Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.general import decimal

AMOUNTS = ("opportunity", "revenue", "taxValue")
"""The fields of CRM records that hold an amount whose currency stands in `currencyId`."""

_WITH_CURRENCY = re.compile(r"([^|]*)\|\s*([A-Za-z]{3})\s*")


def money_fields(name: str, value: Any) -> dict[str, Any]:
    """The fields that a value given for one field stands for: the field itself, and the currency if one was named.

    Args:
        name: current name of the field.
        value: what was given for it; anything that is not money stays as it is.

    Raises:
        UnusableValue: for a currency without a readable amount.
    """
    amount, currency = _taken_apart(name, value)
    if currency is None:
        return {name: _plain_amount(value) if name in AMOUNTS else value}
    if name.upper().startswith("UF_"):
        return {name: f"{_read(amount)}|{currency}"}
    return {name: _read(amount), "currencyId": currency}


def _taken_apart(name: str, value: Any) -> tuple[Any, str | None]:
    if isinstance(value, dict):
        given = {str(key).lower(): entry for key, entry in value.items()}
        if set(given) == {"amount", "currency"}:
            return given["amount"], str(given["currency"]).strip().upper()
    match = _WITH_CURRENCY.fullmatch(value) if isinstance(value, str) and name in AMOUNTS else None
    return (match.group(1), match.group(2).upper()) if match else (value, None)


def _read(amount: Any) -> int | float:
    try:
        return decimal(amount)
    except UnusableValue:
        raise UnusableValue(
            "fields with their values, with money as an amount and a currency such as 1500|EUR"
        ) from None


def _plain_amount(value: Any) -> Any:
    """An amount with spaces or a decimal comma as a number; the portal understands the rest."""
    if not isinstance(value, str) or not ({" ", ",", "\u00a0", "\u202f"} & set(value.strip())):
        return value
    try:
        return decimal(value)
    except UnusableValue:
        raise UnusableValue("fields with their values, with amounts such as 1500 or 1500.50") from None
