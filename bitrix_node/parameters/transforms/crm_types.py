"""Kinds of CRM record: methods want their number (2), their name (deal), their letter (D), or a workflow's document.

See the table of object types in the CRM chapter, and bizproc.workflow.start for the documents.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = {
    "LEAD": 1,
    "DEAL": 2,
    "CONTACT": 3,
    "COMPANY": 4,
    "QUOTE": 7,
    "ORDER": 14,
    "SMART_INVOICE": 31,
}
"""Name -> number of the kinds that every portal has; a smart process is DYNAMIC_ and its number."""

DOCUMENTS = {
    "LEAD": "CCrmDocumentLead",
    "DEAL": "CCrmDocumentDeal",
    "CONTACT": "CCrmDocumentContact",
    "COMPANY": "CCrmDocumentCompany",
    "QUOTE": r"Bitrix\Crm\Integration\BizProc\Document\Quote",
    "SMART_INVOICE": r"Bitrix\Crm\Integration\BizProc\Document\SmartInvoice",
    "DYNAMIC": r"Bitrix\Crm\Integration\BizProc\Document\Dynamic",
}
"""Name -> class of the documents on which workflows run."""

LETTERS = {"LEAD": "L", "DEAL": "D", "CONTACT": "C", "COMPANY": "CO", "QUOTE": "Q", "ORDER": "O", "SMART_INVOICE": "SI"}
"""Name -> the short code in links to records, such as `D_10`; a smart process has T and its number in base 16."""

_NAMES = {number: name for name, number in NUMBERS.items()}
_SMART_PROCESS = re.compile(r"(?:DYNAMIC_)?([0-9]+)", re.IGNORECASE)
_DOCUMENT = re.compile(r"([A-Z_]+?)((?:_[0-9]+){1,2})")


def type_number(value: Any) -> int:
    """The number of a kind, from its name, from its number, or from `DYNAMIC_1046`."""
    text = str(value).strip().upper()
    match = _SMART_PROCESS.fullmatch(text)
    number = int(match.group(1)) if match else NUMBERS.get("SMART_INVOICE" if text == "INVOICE" else text)
    if number is None:
        raise UnusableValue(f"{', '.join(NUMBERS)} or the number of a smart process")
    return number


def type_name(value: Any) -> str:
    """The name of a kind in small letters, as comments and bindings want it: `deal`, `dynamic_1046`."""
    number = type_number(value)
    return _NAMES.get(number, f"DYNAMIC_{number}").lower()


def link_prefix(value: Any) -> str:
    """What stands before the ID in a link to a record of this kind: `D_`, and `T416_` for the smart process 1046."""
    number = type_number(value)
    return f"{LETTERS[_NAMES[number]] if number in _NAMES else f'T{number:x}'}_"


def document(value: Any) -> list[str]:
    """The document of a record, `["crm", "CCrmDocumentDeal", "DEAL_10"]`, from `DEAL_10` or from the list itself."""
    if isinstance(value, list) and len(value) == 3:  # noqa: PLR2004
        return [str(part) for part in value]
    text = str(value).strip().upper()
    match = _DOCUMENT.fullmatch(text)
    name, numbers = match.groups() if match else ("", "")
    if name not in DOCUMENTS or numbers.count("_") != (2 if name == "DYNAMIC" else 1):
        raise UnusableValue("the kind of a record and its ID, such as CONTACT_12, SMART_INVOICE_5 or DYNAMIC_1046_9")
    return ["crm", DOCUMENTS[name], text]


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "crmDocument": document,
    "crmLinkPrefix": link_prefix,
    "crmTypeName": type_name,
    "crmTypeNumber": type_number,
}
