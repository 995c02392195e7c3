"""The part of n8n's expressions that a shell or a script needs: members, indexes, `$json` and `$itemIndex`.

`"={{ $json.contact.phone[0] }}"` is the value itself, whatever its type; `"=Chat {{ $json.chatId }}"` is text.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_PLACEHOLDER = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_ROOT = re.compile(r"\s*(\$json|\$itemIndex)")
_STEP = re.compile(r"\.((?!\d)[\w$]+)|\[\s*(?:(\d+)|\"([^\"]*)\"|'([^']*)')\s*\]")


class UnsupportedExpression(Exception):
    """An expression that goes beyond members, indexes and `$itemIndex`."""

    def __init__(self, source: str) -> None:
        super().__init__(
            f"the expression {{{{ {source.strip()} }}}} is not supported here: use $json with members and indexes, "
            "such as $json.contact.phone[0], or $itemIndex"
        )


@dataclass(frozen=True, slots=True)
class ItemContext:
    """What expressions can see: the item's JSON and its place in the input."""

    json: Any
    index: int


def is_expression(value: Any) -> bool:
    """Whether a parameter value is an expression, as n8n marks it: text that starts with `=`."""
    return isinstance(value, str) and value.startswith("=")


def holds_expression(value: Any) -> bool:
    """Whether an expression stands anywhere inside a value."""
    if isinstance(value, dict):
        return any(holds_expression(entry) for entry in value.values())
    if isinstance(value, list):
        return any(holds_expression(entry) for entry in value)
    return is_expression(value)


def evaluate(value: Any, context: ItemContext) -> Any:
    """A value with every expression inside it replaced by what it stands for.

    A path that does not exist gives `None`, as it does in n8n.

    Raises:
        UnsupportedExpression: for anything beyond members, indexes and `$itemIndex`.
    """
    if isinstance(value, dict):
        return {key: evaluate(entry, context) for key, entry in value.items()}
    if isinstance(value, list):
        return [evaluate(entry, context) for entry in value]
    return _evaluate_text(value[1:], context) if is_expression(value) else value


def _evaluate_text(template: str, context: ItemContext) -> Any:
    whole = _PLACEHOLDER.fullmatch(template.strip())
    if whole and whole.group(1).count("{{") == 0:
        return _lookup(whole.group(1), context)
    return _PLACEHOLDER.sub(lambda match: _as_text(_lookup(match.group(1), context)), template)


def _lookup(source: str, context: ItemContext) -> Any:
    root = _ROOT.match(source)
    if not root:
        raise UnsupportedExpression(source)
    value, position = (context.json if root.group(1) == "$json" else context.index), root.end()
    while source[position:].strip():
        step = _STEP.match(source, position)
        if not step:
            raise UnsupportedExpression(source)
        value, position = _follow(value, step), step.end()
    return value


def _follow(value: Any, step: re.Match[str]) -> Any:
    member, index, double, single = step.groups()
    if index is not None and isinstance(value, list):
        return value[int(index)] if int(index) < len(value) else None
    if member == "length" and isinstance(value, list | str):
        return len(value)
    name = next((part for part in (member, double, single, index) if part is not None), "")
    return value.get(name) if isinstance(value, dict) else None


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
