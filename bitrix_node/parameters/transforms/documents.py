"""Kinds of CRM record as document templates name them: by number, and with a pipeline where the kind has some.

See the description of `entityTypeId` in crm.documentgenerator.template.add.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bitrix_node.parameters.errors import UnusableValue
from bitrix_node.parameters.transforms.crm_types import type_number
from bitrix_node.parameters.transforms.general import text_list

if TYPE_CHECKING:
    from collections.abc import Callable

_WITH_PIPELINE = re.compile(r"([A-Za-z0-9_]+?)_category_([0-9]+)", re.IGNORECASE)


def document_type(value: Any) -> str:
    """One kind, from its name or number: `DEAL` is `2`, and with a pipeline `deal_category_7` is `2_category_7`."""
    text = str(value).strip()
    pipeline = _WITH_PIPELINE.fullmatch(text)
    try:
        number = type_number(pipeline.group(1) if pipeline else text)
    except UnusableValue as fault:
        raise UnusableValue(f"{fault}, with a pipeline as in 2_category_7 if wanted") from None
    return f"{number}_category_{pipeline.group(2)}" if pipeline else str(number)


def document_types(value: Any) -> list[str]:
    """Several kinds, from a list or from text with commas."""
    types = [document_type(entry) for entry in text_list(value)]
    if not types:
        raise UnusableValue("at least one kind of record, such as DEAL or 2_category_7")
    return types


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "documentType": document_type,
    "documentTypes": document_types,
}
