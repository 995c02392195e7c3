"""Kinds of CRM record, as words, numbers and documents."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms import crm_types


@pytest.mark.parametrize(
    ("given", "number", "name", "prefix"),
    [
        ("LEAD", 1, "lead", "L_"),
        ("deal", 2, "deal", "D_"),
        (3, 3, "contact", "C_"),
        (" 4 ", 4, "company", "CO_"),
        ("QUOTE", 7, "quote", "Q_"),
        ("ORDER", 14, "order", "O_"),
        ("SMART_INVOICE", 31, "smart_invoice", "SI_"),
        ("invoice", 31, "smart_invoice", "SI_"),
        ("DYNAMIC_1046", 1046, "dynamic_1046", "T416_"),
        ("1046", 1046, "dynamic_1046", "T416_"),
    ],
)
def test_a_kind_has_a_number_a_name_and_a_letter(given: Any, number: int, name: str, prefix: str) -> None:
    assert (crm_types.type_number(given), crm_types.type_name(given)) == (number, name)
    assert crm_types.link_prefix(given) == prefix


@pytest.mark.parametrize("given", ["", "deals", "DYNAMIC_", "-3", "DYNAMIC_4x", "²"])
def test_anything_else_is_no_kind(given: str) -> None:
    for transform in (crm_types.type_number, crm_types.type_name, crm_types.link_prefix):
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
