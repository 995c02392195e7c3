"""Kinds of CRM record, as words, numbers and documents."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import crm_types


@pytest.mark.parametrize(
    ("given", "number", "name"),
    [
        ("LEAD", 1, "lead"),
        ("deal", 2, "deal"),
        (3, 3, "contact"),
        (" 4 ", 4, "company"),
        ("QUOTE", 7, "quote"),
        ("ORDER", 14, "order"),
        ("SMART_INVOICE", 31, "smart_invoice"),
        ("invoice", 31, "smart_invoice"),
        ("DYNAMIC_1046", 1046, "dynamic_1046"),
        ("1046", 1046, "dynamic_1046"),
    ],
)
def test_a_kind_has_a_number_and_a_name(given: Any, number: int, name: str) -> None:
    assert (crm_types.type_number(given), crm_types.type_name(given)) == (number, name)


@pytest.mark.parametrize("given", ["", "deals", "DYNAMIC_", "-3", "DYNAMIC_4x", "²"])
def test_anything_else_is_no_kind(given: str) -> None:
    for transform in (crm_types.type_number, crm_types.type_name):
        with pytest.raises(UnusableValue, match=r"LEAD, DEAL, .* or the number of a smart process"):
            transform(given)


@pytest.mark.parametrize(
    ("given", "parts"),
    [
        ("CONTACT_12", ["crm", "CCrmDocumentContact", "CONTACT_12"]),
        (" deal_10 ", ["crm", "CCrmDocumentDeal", "DEAL_10"]),
        ("SMART_INVOICE_5", ["crm", r"Bitrix\Crm\Integration\BizProc\Document\SmartInvoice", "SMART_INVOICE_5"]),
        ("DYNAMIC_1046_9", ["crm", r"Bitrix\Crm\Integration\BizProc\Document\Dynamic", "DYNAMIC_1046_9"]),
        (["lists", "BizprocDocument", 777], ["lists", "BizprocDocument", "777"]),
    ],
)
def test_a_record_is_a_document(given: Any, parts: list[str]) -> None:
    assert crm_types.document(given) == parts


@pytest.mark.parametrize("given", ["12", "DEAL", "DEAL_", "DEAL_1_2", "DYNAMIC_1046", "TASK_5", ["crm", "DEAL_1"]])
def test_anything_else_is_no_document(given: Any) -> None:
    with pytest.raises(UnusableValue, match="such as CONTACT_12"):
        crm_types.document(given)
