"""The three ways to name one record in n8n: from a list, by its address, by its ID."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bitrix_node.n8n.package.lookups import method_name

if TYPE_CHECKING:
    from bitrix_node.definitions.models import IdKind, LookupUse

LOCATOR = "resourceLocator"

_IDS: dict[IdKind, tuple[str, str, str]] = {
    "number": (r"^\s*\d+\s*$", "e.g. 12", "a whole number"),
    "text": (r"^\s*[^\s/]+\s*$", "e.g. 12", "an ID or a code"),
    "dialog": (r"^\s*(?:chat|sg)?\d+\s*$", "e.g. chat12", "a number, with chat in front of it for a group chat"),
}
"""Kind of ID -> regular expression, example, what it is in words."""


def locator_modes(use: LookupUse) -> list[dict[str, Any]]:
    """Returns the modes of a resource locator (n8n's `INodePropertyMode`)."""
    modes = [_from_list(use), _by_url(use), _by_id(use)]
    return [mode for mode in modes if mode]


def _from_list(use: LookupUse) -> dict[str, Any]:
    mode = {
        "displayName": "From List",
        "name": "list",
        "type": "list",
        "placeholder": f"Select {_with_article(use.noun)}...",
        "hint": use.hint,
        "typeOptions": {"searchListMethod": method_name(use), "searchable": True},
    }
    return {key: value for key, value in mode.items() if value}


def _by_url(use: LookupUse) -> dict[str, Any] | None:
    if not use.pattern:
        return None
    example = f"https://example.bitrix24.com{use.example}"
    message = f"Not the address of {_with_article(use.noun)}. It looks like {example}"
    return {
        "displayName": "By URL",
        "name": "url",
        "type": "string",
        "placeholder": f"e.g. {example}",
        "extractValue": {"type": "regex", "regex": use.pattern},
        "validation": [{"type": "regex", "properties": {"regex": use.pattern, "errorMessage": message}}],
    }


def _by_id(use: LookupUse) -> dict[str, Any]:
    pattern, example, words = _IDS[use.ids]
    message = f"Not the ID of {_with_article(use.noun)}, which is {words}"
    return {
        "displayName": "By ID",
        "name": "id",
        "type": "string",
        "placeholder": example,
        "validation": [{"type": "regex", "properties": {"regex": pattern, "errorMessage": message}}],
    }


def _with_article(noun: str) -> str:
    name = noun.lower()
    article = "an" if name[0] in "aeio" else "a"
    return f"{article} {name}"
