"""Workflows and rules: documents in every spelling, answers to tasks, and properties from rows of the panel."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.workflows import document_type, rule_properties, task_answer, workflow_document

DYNAMIC = r"Bitrix\Crm\Integration\BizProc\Document\Dynamic"
INVOICE = r"Bitrix\Crm\Integration\BizProc\Document\SmartInvoice"


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("DEAL_777", ["crm", "CCrmDocumentDeal", "DEAL_777"]),
        ("co_3", ["crm", "CCrmDocumentCompany", "COMPANY_3"]),
        ("SI_3", ["crm", INVOICE, "SMART_INVOICE_3"]),
        ("DYNAMIC_147_1", ["crm", DYNAMIC, "DYNAMIC_147_1"]),
        ("FILE_777", ["disk", r"Bitrix\Disk\BizProcDocument", "777"]),
        ("list_9", ["lists", r"Bitrix\Lists\BizprocDocumentLists", "9"]),
        ("PROCESS_9", ["lists", "BizprocDocument", "9"]),
        ('["crm", "CCrmDocumentLead", "LEAD_1"]', ["crm", "CCrmDocumentLead", "LEAD_1"]),
        (["crm", "CCrmDocumentLead", "LEAD_1"], ["crm", "CCrmDocumentLead", "LEAD_1"]),
    ],
)
def test_a_document_in_every_spelling(given: Any, sent: list[str]) -> None:
    assert workflow_document(given) == sent


@pytest.mark.parametrize("given", ["777", "FILE_x", "DYNAMIC_147", '["crm"', '["crm", "LEAD_1"]'])
def test_what_is_no_document(given: str) -> None:
    with pytest.raises(UnusableValue):
        workflow_document(given)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ("Lead", ["crm", "CCrmDocumentLead", "LEAD"]),
        ("crm_quote", ["crm", r"Bitrix\Crm\Integration\BizProc\Document\Quote", "QUOTE"]),
        ("invoice", ["crm", INVOICE, "SMART_INVOICE"]),
        ("147", ["crm", DYNAMIC, "DYNAMIC_147"]),
        ("dynamic_147", ["crm", DYNAMIC, "DYNAMIC_147"]),
        ('["crm", "CCrmDocumentDeal", "DEAL"]', ["crm", "CCrmDocumentDeal", "DEAL"]),
    ],
)
def test_a_kind_of_document_in_every_spelling(given: str, sent: list[str]) -> None:
    assert document_type(given) == sent


@pytest.mark.parametrize("given", ["dynamic", "2", "spa_placement"])
def test_what_is_no_kind_of_document(given: str) -> None:
    with pytest.raises(UnusableValue, match="or the number of a smart process"):
        document_type(given)


def test_the_answer_to_a_task() -> None:
    assert task_answer({"Status": 1, "fields": {"phone": "1"}}) == {"STATUS": 1, "FIELDS": {"phone": "1"}}
    with pytest.raises(UnusableValue, match="and TASK_ID is none of them"):
        task_answer({"TASK_ID": 3})
    with pytest.raises(UnusableValue, match="JSON object"):
        task_answer([1])


def test_properties_of_a_rule() -> None:
    rows = [
        {"name": "text", "type": "text", "label": "Text", "required": True, "stringValue": "Hello"},
        {"name": "count", "type": "number", "numberValue": 0},
        {"name": "loud", "type": "boolean", "booleanValue": False},
        {"name": "quiet", "type": "boolean"},
        {"name": "tags", "type": "array", "complexValue": ["a", "b"]},
        {"name": "user", "type": "object", "complexValue": {"Name": "To", "Type": "user"}},
        {"name": "kind", "type": "select", "choices": {"a": "A"}, "stringValue": "a"},
        {"name": "plain"},
    ]
    optional = {"Required": "N", "Multiple": "N"}
    assert rule_properties({"properties": rows}) == {
        "text": {"Name": "Text", "Type": "text", "Required": "Y", "Multiple": "N", "Default": "Hello"},
        "count": {"Name": "count", "Type": "double", **optional, "Default": 0},
        "loud": {"Name": "loud", "Type": "bool", **optional, "Default": "N"},
        "quiet": {"Name": "quiet", "Type": "bool", **optional},
        "tags": {"Name": "tags", "Type": "string", "Required": "N", "Multiple": "Y", "Default": ["a", "b"]},
        "user": {"Name": "To", "Type": "user", **optional},
        "kind": {"Name": "kind", "Type": "select", **optional, "Options": {"a": "A"}, "Default": "a"},
        "plain": {"Name": "plain", "Type": "string", **optional},
    }
