"""Workflows and automation rules (bizproc.*): documents, what answers a task, and the properties of a rule."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.json_text import UnreadableJson, parse_json
from bitrix_node.parameters.transforms.crm_types import DOCUMENTS, LETTERS, document, type_number

if TYPE_CHECKING:
    from collections.abc import Callable

OTHER_DOCUMENTS = {
    "FILE": ("disk", r"Bitrix\Disk\BizProcDocument"),
    "LIST": ("lists", r"Bitrix\Lists\BizprocDocumentLists"),
    "PROCESS": ("lists", "BizprocDocument"),
}
"""Name -> module and class of the documents outside the CRM on which workflows run (bizproc.workflow.start)."""

TASK_STATUSES = {"1": 1, "YES": 1, "2": 2, "NO": 2, "3": 3, "OK": 3, "4": 4, "CANCEL": 4}
"""What a task can be answered with (bizproc.task.complete, STATUS)."""

PROPERTY_TYPES = {"boolean": "bool", "number": "double", "array": "string", "object": "string"}
"""Names of types in older workflows -> the types that a rule's properties have."""

_VALUE_FIELDS = {"number": "numberValue", "array": "complexValue", "object": "complexValue"}
_CODE = re.compile(r"[A-Za-z0-9._-]+")
_PROPERTY_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_WORDS = {letter: name for name, letter in LETTERS.items()}


def workflow_document(value: Any) -> list[str]:
    """The document that a workflow runs on, from `DEAL_10`, `D_10`, `FILE_777`, or the list of its three parts."""
    parts = _parts(value)
    if parts is not None:
        return parts
    kind, _, number = str(value).strip().upper().partition("_")
    if kind in OTHER_DOCUMENTS and number.isdecimal():
        return [*OTHER_DOCUMENTS[kind], number]
    try:
        return document(f"{_WORDS.get(kind, kind)}_{number}")
    except UnusableValue as fault:
        raise UnusableValue(
            f"{fault}, or FILE_777, LIST_777, PROCESS_777, or its module, object and ID as JSON"
        ) from None


def document_type(value: Any) -> list[str]:
    """The kind of document that a rule works on: `["crm", "CCrmDocumentDeal", "DEAL"]`, from `deal` or `crm_deal`.

    A smart process may be given as its number, as `DYNAMIC_147`, or under the names that older workflows store.
    """
    parts = _parts(value)
    if parts is not None:
        return parts
    text = re.sub(r"^CRM_", "", str(value).strip().upper())
    smart_process = re.fullmatch(r"(?:DYNAMIC_|SPA_)?([0-9]+)(?:_.*)?", text)
    if smart_process and type_number(smart_process.group(1)) > max(map(type_number, LETTERS)):
        return ["crm", DOCUMENTS["DYNAMIC"], f"DYNAMIC_{smart_process.group(1)}"]
    name = "SMART_INVOICE" if text == "INVOICE" else text
    if name not in DOCUMENTS or name == "DYNAMIC":
        known = ", ".join(sorted(known.lower() for known in DOCUMENTS if known != "DYNAMIC"))
        raise UnusableValue(f"one of {known}, or the number of a smart process")
    return ["crm", DOCUMENTS[name], name]


def task_answer(value: Any) -> dict[str, Any]:
    """What a workflow's task is answered with: STATUS, COMMENT and FIELDS, the status also as a word."""
    if not isinstance(value, dict):
        raise UnusableValue('a JSON object such as {"STATUS": 1, "COMMENT": "Agreed"}')
    answer = {name.upper(): entry for name, entry in value.items()}
    unknown = [name for name in answer if name not in {"STATUS", "COMMENT", "FIELDS"}]
    if unknown:
        raise UnusableValue(f"an object with STATUS, COMMENT and FIELDS, and {unknown[0]} is none of them")
    if "STATUS" in answer:
        status = TASK_STATUSES.get(str(answer["STATUS"]).upper())
        if status is None:
            raise UnusableValue("an object whose STATUS is 1 (yes), 2 (no), 3 (ok) or 4 (cancel)")
        answer["STATUS"] = status
    return answer


def rule_code(value: Any) -> str:
    """The code of a rule or an activity."""
    code = str(value).strip()
    if not _CODE.fullmatch(code):
        raise UnusableValue("a code of letters, digits, periods, hyphens and underscores")
    return code


def localized_texts(value: Any) -> dict[str, str]:
    """Texts by language, `{"en": "Send"}`, from the panel's rows, `{"names": [{"langCode": "en", "name": "Send"}]}`."""
    texts = {}
    for row in _rows(value):
        language = str(row.get("langCode", "")).strip().lower() or "en"
        texts[language] = next((str(text) for name, text in row.items() if name != "langCode"), "")
    return texts


def rule_properties(value: Any) -> dict[str, dict[str, Any]]:
    """Descriptions of a rule's properties by their names, from the panel's rows.

    The value that a row holds becomes the property's default.
    """
    return {_property_name(row.get("name")): _property(row) for row in _rows(value)}


def _property_name(value: Any) -> str:
    name = str(value or "").strip()
    if not _PROPERTY_NAME.fullmatch(name):
        raise UnusableValue("properties whose names are letters, digits and underscores, a letter first")
    return name


def _property(row: dict[str, Any]) -> dict[str, Any]:
    kind = row.get("type", "string")
    described: dict[str, Any] = {
        "Name": row.get("label") or row["name"],
        "Type": PROPERTY_TYPES.get(kind, kind),
        "Required": "Y" if row.get("required") else "N",
        "Multiple": "Y" if row.get("multiple") or kind == "array" else "N",
    }
    default = _default(kind, row)
    if kind == "object":
        return {**described, **(default if isinstance(default, dict) else {})}
    if kind == "select":
        described["Options"] = row.get("choices") or {}
    return described if default in (None, "") else {**described, "Default": default}


def _default(kind: str, row: dict[str, Any]) -> Any:
    if kind == "boolean":
        return None if "booleanValue" not in row else "Y" if row["booleanValue"] else "N"
    return row.get(
        {"number": "numberValue", "array": "complexValue", "object": "complexValue"}.get(kind, "stringValue")
    )


def _rows(value: Any) -> list[dict[str, Any]]:
    groups = value.values() if isinstance(value, dict) else []
    return [row for rows in groups for row in rows]


def _parts(value: Any) -> list[str] | None:
    """A document's three parts, given as a list or as the JSON of one."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            value = parse_json(value)
        except UnreadableJson:
            return None
    whole = isinstance(value, list) and len(value) == 3  # noqa: PLR2004
    return [str(part) for part in value] if whole else None


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "localizedTexts": localized_texts,
    "ruleCode": rule_code,
    "ruleDocumentType": document_type,
    "ruleProperties": rule_properties,
    "workflowDocument": workflow_document,
    "workflowTaskAnswer": task_answer,
}
