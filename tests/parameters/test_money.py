"""Amounts and currencies of CRM fields."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.crm import item_fields
from bitrix_node.parameters.transforms.money import money_fields


@pytest.mark.parametrize(
    ("name", "given", "fields"),
    [
        ("opportunity", "1500|EUR", {"opportunity": 1500, "currencyId": "EUR"}),
        ("opportunity", "1 500,50 | usd", {"opportunity": 1500.5, "currencyId": "USD"}),
        ("revenue", {"amount": "12.50", "currency": "eur"}, {"revenue": 12.5, "currencyId": "EUR"}),
        ("price", {"AMOUNT": 7, "CURRENCY": "GBP"}, {"price": 7, "currencyId": "GBP"}),
        ("UF_CRM_BUDGET", {"amount": 12.5, "currency": "EUR"}, {"UF_CRM_BUDGET": "12.5|EUR"}),
        ("UF_CRM_BUDGET", "12.5|EUR", {"UF_CRM_BUDGET": "12.5|EUR"}),
        ("opportunity", "1 500,50", {"opportunity": 1500.5}),
        ("opportunity", "1500", {"opportunity": "1500"}),
        ("opportunity", "", {"opportunity": ""}),
        ("opportunity", 4800, {"opportunity": 4800}),
        ("title", "1500|EUR", {"title": "1500|EUR"}),
        (
            "ufField",
            {"amount": 1, "currency": "EUR", "note": "x"},
            {"ufField": {"amount": 1, "currency": "EUR", "note": "x"}},
        ),
    ],
)
def test_money_is_amount_and_currency(name: str, given: Any, fields: dict[str, Any]) -> None:
    assert money_fields(name, given) == fields


@pytest.mark.parametrize("given", ["a lot|EUR", "|EUR", {"amount": None, "currency": "EUR"}, "1,500"])
def test_an_amount_has_to_be_one(given: Any) -> None:
    with pytest.raises(UnusableValue, match="1500"):
        money_fields("opportunity", given)


def test_the_fields_of_a_record_may_hold_money() -> None:
    assert item_fields({"TITLE": "Offer", "OPPORTUNITY": "1500|EUR"}) == {
        "title": "Offer",
        "opportunity": 1500,
        "currencyId": "EUR",
    }
